import type { Mode } from "bun-ffi-v4l2";
import type { PictureFormat } from "./video-source.ts";

/** Wished for when a camera can do it, and what the test source makes. */
export const FULL_HD: PictureFormat = { width: 1920, height: 1080, fps: 30 };
/** An encoder's macroblocks and chroma need even sides. */
export const SMALLEST_SIDE = 64;
const LARGEST_SIDE = 4096;
/** What still looks like motion. */
const LIVELY_FPS = 25;
const SUB_WIDTH = 640;
/** 36,864 macroblocks: H.264 level 5.2 (Table A-1), and the largest that the encoder takes. */
const MAX_PIXELS = 36_864 * 256;

/** Width and height in pixels. */
export type PictureSize = Pick<PictureFormat, "width" | "height">;

/** The modes that a stream can be made of. */
export function usableModes(modes: readonly Mode[]): readonly Mode[] {
  return modes.filter((mode) => mode.readable && mode.width * mode.height <= MAX_PIXELS);
}

/** Whether an encoder takes pictures of this size. */
export function isEncodable({ width, height }: PictureSize): boolean {
  const [shorter, longer] = [Math.min(width, height), Math.max(width, height)];
  return shorter >= SMALLEST_SIDE && longer <= LARGEST_SIDE && width * height <= MAX_PIXELS;
}

/** The main stream's size where nobody chose one: 1920x1080, else the largest mode at ≥ 25 fps, else the liveliest (contract websocket.md). */
export function defaultMainSize(modes: readonly Mode[]): PictureSize {
  const usable = usableModes(modes);
  const lively = usable.filter((mode) => mode.fps === 0 || mode.fps >= LIVELY_FPS);
  const candidates = lively.length > 0 ? lively : fastest(usable);
  const best = candidates.find(isFullHd) ?? candidates.toSorted((a, b) => b.width * b.height - a.width * a.height)[0];
  const { width, height } = best ?? FULL_HD;
  return { width, height };
}

/** The sub stream's: 640 wide in the main stream's shape, which is 640x360 for 16:9; never larger than the main stream. */
export function defaultSubSize(main: PictureSize): PictureSize {
  const width = Math.min(SUB_WIDTH, main.width);
  return { width, height: evenSide((width * main.height) / main.width) };
}

/** The nearest side that an encoder takes. */
export function evenSide(pixels: number): number {
  return Math.max(SMALLEST_SIDE, Math.round(pixels / 2) * 2);
}

function isFullHd({ width, height }: Mode): boolean {
  return width === FULL_HD.width && height === FULL_HD.height;
}

function fastest(modes: readonly Mode[]): readonly Mode[] {
  const best = Math.max(0, ...modes.map((mode) => mode.fps));
  return modes.filter((mode) => mode.fps === best);
}
