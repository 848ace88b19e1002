import type { Json } from "../../core/json.ts";
import type { SettingName } from "../../settings/keys.ts";
import type { SettingOwner } from "../../settings/setting-owner.ts";
import type { StreamStatus } from "../../stream/stream-status.ts";

/** Where the facts come from. */
export interface ReportedSources {
  readonly streams: () => readonly StreamStatus[];
  /** Viewers by protocol. */
  readonly viewers: () => Readonly<Record<string, number>>;
  /** The file system of the data folder; undefined while it cannot be read. */
  readonly storage: () => Promise<Readonly<Record<string, number>> | undefined>;
  readonly temperatures: () => readonly { readonly name: string; readonly celsius: number }[];
  readonly warnings: () => readonly string[];
}

const KEYS = ["streams", "viewers", "storage", "temperature", "warnings"] as const satisfies readonly SettingName[];

/** The device's state as keys that can only be read. */
export function createReportedOwner(sources: ReportedSources): SettingOwner {
  let storage: Json | undefined;
  // what is shown is as old as the last look; asking the file system could block
  const look = () =>
    void sources.storage().then((reading) => {
      storage = reading;
    });
  look();
  const read: Readonly<Record<(typeof KEYS)[number], () => Json | undefined>> = {
    streams: () => Object.fromEntries(sources.streams().map((stream) => [stream.name, shown(stream)])),
    viewers: () => ({ ...sources.viewers() }),
    storage: () => {
      look();
      return storage;
    },
    temperature: () => Object.fromEntries(sources.temperatures().map(({ name, celsius }) => [name, celsius])),
    warnings: () => [...sources.warnings()],
  };
  return {
    keys: KEYS,
    facts: () => ({ supported: true }),
    read: (key) => (isReported(key) ? read[key]() : undefined),
    apply: () => {},
    restore: () => {},
    onChanged: () => {},
  };
}

function isReported(key: SettingName): key is (typeof KEYS)[number] {
  return KEYS.some((one) => one === key);
}

function shown(stream: StreamStatus): Json {
  const { width, height, fps, measuredFps, bitrateKbps, measuredBitrateKbps, gop, encoder, framesDropped } = stream;
  return {
    resolution: `${width}x${height}`,
    fps,
    measured_fps: measuredFps,
    bitrate_kbps: bitrateKbps,
    measured_bitrate_kbps: measuredBitrateKbps,
    gop,
    ...(stream.keyframeIntervalMs === undefined ? {} : { keyframe_interval_ms: stream.keyframeIntervalMs }),
    encoder,
    frames_dropped: framesDropped,
  };
}
