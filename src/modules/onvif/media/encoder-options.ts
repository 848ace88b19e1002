import { evenSide, type PictureSize } from "../../../camera/default-format.ts";
import { fitting, NO_WISHES, type StreamPlan, type StreamWishes } from "../../../camera/streams/plan.ts";
import { SETTINGS, type SettingName } from "../../../settings/keys.ts";
import type { ProfileStream } from "./profile.ts";

/** A closed range. */
export interface Range {
  readonly minimum: number;
  readonly maximum: number;
}

/** A picture's size as it is coded, and the setting's value that brings it. */
export interface SizeOption extends PictureSize {
  readonly setting: string;
}

/** Everything that an encoder's configuration can be set to: Set takes exactly this. */
export interface EncoderOptions {
  readonly encoding: "H264" | "JPEG";
  /** Largest first. */
  readonly sizes: readonly SizeOption[];
  readonly quality: Range;
  readonly fps: Range;
  readonly bitrateKbps: Range;
  /** Undefined: there are no groups. */
  readonly gop: Range | undefined;
  /** H.264 profiles; the one that is coded, nobody chooses it. */
  readonly profiles: readonly string[];
}

/** What options are read from. */
export interface EncoderSources {
  readonly camera: { readonly plan: StreamPlan; planFor(wishes: StreamWishes): StreamPlan };
  /** How pictures are turned, degrees. */
  readonly rotation: number;
  /** As the stream really is. */
  readonly h264Profile: (stream: "main" | "sub") => string;
}

/** H.264 is held to its bitrate; there is no quality beside it. */
export const H264_QUALITY = 1;
/** No JPEG gets near it: their size follows from the quality. */
export const JPEG_KBPS = 1_000_000;
const JPEG_MAX_FPS = 30;
/** RFC 2435: sizes are told in eights, in one byte. */
const JPEG_STEP = 8;
const JPEG_LONGEST = 2040;
/** Parts of the main stream's size that are offered for the sub stream. */
const SUB_SHARES = [1, 2 / 3, 1 / 2, 1 / 3, 1 / 4, 1 / 6] as const;

/** What the encoder of a stream can do on this camera now. */
export function encoderOptions(stream: ProfileStream, sources: EncoderSources): EncoderOptions {
  const { plan } = sources.camera;
  if (stream === "jpeg") {
    return {
      encoding: "JPEG",
      sizes: jpegSizes(sources.camera),
      quality: declared("jpeg-quality"),
      fps: { minimum: 1, maximum: Math.min(JPEG_MAX_FPS, plan.main.fps) },
      bitrateKbps: { minimum: JPEG_KBPS, maximum: JPEG_KBPS },
      gop: undefined,
      profiles: [],
    };
  }
  const isMain = stream === "main";
  return {
    encoding: "H264",
    sizes: isMain ? mainSizes(sources) : subSizes(sources),
    quality: { minimum: H264_QUALITY, maximum: H264_QUALITY },
    fps: isMain ? upTo(fastest(sources.camera), "fps") : upTo(plan.main.fps, "stream2-fps"),
    bitrateKbps: declared(isMain ? "bitrate" : "stream2-bitrate"),
    // the sub stream's keyframes come with the main stream's
    gop: isMain ? declared("gop") : { minimum: plan.sub.gop, maximum: plan.sub.gop },
    profiles: [sources.h264Profile(stream)],
  };
}

/** What some encoders of one encoding can do, all together. */
export function unitedOptions(options: readonly [EncoderOptions, ...EncoderOptions[]]): EncoderOptions {
  const united = (pick: (one: EncoderOptions) => Range | undefined) => {
    const ranges = options.map(pick).filter((range) => range !== undefined);
    return {
      minimum: Math.min(...ranges.map(({ minimum }) => minimum)),
      maximum: Math.max(...ranges.map(({ maximum }) => maximum)),
    };
  };
  const sizes = options.flatMap((one) => one.sizes);
  return {
    ...options[0],
    sizes: unique(sizes).toSorted((a, b) => b.width * b.height - a.width * a.height),
    fps: united(({ fps }) => fps),
    bitrateKbps: united(({ bitrateKbps }) => bitrateKbps),
    gop: options[0].gop && united(({ gop }) => gop),
    profiles: [...new Set(options.flatMap(({ profiles }) => profiles))],
  };
}

function declared(key: SettingName): Range {
  const { minimum = 0, maximum = 0 }: { readonly minimum?: number; readonly maximum?: number } = SETTINGS[key];
  return { minimum, maximum };
}

/** A setting's range as far as this camera comes. */
function upTo(maximum: number, key: SettingName): Range {
  return { minimum: Math.min(declared(key).minimum, maximum), maximum };
}

/** The most pictures that any size comes with. */
function fastest({ plan, planFor }: EncoderSources["camera"]): number {
  const { maximum } = declared("fps");
  return Math.max(
    ...plan.resolutions.map((resolution) => planFor({ ...NO_WISHES, resolution, fps: maximum }).main.fps),
  );
}

function mainSizes({ camera, rotation }: EncoderSources): readonly SizeOption[] {
  return unique(
    camera.plan.resolutions.map((setting) => {
      const [width, height] = sides(setting);
      return turned({ width: evenSide(width), height: evenSide(height), setting }, rotation);
    }),
  );
}

function subSizes({ camera: { plan }, rotation }: EncoderSources): readonly SizeOption[] {
  const [width, height] = sides(plan.resolution);
  const texts = SUB_SHARES.map((share) => `${evenSide(width * share)}x${evenSide(height * share)}`);
  const sizes = [plan.subResolution, ...texts].flatMap((setting) => {
    const size = fitting(setting, { width, height });
    return size === undefined ? [] : [turned({ ...size, setting }, rotation)];
  });
  return unique(sizes).toSorted((a, b) => b.width * b.height - a.width * a.height);
}

/** Those of the streams that RTP can carry as JPEG; the sub stream's where there is none, its player is told. */
function jpegSizes({ plan }: EncoderSources["camera"]): readonly SizeOption[] {
  const sizes = (["main", "sub"] as const).map((setting) => ({
    width: plan[setting].width,
    height: plan[setting].height,
    setting,
  }));
  const suited = sizes.filter((size) =>
    [size.width, size.height].every((side) => side % JPEG_STEP === 0 && side <= JPEG_LONGEST),
  );
  return unique(suited.length > 0 ? suited : sizes.slice(1));
}

/** In whose pictures JPEGs are made: the stream that was chosen, while RTP can carry its size. */
export function jpegSource(camera: EncoderSources["camera"], chosen: "main" | "sub"): "main" | "sub" {
  const { width, height } = camera.plan[chosen];
  const sizes = jpegSizes(camera);
  const found = sizes.find((size) => size.width === width && size.height === height) ?? sizes[0];
  return found?.setting === "main" ? "main" : "sub";
}

function sides(text: string): readonly [width: number, height: number] {
  const [width = 0, height = 0] = text.split("x").map(Number);
  return [width, height];
}

function turned(size: SizeOption, rotation: number): SizeOption {
  return rotation % 180 === 0 ? size : { ...size, width: size.height, height: size.width };
}

/** The first of each size. */
function unique(sizes: readonly SizeOption[]): readonly SizeOption[] {
  return [...Map.groupBy(sizes, ({ width, height }) => `${width}x${height}`).values()].flatMap((same) =>
    same.slice(0, 1),
  );
}
