import { fourccCode, type Mode, type StreamConfig } from "bun-ffi-v4l2";
import type { BitrateRange } from "../../stream/bitrate-choice.ts";
import {
  defaultMainSize,
  defaultSubSize,
  evenSide,
  FULL_HD,
  isEncodable,
  type PictureSize,
  SMALLEST_SIDE,
  usableModes,
} from "../default-format.ts";
import type { CaptureFormat } from "../video-source.ts";

/** What was asked of the two streams; undefined: as the camera has it. Sizes as `WIDTHxHEIGHT`, before rotation. */
export interface StreamWishes {
  readonly resolution: string | undefined;
  readonly fps: number | undefined;
  readonly bitrateKbps: number;
  /** The main stream's bitrate follows what viewers' paths carry. */
  readonly isAdaptive: boolean;
  /** Undefined: see `DEFAULT_MIN_BITRATE_KBPS`. */
  readonly minBitrateKbps: number | undefined;
  /** Undefined: what is asked for. */
  readonly maxBitrateKbps: number | undefined;
  /** Undefined: a keyframe each second. */
  readonly gop: number | undefined;
  readonly subResolution: string | undefined;
  readonly subFps: number | undefined;
  readonly subBitrateKbps: number;
  /** At 90 and 270 degrees the coded width and height change places. */
  readonly rotation: 0 | 90 | 180 | 270;
}

/** What is made of wishes on one camera. */
export interface StreamPlan {
  /** Sizes that the main stream can have, largest first. */
  readonly resolutions: readonly string[];
  /** The main stream's, one of them. */
  readonly resolution: string;
  readonly subResolution: string;
  /** What the camera is asked for. */
  readonly capture: CaptureFormat;
  readonly main: StreamConfig;
  readonly sub: StreamConfig;
  /** Between which the main stream's bitrate moves where `isAdaptive`. */
  readonly bitrates: BitrateRange & { readonly isAdaptive: boolean };
}

/** Below it the sub stream is the better picture. */
const DEFAULT_MIN_BITRATE_KBPS = 1000;
const DEFAULT_BITRATE_KBPS = 4000;
const DEFAULT_SUB_BITRATE_KBPS = 500;
const H264 = fourccCode("H264");
/** Rates that fall short by less serve a wish: 29.97 is 30. The library's RATE_TOLERANCE_PERMILLE. */
const RATE_TOLERANCE = 0.005;
/** What the encoder takes (StreamConfig.gop). */
const MAX_GOP = 3000;

/** Nothing asked. */
export const NO_WISHES: StreamWishes = {
  resolution: undefined,
  fps: undefined,
  bitrateKbps: DEFAULT_BITRATE_KBPS,
  isAdaptive: false,
  minBitrateKbps: undefined,
  maxBitrateKbps: undefined,
  gop: undefined,
  subResolution: undefined,
  subFps: undefined,
  subBitrateKbps: DEFAULT_SUB_BITRATE_KBPS,
  rotation: 0,
};

/** What plans need to know of a camera's modes: drivers list thousands. */
export interface ModeTable {
  /** Modes by their size as text, largest first. */
  readonly bySize: ReadonlyMap<string, readonly Mode[]>;
  readonly defaultSize: PictureSize;
}

/** Sorts a camera's modes by size. */
export function tabulate(modes: readonly Mode[]): ModeTable {
  const usable = usableModes(modes).toSorted((a, b) => b.width * b.height - a.width * a.height || b.width - a.width);
  return { bySize: Map.groupBy(usable, sizeText), defaultSize: defaultMainSize(modes) };
}

/** Fits wishes to a camera's modes; a size that it lacks gives way to its default. */
export function planStreams({ bySize, defaultSize }: ModeTable, wishes: StreamWishes): StreamPlan {
  const [wished] = bySize.get(wishes.resolution ?? "") ?? [];
  // before the first camera is found, viewers see its slate in the size that was chosen for it
  const chosen = bySize.size === 0 ? sizeOf(wishes.resolution) : wished;
  const size = chosen === undefined ? defaultSize : { width: chosen.width, height: chosen.height };
  const offered = bySize.get(sizeText(size)) ?? [];
  const isCodedOnly = offered.length > 0 && offered.every(({ fourcc }) => fourcc === H264);
  const rate = chooseRate(offered, wishes.fps ?? FULL_HD.fps, isCodedOnly);
  const gop = wishes.gop ?? rate.fps;
  const subSize = fitting(wishes.subResolution, size) ?? defaultSubSize(evenSize(size));
  const subFps = Math.min(wishes.subFps ?? rate.fps, rate.fps);
  const coded = (one: PictureSize) => (wishes.rotation % 180 === 0 ? one : { width: one.height, height: one.width });
  return {
    resolutions: bySize.size === 0 ? [sizeText(defaultSize)] : [...bySize.keys()],
    resolution: sizeText(size),
    subResolution: sizeText(subSize),
    capture: {
      ...size,
      fps: rate.captureFps,
      allowPassthrough: isCodedOnly || isOwnH264Suited(offered, wishes, rate.fps),
    },
    main: { enabled: true, ...coded(evenSize(size)), fps: rate.fps, bitrateKbps: wishes.bitrateKbps, gop },
    sub: {
      enabled: true,
      ...coded(subSize),
      fps: subFps,
      bitrateKbps: wishes.subBitrateKbps,
      gop: subGop({ fps: rate.fps, gop }, subFps),
    },
    bitrates: bitrateRange(wishes),
  };
}

/** Pictures between the sub stream's keyframes, which come at the main stream's times. */
export function subGop(main: Pick<StreamConfig, "fps" | "gop">, subFps: number): number {
  return Math.min(MAX_GOP, Math.max(1, Math.round((main.gop * subFps) / main.fps)));
}

function bitrateRange({ bitrateKbps, isAdaptive, ...wishes }: StreamWishes): StreamPlan["bitrates"] {
  const maxKbps = wishes.maxBitrateKbps ?? bitrateKbps;
  const minKbps = Math.min(wishes.minBitrateKbps ?? DEFAULT_MIN_BITRATE_KBPS, maxKbps);
  return { isAdaptive, askedKbps: bitrateKbps, minKbps, maxKbps };
}

/** The size of a text like `640x360` when a stream beside one of `main` can have it. */
export function fitting(text: string | undefined, main: PictureSize): PictureSize | undefined {
  const size = sizeOf(text);
  const isSide = (side: number, most: number) => side % 2 === 0 && side >= SMALLEST_SIDE && side <= evenSide(most);
  return size && isSide(size.width, main.width) && isSide(size.height, main.height) ? size : undefined;
}

function sizeOf(text: string | undefined): PictureSize | undefined {
  const [width = 0, height = 0] = (text ?? "").split("x").map(Number);
  return isEncodable({ width, height }) ? { width, height } : undefined;
}

function sizeText({ width, height }: PictureSize): string {
  return `${width}x${height}`;
}

function evenSize({ width, height }: PictureSize): PictureSize {
  return { width: evenSide(width), height: evenSide(height) };
}

/** The slowest mode that is fast enough, its pictures thinned to the wish (H.264 cannot be); else the fastest as it is. */
function chooseRate(
  modes: readonly Mode[],
  wish: number,
  isCodedOnly: boolean,
): { readonly captureFps: number; readonly fps: number } {
  const rates = modes.map(askableRate).toSorted((a, b) => a - b);
  // a driver that names no rates is believed to have any
  if (rates.length === 0 || modes.some(({ fps }) => fps === 0)) return { captureFps: wish, fps: wish };
  const captureFps = rates.find((rate) => rate >= wish) ?? rates.at(-1) ?? wish;
  return { captureFps, fps: isCodedOnly ? captureFps : Math.min(wish, captureFps) };
}

/** The whole number that makes the library choose this mode. */
function askableRate({ fps }: Pick<Mode, "fps">): number {
  const rounded = Math.round(fps);
  return Math.max(1, fps >= rounded * (1 - RATE_TOLERANCE) ? rounded : Math.floor(fps));
}

/** A camera's own H.264 has its own rate, bitrate and keyframes: it serves as the main stream while nobody asked for others, nor for a bitrate that moves. */
function isOwnH264Suited(offered: readonly Mode[], wishes: StreamWishes, fps: number): boolean {
  const isSuited = (mode: Mode) => mode.fourcc === H264 && (mode.fps === 0 || askableRate(mode) === fps);
  const isPlain = wishes.gop === undefined && wishes.bitrateKbps === DEFAULT_BITRATE_KBPS && !wishes.isAdaptive;
  return isPlain && offered.some(isSuited);
}
