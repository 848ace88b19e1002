import { AppError } from "../../core/errors.ts";
import { type Json, sameJson } from "../../core/json.ts";
import { type Overlay, SETTINGS, type SettingName } from "../../settings/keys.ts";
import { SettingChanges } from "../../settings/setting-changes.ts";
import type { SettingFacts, SettingOwner, SettingValues } from "../../settings/setting-owner.ts";
import type { Programme } from "../programme.ts";
import { checkOverlay } from "./overlay-format.ts";
import { fitting, NO_WISHES, type StreamPlan, type StreamWishes } from "./plan.ts";

/** What stream settings are applied to. */
export interface StreamParts {
  readonly camera: Pick<Programme, "plan" | "planFor" | "setWishes" | "located" | "picture" | "onChanged">;
  /** Whether the overlay's font has every character of a text. */
  readonly canDrawText: (text: string) => boolean;
}

type Flip = "none" | "horizontal" | "vertical" | "both";

/** Everything that these settings ask for. */
interface Wanted {
  readonly streams: StreamWishes;
  readonly flip: Flip;
  readonly overlay: Overlay;
}

const NOTHING_WANTED: Wanted = {
  streams: NO_WISHES,
  flip: "none",
  overlay: { enabled: false, position: "top-left", format: "%Y-%m-%d %H:%M:%S", text: "" },
};
const KEYS = [
  ...[
    "resolution",
    "fps",
    "bitrate",
    "adaptive-bitrate",
    "bitrate-min",
    "bitrate-max",
    "gop",
    "stream2-resolution",
    "stream2-fps",
    "stream2-bitrate",
  ],
  ...["rotation", "flip", "overlay"],
] as readonly SettingName[];
const NEEDS_CAMERA: readonly SettingName[] = ["resolution", "stream2-resolution"];

/** Size, rate and coding of both streams, and how the picture stands in them. */
export class StreamSettings implements SettingOwner {
  readonly keys = KEYS;
  readonly #parts: StreamParts;
  readonly #changes = new SettingChanges();
  #wanted = NOTHING_WANTED;
  /** What everybody knows. */
  #told: ReadonlyMap<SettingName, Json>;

  constructor(parts: StreamParts) {
    this.#parts = parts;
    this.#told = this.#known();
    parts.camera.onChanged(() => this.#follow());
  }

  facts(key: SettingName): SettingFacts {
    const { plan, located } = this.#parts.camera;
    if (located === undefined && NEEDS_CAMERA.includes(key))
      return { supported: false, reason: "the camera is not connected" };
    const initial = initialOf(key, this.#parts.camera.planFor({ ...NO_WISHES }));
    return {
      supported: true,
      ...(key === "resolution" && { options: plan.resolutions }),
      ...(initial !== undefined && { initial }),
    };
  }

  read(key: SettingName): Json | undefined {
    return readPlan(key, this.#parts.camera.plan) ?? this.#readPicture(key);
  }

  apply(values: SettingValues): void {
    const wanted = wish(this.#wanted, values, this.#parts.camera);
    const overlay = values.get("overlay");
    if (overlay !== undefined) checkOverlay(wanted.overlay, this.#parts.canDrawText);
    this.#check(values, wanted.streams);
    this.#bring(wanted);
  }

  restore(values: SettingValues): void {
    const kept = new Map([...values].filter(([key]) => KEYS.includes(key)));
    try {
      checkOverlay(wish(this.#wanted, kept, this.#parts.camera).overlay, this.#parts.canDrawText);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      kept.delete("overlay");
    }
    this.#bring(wish(this.#wanted, kept, this.#parts.camera));
  }

  onChanged(listener: (keys: readonly SettingName[]) => void): void {
    this.#changes.listen(listener);
  }

  #check(values: SettingValues, wishes: StreamWishes): void {
    const plan = this.#parts.camera.planFor(wishes);
    const { resolution } = plan;
    if (values.has("resolution") && values.get("resolution") !== resolution)
      throw invalid("resolution", `must be one of ${plan.resolutions.join(", ")}`);
    const [width = 0, height = 0] = resolution.split("x").map(Number);
    const { minBitrateKbps: min, maxBitrateKbps: max } = wishes;
    const bound = (["bitrate-min", "bitrate-max"] as const).find((key) => values.has(key));
    if (bound !== undefined && min !== undefined && max !== undefined && min > max)
      throw invalid(bound, `contradicts the other: bitrate-min ${min} is above bitrate-max ${max}`);
    const sub = values.get("stream2-resolution");
    if (sub !== undefined && fitting(String(sub), { width, height }) === undefined)
      throw invalid("stream2-resolution", `must have even sides from 64x64 to ${resolution}, the size of stream1`);
  }

  /** Stage first: both take effect with the next picture, and a neutral one may be passed through. */
  #bring(wanted: Wanted): void {
    const before = this.#wanted;
    this.#wanted = wanted;
    const { camera } = this.#parts;
    const { rotation } = wanted.streams;
    if (rotation !== before.streams.rotation || wanted.flip !== before.flip)
      camera.picture.adjust({ rotation, flip: wanted.flip });
    if (!sameJson(wanted.overlay, before.overlay)) camera.picture.setOverlay(drawn(wanted.overlay));
    if (!sameJson({ ...wanted.streams }, { ...before.streams })) camera.setWishes(wanted.streams);
    this.#told = this.#known();
  }

  #readPicture(key: SettingName): Json | undefined {
    if (key === "rotation") return this.#wanted.streams.rotation;
    if (key === "flip") return this.#wanted.flip;
    return key === "overlay" ? this.#wanted.overlay : undefined;
  }

  /** Another camera has other sizes and rates. */
  #follow(): void {
    const before = this.#told;
    this.#told = this.#known();
    this.#changes.tell(KEYS.filter((key) => !sameJson(this.#told.get(key), before.get(key))));
  }

  /** Values with their facts. */
  #known(): ReadonlyMap<SettingName, Json> {
    return new Map(KEYS.map((key) => [key, [this.read(key) ?? null, this.facts(key)]]));
  }
}

function readPlan(key: SettingName, { resolution, subResolution, main, sub, bitrates }: StreamPlan): Json | undefined {
  switch (key) {
    case "resolution":
      return resolution;
    case "fps":
      return main.fps;
    case "bitrate":
      return main.bitrateKbps;
    case "adaptive-bitrate":
      return bitrates.isAdaptive;
    case "bitrate-min":
      return bitrates.minKbps;
    case "bitrate-max":
      return bitrates.maxKbps;
    case "gop":
      return main.gop;
    case "stream2-resolution":
      return subResolution;
    case "stream2-fps":
      return sub.fps;
    case "stream2-bitrate":
      return sub.bitrateKbps;
    default:
      return undefined;
  }
}

/** Where the declaration leaves the default to the camera. */
function initialOf(key: SettingName, plan: StreamPlan): Json | undefined {
  const declared: Json | undefined = "initial" in SETTINGS[key] ? SETTINGS[key].initial : undefined;
  return declared === undefined ? readPlan(key, plan) : undefined;
}

/** What is wanted with new values. A value that is what would be without it is not asked for, so that it follows the others again. */
function wish(wanted: Wanted, values: SettingValues, camera: Pick<Programme, "planFor">): Wanted {
  const old = wanted.streams;
  const streams: StreamWishes = {
    resolution: given(values, "resolution", old.resolution),
    fps: given(values, "fps", old.fps),
    bitrateKbps: given(values, "bitrate", old.bitrateKbps),
    isAdaptive: given(values, "adaptive-bitrate", old.isAdaptive),
    minBitrateKbps: given(values, "bitrate-min", old.minBitrateKbps),
    maxBitrateKbps: given(values, "bitrate-max", old.maxBitrateKbps),
    gop: given(values, "gop", old.gop),
    subResolution: given(values, "stream2-resolution", old.subResolution),
    subFps: given(values, "stream2-fps", old.subFps),
    subBitrateKbps: given(values, "stream2-bitrate", old.subBitrateKbps),
    rotation: given(values, "rotation", old.rotation),
  };
  const free = { gop: undefined, subResolution: undefined, subFps: undefined };
  const follows = camera.planFor({ ...streams, ...free, minBitrateKbps: undefined, maxBitrateKbps: undefined });
  return {
    streams: {
      ...streams,
      ...(values.has("bitrate-min") &&
        streams.minBitrateKbps === follows.bitrates.minKbps && { minBitrateKbps: undefined }),
      ...(values.has("bitrate-max") &&
        streams.maxBitrateKbps === follows.bitrates.maxKbps && { maxBitrateKbps: undefined }),
      ...(values.has("gop") && streams.gop === follows.main.gop && { gop: undefined }),
      ...(values.has("stream2-fps") && streams.subFps === follows.sub.fps && { subFps: undefined }),
      ...(values.has("stream2-resolution") &&
        streams.subResolution === follows.subResolution && { subResolution: undefined }),
    },
    flip: given(values, "flip", wanted.flip),
    overlay: given(values, "overlay", wanted.overlay),
  };
}

/** The new value, which has the key's type since the store checked it against the declaration, else the present one. */
function given<T>(values: SettingValues, key: SettingName, present: T): T {
  return values.has(key) ? (values.get(key) as T) : present;
}

function drawn({ enabled, position, format, text }: Overlay) {
  return enabled && format + text !== "" ? { position, format, text } : undefined;
}

function invalid(key: SettingName, requirement: string): AppError {
  return new AppError("bad-request", `${key} ${requirement}`, { errorCode: "INVALID_VALUE", key });
}
