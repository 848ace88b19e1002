import type { DeviceStatus } from "../../../modules/system/model.ts";
import type { RequestError } from "../../api/request-error.ts";
import type { Text } from "../../text/en.ts";
import { failureSentence } from "./failure-sentence.ts";
import type { LiveState } from "./live-player.ts";
import type { LiveFailure } from "./live-video.ts";

/** What is known when somebody asks why there is no picture. */
export interface Evidence {
  readonly state: LiveState;
  /** Of `GET /api/status`; without rights it tells little. Undefined: the camera did not answer. */
  readonly status: (Partial<DeviceStatus> & { readonly running: true }) | undefined;
}

/** Why there is no picture, the weightiest reason first, each a sentence with what to do. */
export function findings({ state, status }: Evidence, text: Text): readonly string[] {
  const { why } = text.live;
  if (status === undefined) return [why.away];
  const found = [...ofCameras(status, why), ...("failure" in state ? ofFailure(state.failure, text) : [])];
  const warnings = (status.warnings ?? []).map((warning) => why.warning(warning));
  if (found.length + warnings.length > 0) return [...found, ...warnings];
  return status.cameras === undefined && state.kind !== "playing" ? [why.hidden] : [why.good];
}

function ofCameras({ cameras = [] }: Partial<DeviceStatus>, why: Text["live"]["why"]): readonly string[] {
  return cameras.flatMap(({ id, state, problem, substitute, model }) => {
    const name = model === "" ? id : model;
    if (state === "offline") return [why.offline(name, problem === undefined ? "" : ` (${problem})`)];
    if (state === "stalled") return [why.stalled(name)];
    if (state === "opening") return [why.opening(name)];
    return substitute ? [why.substitute] : [];
  });
}

function ofFailure(failure: LiveFailure, text: Text): readonly string[] {
  const { why } = text.live;
  switch (failure.kind) {
    case "unsupported":
      return [why.unsupported];
    case "no-picture":
      if (failure.state === "connecting" || failure.state === "")
        return [why.blocked(why.blockedPort), ...told(failure.why, why)];
      return [failureSentence(failure, text)];
    case "broke-off":
      return [failureSentence(failure, text)];
    case "refused": {
      const code = (failure.error as Partial<RequestError>).failure?.code;
      if (code === "VIEWER_LIMIT") return [why.viewers];
      if (code === "NO_COMMON_CODEC") return [why.codec];
      return [failureSentence(failure, text)];
    }
  }
}

function told(reasons: readonly string[], why: Text["live"]["why"]): readonly string[] {
  return reasons.length === 0 ? [] : [why.failed(reasons.join(", "))];
}
