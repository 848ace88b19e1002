import { afterEach } from "bun:test";
import type { OverlayPosition, PipelineConfig } from "../../native/ts/index.ts";
import { MAIN_640, SUB_320, TEST_640 } from "../support/pipeline-recorder.ts";
import { type Picture, StageViewer } from "../support/stage-viewer.ts";
import { until } from "../support/until.ts";

/** Where an inset lies in a picture, its frame left out. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const LOOK_LIMIT_MS = 30_000;

/** Every corner. */
export const CORNERS: readonly OverlayPosition[] = ["top-left", "top-right", "bottom-left", "bottom-right"];

/** On a canvas of 640 × 360, which leaves 22 rows for the clock and 30 for the strip; margin and frame are 8 and 2 wide. */
export const AT_640: Readonly<Record<OverlayPosition, Place>> = {
  "top-left": { x: 10, y: 32, width: 160, height: 90 },
  "top-right": { x: 470, y: 32, width: 160, height: 90 },
  "bottom-left": { x: 10, y: 230, width: 160, height: 90 },
  "bottom-right": { x: 470, y: 230, width: 160, height: 90 },
};

/** The second picture, of a camera whose streams nobody needs. */
export const UNWATCHED: PipelineConfig = {
  source: { ...TEST_640, pattern: 1 },
  main: { ...MAIN_640, enabled: false },
  sub: { ...SUB_320, enabled: false },
};

/** Mean luma, Cb and Cr of a part, given in parts of the place. */
export function meanOf(picture: Picture, place: Place, [left, top, right, bottom]: readonly number[] = [0, 0, 1, 1]) {
  const sum = { luma: 0, cb: 0, cr: 0, count: 0 };
  for (let y = Math.ceil((top ?? 0) * place.height); y < (bottom ?? 1) * place.height; y++)
    for (let x = Math.ceil((left ?? 0) * place.width); x < (right ?? 1) * place.width; x++) {
      const [cb, cr] = picture.chroma(place.x + x, place.y + y);
      sum.luma += picture.luma(place.x + x, place.y + y);
      sum.cb += cb;
      sum.cr += cr;
      sum.count++;
    }
  return { luma: sum.luma / sum.count, cb: sum.cb / sum.count, cr: sum.cr / sum.count };
}

/** The bars, without what stands before them. */
const BARS = [0, 0.2, 0.75, 0.62] as const;

/** Whether the bars of the second picture are there. */
export function showsSecond(picture: Picture, place: Place): boolean {
  const { cb, cr } = meanOf(picture, place, BARS);
  return cb > 140 && cr < 110;
}

/** Looks at the main stream until it is as wanted. */
export async function lookUntil(viewer: StageViewer, holds: (picture: Picture) => boolean): Promise<void> {
  await until(async () => holds((await viewer.look()).main), LOOK_LIMIT_MS);
}

/** Returns how to open viewers, which end with the test. */
export function viewersOfEachTest(): (...config: ConstructorParameters<typeof StageViewer>) => StageViewer {
  const open: StageViewer[] = [];
  afterEach(() => {
    for (const viewer of open.splice(0)) viewer.pipeline.close();
  });
  return (...config) => {
    const viewer = new StageViewer(...config);
    open.push(viewer);
    return viewer;
  };
}
