import { afterEach, expect, test } from "bun:test";
import type { PictureStage } from "../../native/ts/index.ts";
import { decodeLuma, stripsOf } from "../support/pipeline-recorder.ts";
import { expectClose, type Picture, StageViewer } from "../support/stage-viewer.ts";
import { until } from "../support/until.ts";

const CASE_LIMIT_MS = 90_000;

let open: StageViewer | undefined;
afterEach(() => open?.pipeline.close());

function start(...config: ConstructorParameters<typeof StageViewer>): StageViewer {
  open = new StageViewer(...config);
  return open;
}

/** Grey and bright everywhere, so that all that is dark is the overlay's box. */
const BRIGHT: Partial<PictureStage> = { contrast: -100, brightness: 40 };

/** Pictures between two that are compared. */
const STEP = 8;

/** Which pixels of a part of a picture 640 wide are white. */
function whiteOf(luma: Uint8Array, part: { left: number; top: number; width: number; height: number }): boolean[] {
  return Array.from({ length: part.width * part.height }, (_, i) => {
    const at = (part.top + Math.floor(i / part.width)) * 640 + part.left + (i % part.width);
    return (luma[at] ?? 0) > 150;
  });
}

/** The rectangle of what is dark between the marks; undefined when nothing is. */
function darkBox({
  i420,
  width,
  height,
}: Picture): { left: number; top: number; right: number; bottom: number } | undefined {
  const [first, last] = [Math.ceil(height * 0.07), Math.floor(height * 0.9)];
  let box: { left: number; top: number; right: number; bottom: number } | undefined;
  for (let at = first * width; at < last * width; at++) {
    if ((i420[at] ?? 255) > 100) continue;
    const [x, y] = [at % width, Math.floor(at / width)];
    box ??= { left: x, top: y, right: x, bottom: y };
    box = { left: Math.min(box.left, x), top: box.top, right: Math.max(box.right, x), bottom: y };
  }
  return box;
}

test(
  "the overlay stands in its corner, in both streams, and only while it is on",
  async () => {
    const viewer = start();
    const overlay = { format: "%H:%M:%S", text: "Größe" };
    // fourteen characters of ten pixels and twice four of padding, eight from the edges and from the marks
    for (const [position, left, top] of [
      ["top-left", 8, 30],
      ["top-right", 484, 30],
      ["bottom-left", 8, 294],
      ["bottom-right", 484, 294],
    ] as const) {
      viewer.stage({ ...BRIGHT, overlay: { ...overlay, position } });
      const { main, sub } = await viewer.look();
      for (const [picture, part] of [
        [main, 1],
        [sub, 2],
      ] as const) {
        const box = darkBox(picture);
        expectClose(box?.left ?? -1, left / part, 2);
        expectClose(box?.top ?? -1, top / part, 2);
        expectClose(box?.right ?? -1, (left + 148) / part, 2);
        expectClose(box?.bottom ?? -1, (top + 28) / part, 2);
      }
      expect(Math.max(...Array.from({ length: 140 }, (_, x) => main.luma(left + 4 + x, top + 14)))).toBeGreaterThan(
        200,
      );
    }
    viewer.stage(BRIGHT);
    const { main, sub } = await viewer.look();
    expect([darkBox(main), darkBox(sub)]).toEqual([undefined, undefined]);
  },
  CASE_LIMIT_MS,
);

test(
  "the overlay's text breaks into lines, and follows the time",
  async () => {
    const viewer = start();
    viewer.stage({ ...BRIGHT, overlay: { position: "top-left", format: "", text: "word ".repeat(20) } });
    const lines = darkBox((await viewer.look()).main);
    expectClose((lines?.bottom ?? 0) - (lines?.top ?? 0), 2 * 20 + 8, 2);
    viewer.stage({ ...BRIGHT, overlay: { position: "top-left", format: "%S%S%S%S%S%S", text: "" } });
    await viewer.settle();
    const begin = viewer.main.length;
    await until(() => viewer.main.length >= begin + 75);
    const frames = viewer.main.slice(viewer.main.findLastIndex((frame, index) => index < begin && frame.isKey));
    const times = stripsOf(frames).map((strip) => strip?.unixMs ?? Number.NaN);
    const texts = decodeLuma(frames).map((luma) => whiteOf(luma, { left: 12, top: 34, width: 120, height: 20 }));
    const changes = texts.slice(STEP).map((text, index) => ({
      seconds: Math.floor((times[index + STEP] ?? 0) / 1000) - Math.floor((times[index] ?? 0) / 1000),
      // the overlay's second may begin with the picture before or after
      isClear: [times[index], times[index + STEP]].every((time) => ((time ?? 0) + 50) % 1000 > 100),
      pixels: text.filter((isWhite, at) => isWhite !== texts[index]?.[at]).length,
    }));
    const meanOf = (seconds: number) => {
      const pixels = changes.filter((one) => one.isClear && one.seconds === seconds).map((one) => one.pixels);
      return pixels.reduce((sum, count) => sum + count, 0) / pixels.length;
    };
    expect(meanOf(1)).toBeGreaterThan(4 * meanOf(0) + 20);
  },
  CASE_LIMIT_MS,
);
