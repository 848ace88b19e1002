import { AppError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { RecordingWindow, SettingName } from "../../settings/keys.ts";
import type { SettingOwner, SettingValues } from "../../settings/setting-owner.ts";
import type { MotionTrigger } from "./motion-trigger.ts";
import type { Recorder } from "./recorder.ts";
import type { RecordingSchedule } from "./schedule.ts";
import type { Snapshots } from "./snapshots.ts";

const KEYS = [
  ...(["record-mode", "timelapse-interval", "record", "snap"] as const),
  ...(["record-on-motion", "record-schedule", "pre-roll"] as const),
] as const satisfies readonly SettingName[];

/** What the settings are brought to. */
export interface RecorderSettingParts {
  readonly recorder: Recorder;
  readonly schedule: RecordingSchedule;
  readonly trigger: MotionTrigger;
  readonly snapshots: Pick<Snapshots, "keep">;
}

/** The recorder as settings. What fails after `record` was answered is told by an event, and by the key's going back. */
export function createRecorderSetting({ recorder, schedule, trigger, snapshots }: RecorderSettingParts): SettingOwner {
  const readRecord = (): Json => {
    if (recorder.state === "paused") return "pause";
    return recorder.state === "starting" || recorder.state === "recording";
  };
  const setMode = (mode: Json | undefined, intervalMs: Json | undefined) => {
    if (mode === "video" || mode === "timelapse") recorder.mode = mode;
    if (typeof intervalMs === "number") recorder.lapseIntervalMs = intervalMs;
  };
  const setStanding = (values: SettingValues) => {
    const preRoll = values.get("pre-roll");
    if (typeof preRoll === "number") recorder.preRoll.seconds = preRoll;
    const onMotion = values.get("record-on-motion");
    if (typeof onMotion === "boolean") trigger.isOn = onMotion;
    const windows = values.get("record-schedule");
    // checked by the declaration
    if (windows !== undefined) schedule.windows = windows as readonly RecordingWindow[];
  };
  const setRecord = (wanted: Json | undefined) => {
    if (wanted === undefined || wanted === readRecord()) return;
    if (wanted === "pause") recorder.pause();
    else if (wanted === false) recorder.stop().catch(() => {});
    else if (wanted === "pause_release" || recorder.state === "paused") recorder.resume();
    else if (recorder.state === "stopping") throw new AppError("conflict", "record waits for the recording before");
    else recorder.start({ stream: "stream1", tags: [] }).catch(() => {});
  };
  return {
    keys: KEYS,
    facts: () => ({ supported: true }),
    read(key) {
      switch (key) {
        case "record":
          return readRecord();
        case "record-mode":
          return recorder.mode;
        case "timelapse-interval":
          return recorder.lapseIntervalMs;
        case "snap":
          return undefined;
        case "record-on-motion":
          return trigger.isOn;
        case "record-schedule":
          return schedule.windows;
        default:
          return recorder.preRoll.seconds;
      }
    },
    apply(values) {
      const { mode, lapseIntervalMs } = recorder;
      setMode(values.get("record-mode"), values.get("timelapse-interval"));
      try {
        setRecord(values.get("record"));
      } catch (error) {
        setMode(mode, lapseIntervalMs);
        throw error;
      }
      setStanding(values);
    },
    // the only order
    carryOut: () => snapshots.keep(),
    restore(values) {
      setMode(values.get("record-mode"), values.get("timelapse-interval"));
      setStanding(values);
    },
    onChanged: (listener) => recorder.onChanged(() => listener(["record"])),
  };
}
