import { AppError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { SettingName } from "../../settings/keys.ts";
import type { SettingOwner } from "../../settings/setting-owner.ts";
import type { Recorder } from "./recorder.ts";

const KEYS = ["record", "pre-roll"] as const satisfies readonly SettingName[];

/** The recorder as the keys `record` and `pre-roll`. What fails afterwards is told by an event, and by the key's going back. */
export function createRecorderSetting(recorder: Recorder): SettingOwner {
  const read = (): Json => {
    if (recorder.state === "paused") return "pause";
    return recorder.state === "starting" || recorder.state === "recording";
  };
  return {
    keys: KEYS,
    facts: () => ({ supported: true }),
    read: (key) => (key === "pre-roll" ? recorder.preRoll.seconds : read()),
    apply(values) {
      const preRoll = values.get("pre-roll");
      if (typeof preRoll === "number") recorder.preRoll.seconds = preRoll;
      const wanted = values.get("record");
      if (wanted === undefined || wanted === read()) return;
      if (wanted === "pause") recorder.pause();
      else if (wanted === false) recorder.stop().catch(() => {});
      else if (wanted === "pause_release" || recorder.state === "paused") recorder.resume();
      else if (recorder.state === "stopping") throw new AppError("conflict", "record waits for the recording before");
      else recorder.start({ stream: "stream1", tags: [] }).catch(() => {});
    },
    restore: (values) => {
      const preRoll = values.get("pre-roll");
      if (typeof preRoll === "number") recorder.preRoll.seconds = preRoll;
    },
    onChanged: (listener) => recorder.onChanged(() => listener(["record"])),
  };
}
