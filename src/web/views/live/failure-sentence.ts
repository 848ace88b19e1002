import type { Text } from "../../text/en.ts";
import { sentenceOf } from "../../text/error-sentence.ts";
import type { LiveFailure } from "./live-video.ts";

/** Why there is no live video, in words. */
export function failureSentence(failure: LiveFailure, text: Text): string {
  const words = text.live.failure;
  switch (failure.kind) {
    case "refused":
      return sentenceOf(failure.error, text.errors);
    case "broke-off":
      return words.brokeOff;
    case "unsupported":
      return words.unsupported;
    case "no-picture": {
      const { state, why } = failure;
      if (state === "connecting") return words.noPicture(words.noWay);
      if (why.length > 0) return words.noPicture(`: ${why.join(", ")}`);
      return words.noPicture(state === "" ? "" : ` (${state})`);
    }
  }
}
