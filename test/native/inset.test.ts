import { expect, test } from "bun:test";
import { STREAM_MAIN } from "../../native/ts/index.ts";
import { decodeLuma, MAIN_640, stripsOf, TEST_640 } from "../support/pipeline-recorder.ts";
import { expectClose, Picture } from "../support/stage-viewer.ts";
import { readStrip } from "../support/strip.ts";
import { until } from "../support/until.ts";
import {
  AT_640,
  CORNERS,
  lookUntil,
  meanOf,
  type Place,
  showsSecond,
  UNWATCHED,
  viewersOfEachTest,
} from "./inset-places.ts";

const CASE_LIMIT_MS = 120_000;
const start = viewersOfEachTest();

function shrunk({ x, y, width, height }: Place): Place {
  return { x: x / 2, y: y / 2, width: width / 2, height: height / 2 };
}

/** The second picture whole: bars, ramp from dark to bright, and the frame on all sides. */
function expectSecond(picture: Picture, place: Place, frame: number): void {
  expect({ place, second: showsSecond(picture, place) }).toEqual({ place, second: true });
  // beneath the box that bounces over it
  const ramp = [0.87, 0.9] as const;
  expectClose(meanOf(picture, place, [0.05, ramp[0], 0.15, ramp[1]]).luma, 38, 12);
  expectClose(meanOf(picture, place, [0.85, ramp[0], 0.95, ramp[1]]).luma, 213, 12);
  const [right, below] = [place.x + place.width, place.y + place.height];
  for (const [x, y] of [
    [place.x - frame / 2, place.y + place.height / 2],
    [right + frame / 2 - 1, place.y + place.height / 2],
    [place.x + place.width / 2, place.y - frame / 2],
    [place.x + place.width / 2, below + frame / 2 - 1],
  ] as const)
    expectClose(picture.luma(x, y), 200, 30);
}

test(
  "the other camera stands in its corner of both streams, and only while it is wanted",
  async () => {
    const [viewer, other] = [start(), start(UNWATCHED)];
    for (const corner of CORNERS) {
      viewer.pipeline.setInset(other.pipeline, corner);
      const frames = await viewer.settle();
      const { main, sub } = await viewer.look();
      expectSecond(main, AT_640[corner], 2);
      expect(showsSecond(sub, shrunk(AT_640[corner]))).toBe(true);
      for (const empty of CORNERS) if (empty !== corner) expect(showsSecond(main, AT_640[empty])).toBe(false);
      for (const stream of [frames.main, frames.sub])
        expect(stripsOf(stream).every((strip) => strip !== undefined)).toBe(true);
    }
    viewer.pipeline.setInset(undefined);
    const { main, sub } = await viewer.look();
    for (const corner of CORNERS) {
      expect(showsSecond(main, AT_640[corner])).toBe(false);
      expect(showsSecond(sub, shrunk(AT_640[corner]))).toBe(false);
    }
    expect(stripsOf((await viewer.settle()).main).every((strip) => strip !== undefined)).toBe(true);
  },
  CASE_LIMIT_MS,
);

test(
  "other canvases: small, portrait, turned; the inset keeps the other camera's shape and is not turned",
  async () => {
    const other = start(UNWATCHED);
    for (const { width, height, frame, place } of [
      { width: 320, height: 180, frame: 2, place: { x: 232, y: 110, width: 78, height: 44 } },
      { width: 1080, height: 1920, frame: 4, place: { x: 782, y: 1580, width: 270, height: 152 } },
    ]) {
      const size = { width, height, fps: 15 };
      const viewer = start({ source: { ...TEST_640, ...size }, main: { ...MAIN_640, ...size, bitrateKbps: 3000 } });
      viewer.pipeline.setInset(other.pipeline, "bottom-right");
      expectSecond((await viewer.look()).main, place, frame);
      expect(stripsOf((await viewer.settle()).main).every((strip) => strip !== undefined)).toBe(true);
      viewer.pipeline.close();
    }
    const viewer = start({ main: { ...MAIN_640, width: 360, height: 640 } });
    viewer.stage({ rotation: 90 });
    viewer.pipeline.setInset(other.pipeline, "top-left");
    expectSecond((await viewer.look()).main, { x: 10, y: 20, width: 90, height: 50 }, 2);
  },
  CASE_LIMIT_MS,
);

test(
  "the inset moves: its strip and the programme's are both read, and tell of the same time",
  async () => {
    const size = { width: 1280, height: 720 };
    const place = { x: 942, y: 462, width: 320, height: 180 };
    const viewer = start({ source: { ...TEST_640, ...size }, main: { ...MAIN_640, ...size, bitrateKbps: 6000 } });
    viewer.pipeline.setInset(start(UNWATCHED).pipeline, "bottom-right");
    const { main } = await viewer.settle();
    const shown = decodeLuma(main).map((luma) => ({
      strip: readStrip(luma, size.width, size.height),
      inset: readStrip(cut(luma, size.width, place), place.width, place.height),
    }));
    expect(shown.length).toBeGreaterThan(10);
    expect(shown.every(({ strip, inset }) => strip !== undefined && inset !== undefined)).toBe(true);
    const counters = shown.map(({ inset }) => inset?.counter ?? Number.NaN);
    expect(counters.every((counter, index) => index === 0 || counter >= (counters[index - 1] ?? 0))).toBe(true);
    expect(new Set(counters).size).toBeGreaterThan(shown.length / 2);
    // what is older is not shown
    for (const { strip, inset } of shown) expect((strip?.unixMs ?? 0) - (inset?.unixMs ?? 0)).toBeWithin(-1, 3100);
  },
  CASE_LIMIT_MS,
);

function cut(luma: Uint8Array, stride: number, { x, y, width, height }: Place): Uint8Array {
  const rows = Array.from({ length: height }, (_, row) => luma.subarray((y + row) * stride + x).subarray(0, width));
  return Buffer.concat(rows);
}

test(
  "the other camera is shown as it is encoded, and the overlay stands on the inset",
  async () => {
    const [viewer, other] = [start(), start(UNWATCHED)];
    other.stage({ flip: "horizontal" });
    viewer.stage({ overlay: { position: "top-left", format: "", text: "M".repeat(30) } });
    viewer.pipeline.setInset(other.pipeline, "top-left");
    const place = AT_640["top-left"];
    const { main } = await viewer.look();
    expectClose(meanOf(main, place, [0.05, 0.69, 0.15, 0.74]).luma, 213, 12);
    expectClose(meanOf(main, place, [0.85, 0.69, 0.95, 0.74]).luma, 38, 12);
    // the overlay's box ends at y = 58
    const row = Array.from({ length: 150 }, (_, x) => main.luma(place.x + 2 + x, 40));
    expect(Math.max(...row)).toBeGreaterThan(190);
    expect(Math.min(...row)).toBeLessThan(80);
    const [dimmed, clear] = [main.chroma(place.x + 20, 55), main.chroma(place.x + 20, 66)];
    expect(Math.abs(dimmed[1] - 128)).toBeLessThan(Math.abs(clear[1] - 128) / 2);
  },
  CASE_LIMIT_MS,
);

test(
  "stills show the inset, the slate does not",
  async () => {
    const [viewer, other] = [start(), start(UNWATCHED)];
    viewer.pipeline.setInset(other.pipeline, "bottom-left");
    await viewer.settle();
    viewer.pipeline.requestStill(STREAM_MAIN, 90);
    await until(() => viewer.stills.length === 1);
    const command = ["ffmpeg", "-v", "error", "-f", "mjpeg", "-i", "-", "-f", "rawvideo", "-pix_fmt", "yuvj420p", "-"];
    const { stdout } = Bun.spawnSync(command, { stdin: viewer.stills[0]?.bytes ?? new Uint8Array() });
    expect(showsSecond(new Picture(stdout, 640, 360), AT_640["bottom-left"])).toBe(true);
    viewer.pipeline.setSource({ kind: "none" });
    await until(() => viewer.main.filter((frame) => frame.isSlate).length > 30);
    const slate = decodeLuma(viewer.main).at(-1) ?? new Uint8Array();
    expect(Math.max(...cut(slate, 640, AT_640["bottom-left"]))).toBeLessThan(60);
  },
  CASE_LIMIT_MS,
);

test(
  "the slate of the other camera is shown, and its picture when that returns",
  async () => {
    const [viewer, other] = [start(), start(UNWATCHED)];
    const place = AT_640["top-right"];
    other.pipeline.setSource({ kind: "none" });
    viewer.pipeline.setInset(other.pipeline, "top-right");
    const isSlate = (picture: Picture) => {
      const { luma, cb, cr } = meanOf(picture, place);
      return luma < 60 && Math.abs(cb - 128) < 6 && Math.abs(cr - 128) < 6;
    };
    await lookUntil(viewer, isSlate);
    const { main } = await viewer.look();
    expect(isSlate(main)).toBe(true);
    // its text stands two fifths down
    expect(meanOf(main, place, [0.15, 0.4, 0.85, 0.5]).luma).toBeGreaterThan(35);
    expectClose(main.luma(place.x - 1, place.y + 45), 200, 30);
    other.pipeline.setSource({ ...TEST_640, pattern: 1 });
    await lookUntil(viewer, (picture) => showsSecond(picture, place));
  },
  CASE_LIMIT_MS,
);

test(
  "two cameras show each other",
  async () => {
    const [first, second] = [start(), start({ source: { ...TEST_640, pattern: 1 } })];
    first.pipeline.setInset(second.pipeline, "bottom-right");
    second.pipeline.setInset(first.pipeline, "bottom-left");
    const [one, two] = [(await first.look()).main, (await second.look()).main];
    expect(showsSecond(one, AT_640["bottom-right"])).toBe(true);
    expect(showsSecond(one, AT_640["bottom-left"])).toBe(false);
    expect(showsSecond(two, { ...AT_640["top-left"], y: 60 })).toBe(true);
    expect(showsSecond(two, AT_640["bottom-left"])).toBe(false);
    // bars of all colours where the ramp would be
    const bars = new Picture(two.i420, 640, 360);
    const colours = Array.from({ length: 30 }, (_, i) => bars.chroma(12 + 5 * i, 250)[1]);
    expect(Math.max(...colours) - Math.min(...colours)).toBeGreaterThan(100);
  },
  CASE_LIMIT_MS,
);
