import { join } from "node:path";
import { systemScheduler } from "../core/scheduler.ts";
import type { Route } from "../http/route.ts";
import { recordingRoutes } from "../modules/recordings/index.ts";
import { createLibrary } from "../modules/recordings/library.ts";
import { MotionTrigger } from "../modules/recordings/motion-trigger.ts";
import { Recorder } from "../modules/recordings/recorder.ts";
import { createRecorderSetting } from "../modules/recordings/recorder-setting.ts";
import { RecordingSchedule } from "../modules/recordings/schedule.ts";
import { createThumbnails } from "../modules/recordings/thumbnails.ts";
import type { SettingOwner } from "../settings/setting-owner.ts";
import { RecordingFolder } from "../storage/recording-folder.ts";
import { RecordingTable } from "../storage/recording-table.ts";
import type { DeviceSettings } from "./devices.ts";
import type { Foundation } from "./foundation.ts";
import type { LiveVideo } from "./live-video.ts";

/** In the data folder; a disk may be mounted there. */
const FOLDER = "recordings";
const ID_BYTES = 12;
/** Of a list's small pictures, 1–100. */
const THUMBNAIL_QUALITY = 70;

/** The recorder and its library. */
export interface Recordings {
  readonly recorder: Recorder;
  /** Nothing begins by itself any more. */
  stopTriggers(): void;
  readonly owner: SettingOwner;
  readonly routes: readonly Route[];
}

/** Builds them; `recorder.begin()` looks after what is there. */
export function createRecordings(
  { config, database, clock, crypto, log, events }: Foundation,
  live: LiveVideo,
  devices: Pick<DeviceSettings, "jpegQuality" | "motion">,
): Recordings {
  const newId = () => crypto.randomBytes(ID_BYTES).toBase64({ alphabet: "base64url" });
  const table = new RecordingTable(database);
  const folder = new RecordingFolder({
    path: join(config.dataFolder, FOLDER),
    volume: () => table.volume(),
    setVolume: (id) => table.setVolume(id),
    newId,
  });
  const thumbnails = createThumbnails(
    folder,
    () => live.camera.take("stream2", THUMBNAIL_QUALITY),
    log.child("recordings"),
  );
  const recorder = new Recorder({
    streams: { stream1: live.main, stream2: live.sub },
    ...{ folder, table, events, clock, newId },
    scheduler: systemScheduler,
    log: log.child("recordings"),
    rules: () => ({ ...config.recording, ...config.retention }),
    thumbnails,
    splitMinutes: () => config.recording.splitMinutes,
  });
  const nowMs = () => Math.trunc(clock.wallMs());
  const library = createLibrary({ folder, table, recorder, newId, nowMs });
  const snapshots = {
    keep: async (stream: "stream1" | "stream2") => {
      const jpeg = await live.camera.take(stream, devices.jpegQuality());
      const { width, height } = live.camera[stream === "stream1" ? "main" : "sub"];
      return (await library.addSnapshot(jpeg, { width, height })).id;
    },
  };
  const schedule = new RecordingSchedule({
    recorder,
    scheduler: systemScheduler,
    log: log.child("recordings"),
    now: () => {
      const now = new Date(nowMs());
      return { day: now.getDay(), minute: now.getHours() * 60 + now.getMinutes() };
    },
  });
  const trigger = new MotionTrigger({ recorder, scheduler: systemScheduler, motion: devices.motion });
  return {
    recorder,
    stopTriggers: () => {
      schedule.close();
      trigger.close();
    },
    owner: createRecorderSetting(recorder, schedule, trigger),
    routes: recordingRoutes({ recorder, library, snapshots, thumbnails }),
  };
}
