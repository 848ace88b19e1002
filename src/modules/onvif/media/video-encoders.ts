import type { PictureSize } from "../../../camera/default-format.ts";
import { subGop } from "../../../camera/streams/plan.ts";
import { AppError } from "../../../core/errors.ts";
import type { SettingName } from "../../../settings/keys.ts";
import type { SettingsActor, SettingsStore } from "../../../settings/settings-store.ts";
import {
  type EncoderOptions,
  type EncoderSources,
  encoderOptions,
  H264_QUALITY,
  JPEG_KBPS,
  jpegSource,
  type Range,
} from "./encoder-options.ts";
import { configModify, configurationConflict, noConfig } from "./faults.ts";
import type { MediaModel } from "./media-model.ts";
import { ENCODER_TOKENS, type ProfileStream, streamOfEncoder } from "./profile.ts";

/** An encoder's configuration as it is now. */
export interface EncoderState extends PictureSize {
  readonly token: string;
  readonly stream: ProfileStream;
  readonly name: string;
  readonly encoding: "H264" | "JPEG";
  readonly quality: number;
  readonly fps: number;
  readonly bitrateKbps: number;
  readonly gop: number | undefined;
  readonly h264Profile: string | undefined;
}

/** What a client wants of one; undefined: as it is. */
export interface EncoderWish extends PictureSize {
  readonly token: string;
  readonly name: string;
  readonly encoding: string;
  readonly quality: number;
  readonly fps: number | undefined;
  readonly bitrateKbps: number | undefined;
  readonly gop: number | undefined;
  readonly h264Profile: string | undefined;
}

/** What encoders are made of. */
export interface EncoderParts {
  readonly camera: EncoderSources["camera"];
  readonly h264Profile: EncoderSources["h264Profile"];
  readonly settings: Pick<SettingsStore, "read" | "update">;
  readonly model: MediaModel;
}

/** The settings behind the encoders of streams. */
const KEYS = {
  main: { size: "resolution", fps: "fps", bitrateKbps: "bitrate", gop: "gop" },
  sub: { size: "stream2-resolution", fps: "stream2-fps", bitrateKbps: "stream2-bitrate" },
} as const satisfies Record<string, Readonly<Record<string, SettingName>>>;

/** The encoders' configurations: views of the streams' settings, and of JPEG's own values. */
export class VideoEncoders {
  readonly #parts: EncoderParts;

  constructor(parts: EncoderParts) {
    this.#parts = parts;
  }

  /** Throws SoapFault NoConfig. */
  stream(token: string): ProfileStream {
    const stream = streamOfEncoder(token);
    if (stream === undefined) throw noConfig();
    return stream;
  }

  options(stream: ProfileStream): EncoderOptions {
    return encoderOptions(stream, this.#sources());
  }

  /** Throws SoapFault NoConfig. */
  get(token: string): EncoderState {
    const stream = this.stream(token);
    const { camera, model, h264Profile } = this.#parts;
    const common = { token, stream, name: model.values.name(token) };
    if (stream === "jpeg") {
      const { fps, quality } = model.values.jpeg;
      const { width, height, fps: sourceFps } = camera.plan[this.jpegStream];
      const shownFps = Math.min(fps, sourceFps);
      const coding = { bitrateKbps: JPEG_KBPS, gop: undefined, h264Profile: undefined };
      return { ...common, encoding: "JPEG", width, height, quality, fps: shownFps, ...coding };
    }
    const { width, height, fps, bitrateKbps, gop } = camera.plan[stream];
    const coding = { quality: H264_QUALITY, bitrateKbps, gop, h264Profile: h264Profile(stream) };
    return { ...common, encoding: "H264", width, height, fps, ...coding };
  }

  /** In whose pictures JPEGs are made. */
  get jpegStream(): "main" | "sub" {
    return jpegSource(this.#parts.camera, this.#parts.model.values.jpeg.stream);
  }

  /** All or nothing; rates that a size does not come with give way. Throws SoapFault NoConfig, ConfigModify, ConfigurationConflict; AppError. */
  async set(wish: EncoderWish, actor: SettingsActor): Promise<void> {
    const state = this.get(wish.token);
    const size = checkWish(wish, this.#optionsFor(wish, state));
    const { values } = this.#parts.model;
    const { token, name, fps = state.fps, bitrateKbps = state.bitrateKbps, gop = state.gop } = wish;
    if (state.stream === "jpeg") {
      const jpeg = {
        stream: size.setting === "main" ? "main" : "sub",
        fps,
        quality: Math.round(wish.quality),
      } as const;
      return values.set("VideoEncoder", token, { name, ...jpeg });
    }
    const keys: Partial<Record<keyof (typeof KEYS)["main"], SettingName>> = KEYS[state.stream];
    const isSameSize = state.width === size.width && state.height === size.height;
    const wanted = [
      [keys.size, size.setting, isSameSize],
      [keys.fps, fps, fps === state.fps],
      [keys.bitrateKbps, bitrateKbps, bitrateKbps === state.bitrateKbps],
      // it would follow the rate
      [keys.gop, gop, gop === state.gop && fps === state.fps],
    ] as const;
    const changes = wanted.flatMap(([key, value, isSame]) => (key === undefined || isSame ? [] : [[key, value]]));
    await updateSettings(this.#parts.settings, Object.fromEntries(changes), actor);
    values.set("VideoEncoder", token, { name });
  }

  /** The encoders that settings are about. */
  affected(keys: ReadonlySet<SettingName>): readonly string[] {
    const hasAny = (some: readonly SettingName[]) => some.some((key) => keys.has(key));
    const main = hasAny([...Object.values(KEYS.main), "rotation"]);
    const sub = hasAny([...Object.values(KEYS.sub), "rotation"]);
    const isJpeg = this.jpegStream === "main" ? main : sub;
    return [main && ENCODER_TOKENS.main, sub && ENCODER_TOKENS.sub, isJpeg && ENCODER_TOKENS.jpeg].filter(
      (token) => token !== false,
    );
  }

  /** The sub stream's keyframes follow its rate, so that both what it has and what it gets is right. */
  #optionsFor({ gop, fps }: EncoderWish, { stream }: EncoderState): EncoderOptions {
    const options = this.options(stream);
    const { main } = this.#parts.camera.plan;
    const follows = stream === "sub" && fps !== undefined && gop === subGop(main, fps);
    return follows ? { ...options, gop: { minimum: gop, maximum: gop } } : options;
  }

  #sources(): EncoderSources {
    const { camera, settings, h264Profile } = this.#parts;
    return {
      camera: { plan: camera.plan, planFor: (wishes) => camera.planFor(wishes) },
      rotation: Number(settings.read("rotation")),
      h264Profile,
    };
  }
}

/** Changes settings for a client that changes a configuration. Throws SoapFault ConfigModify, ConfigurationConflict; AppError. */
export async function updateSettings(
  settings: Pick<SettingsStore, "update">,
  changes: Readonly<Record<string, unknown>>,
  actor: SettingsActor,
): Promise<void> {
  if (Object.keys(changes).length === 0) return;
  try {
    await settings.update(changes, actor);
  } catch (error) {
    if (error instanceof AppError && error.kind === "bad-request") throw configModify(error.message);
    if (error instanceof AppError && (error.kind === "conflict" || error.kind === "not-supported"))
      throw configurationConflict(error.message);
    throw error;
  }
}

/** Throws SoapFault ConfigModify. */
function checkWish(wish: EncoderWish, options: EncoderOptions) {
  if (wish.encoding !== options.encoding) throw configModify(`This encoder codes ${options.encoding} only`);
  const size = options.sizes.find(({ width, height }) => width === wish.width && height === wish.height);
  if (size === undefined) throw configModify(`The size ${wish.width}x${wish.height} is not among the options`);
  checkRange("Quality", wish.quality, options.quality);
  checkRange("FrameRateLimit", wish.fps, options.fps);
  checkRange("BitrateLimit", wish.bitrateKbps, options.bitrateKbps);
  checkRange("GovLength", wish.gop, options.gop);
  if (wish.fps !== undefined && !Number.isInteger(wish.fps)) throw configModify("FrameRateLimit must be whole");
  if (wish.h264Profile !== undefined && !options.profiles.includes(wish.h264Profile))
    throw configModify(`The profile ${wish.h264Profile.slice(0, 20)} is not among the options`);
  return size;
}

function checkRange(name: string, value: number | undefined, range: Range | undefined): void {
  if (value === undefined || range === undefined) return;
  if (value < range.minimum || value > range.maximum)
    throw configModify(`${name} must be between ${range.minimum} and ${range.maximum}`);
}
