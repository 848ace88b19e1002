import type { Mode } from "bun-ffi-v4l2";
import type { PictureFormat } from "./video-source.ts";

/** Wished for when a camera can do it, and what the test source makes. */
export const FULL_HD: PictureFormat = { width: 1920, height: 1080, fps: 30 };
/** What still looks like motion. */
const LIVELY_FPS = 25;
const SUB_WIDTH = 640;
/** An encoder's macroblocks and chroma need even sides. */
const SMALLEST_SIDE = 64;
/** 36,864 macroblocks: H.264 level 5.2 (Table A-1), and the largest that the encoder takes. */
const MAX_PIXELS = 36_864 * 256;

/** The main stream's format where nobody chose one: 1920x1080, else the largest mode at ≥ 25 fps, else the liveliest (contract websocket.md). */
export function defaultMainFormat(modes: readonly Mode[]): PictureFormat {
  const usable = modes.filter((mode) => mode.readable && mode.width * mode.height <= MAX_PIXELS);
  const lively = usable.filter((mode) => mode.fps === 0 || mode.fps >= LIVELY_FPS);
  const candidates = lively.length > 0 ? lively : fastest(usable);
  const best = candidates.find(isFullHd) ?? candidates.toSorted((a, b) => b.width * b.height - a.width * a.height)[0];
  if (best === undefined) return FULL_HD;
  const rates = candidates
    .filter((mode) => mode.width === best.width && mode.height === best.height)
    .map((mode) => mode.fps);
  const fastestRate = rates.includes(0) ? FULL_HD.fps : Math.max(...rates);
  return {
    width: even(best.width),
    height: even(best.height),
    fps: Math.max(1, Math.min(FULL_HD.fps, Math.round(fastestRate))),
  };
}

/** The sub stream's: 640 wide in the main stream's shape, which is 640x360 for 16:9; never larger than the main stream. */
export function defaultSubFormat(main: PictureFormat): PictureFormat {
  const width = Math.min(SUB_WIDTH, main.width);
  return { width, height: even((width * main.height) / main.width), fps: main.fps };
}

function isFullHd({ width, height }: Mode): boolean {
  return width === FULL_HD.width && height === FULL_HD.height;
}

function fastest(modes: readonly Mode[]): readonly Mode[] {
  const best = Math.max(0, ...modes.map((mode) => mode.fps));
  return modes.filter((mode) => mode.fps === best);
}

function even(pixels: number): number {
  return Math.max(SMALLEST_SIDE, Math.round(pixels / 2) * 2);
}
