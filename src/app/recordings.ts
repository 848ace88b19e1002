import { systemScheduler } from "../core/scheduler.ts";
import type { Route } from "../http/route.ts";
import type { BackupPart } from "../modules/maintenance/backup.ts";
import { recordingRoutes } from "../modules/recordings/index.ts";
import { createLibrary } from "../modules/recordings/library.ts";
import { MotionTrigger } from "../modules/recordings/motion-trigger.ts";
import { findPlayable } from "../modules/recordings/playable.ts";
import { Recorder } from "../modules/recordings/recorder.ts";
import { createRecorderSetting } from "../modules/recordings/recorder-setting.ts";
import { RecordingSchedule } from "../modules/recordings/schedule.ts";
import { Snapshots } from "../modules/recordings/snapshots.ts";
import { createThumbnails } from "../modules/recordings/thumbnails.ts";
import { createRetentionPart } from "../modules/retention/backup-part.ts";
import { RetentionChoice } from "../modules/retention/choice.ts";
import { retentionRoutes } from "../modules/retention/index.ts";
import type { RtspTarget } from "../rtsp/protocol/url.ts";
import type { RecordedMedia } from "../rtsp/recorded-media.ts";
import type { SettingOwner } from "../settings/setting-owner.ts";
import { createRecordingStorage } from "../storage/recording-storage.ts";
import { RetentionTable } from "../storage/retention-table.ts";
import type { DeviceSettings } from "./devices.ts";
import type { Foundation } from "./foundation.ts";
import { createPlaybackStream, type LiveVideo } from "./live-video.ts";

/** Of a list's small pictures, 1–100. */
const THUMBNAIL_QUALITY = 70;

/** The recorder and its library. */
export interface Recordings {
  readonly recorder: Recorder;
  /** Nothing begins by itself any more. */
  stopTriggers(): void;
  readonly owner: SettingOwner;
  readonly routes: readonly Route[];
  readonly backup: BackupPart;
  /** The recording that an RTSP URL names. */
  findPlayable(target: RtspTarget): Promise<RecordedMedia | undefined>;
}

/** Builds them; `recorder.begin()` looks after what is there. */
export function createRecordings(
  foundation: Foundation,
  live: LiveVideo,
  devices: Pick<DeviceSettings, "jpegQuality" | "motion">,
): Recordings {
  const { config, database, clock, crypto, log, audit, events } = foundation;
  const { table, folder, newId } = createRecordingStorage(config.dataFolder, database, crypto.randomBytes);
  const thumbnails = createThumbnails(
    folder,
    () => live.camera.take("stream2", THUMBNAIL_QUALITY),
    log.child("recordings"),
  );
  const rulesTable = new RetentionTable(database);
  const onChanged = () => recorder.tidy();
  const retention = new RetentionChoice({ config, table: rulesTable, audit, events, onChanged });
  const recorder: Recorder = new Recorder({
    streams: { stream1: live.main, stream2: live.sub },
    ...{ folder, table, events, clock, newId },
    scheduler: systemScheduler,
    log: log.child("recordings"),
    rules: () => retention.rules(),
    thumbnails,
    splitMinutes: () => config.recording.splitMinutes,
  });
  const nowMs = () => Math.trunc(clock.wallMs());
  const library = createLibrary({ folder, table, recorder, newId, nowMs });
  const snapshots = new Snapshots({
    ...{ library, clock },
    take: async () => {
      const jpeg = await live.camera.take("stream1", devices.jpegQuality());
      const { width, height } = live.camera.main;
      return { jpeg, width, height };
    },
  });
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
    findPlayable: (target) =>
      findPlayable(
        {
          ...{ table, library, clock },
          scheduler: systemScheduler,
          log: log.child("recordings"),
          createStream: (name) => createPlaybackStream(foundation, live.secureEgress, name),
        },
        target,
      ),
    owner: createRecorderSetting({ recorder, schedule, trigger, snapshots }),
    routes: [
      ...recordingRoutes({ recorder, library, snapshots, thumbnails, table, scheduler: systemScheduler }),
      ...retentionRoutes(retention, recorder.room),
    ],
    backup: createRetentionPart(rulesTable),
  };
}
