import { afterEach, expect, test } from "bun:test";
import { NativeError, type PictureStage, STREAM_MAIN, STREAM_SUB } from "../../native/ts/index.ts";
import { MAIN_640, SUB_320, stripsOf, TEST_640 } from "../support/pipeline-recorder.ts";
import { expectClose, type Picture, StageViewer } from "../support/stage-viewer.ts";
import { until } from "../support/until.ts";

// The test picture of 640 × 360: bars above y = 240, the ramp below (the box leaves y < 260 alone), the strip below 330; the
// rotor's disc has its centre at (586, 54) and a luma of 70. Marks hide the first 22 and the last 30 rows once a stage is active.
const RAMP_Y = 250;
const ramp = (x: number) => 16 + (x * 219) / 640;
const CASE_LIMIT_MS = 90_000;

let open: StageViewer | undefined;
afterEach(() => open?.pipeline.close());

function start(...config: ConstructorParameters<typeof StageViewer>): StageViewer {
  open = new StageViewer(...config);
  return open;
}

test(
  "zoom, pan and tilt show a part of the picture in both streams",
  async () => {
    const viewer = start();
    for (const [pan, left] of [
      [0, 160],
      [-1, 0],
      [1, 320],
    ] as const) {
      viewer.stage({ zoom: 2, pan, tilt: -1 });
      const { main, sub } = await viewer.look();
      for (const x of [20, 320, 600]) {
        expectClose(main.luma(x, (RAMP_Y - 180) * 2), ramp(left + x / 2));
        expectClose(sub.luma(x / 2, RAMP_Y - 180), ramp(left + x / 2));
        // the ramp goes on where the strip would be: marks are not enlarged
        expectClose(main.luma(x, 315), ramp(left + x / 2));
      }
    }
    viewer.stage({ zoom: 2, pan: 1, tilt: 1 });
    const { main, sub } = await viewer.look();
    expectClose(main.luma((605 - 320) * 2, 65 * 2), 70);
    expectClose(sub.luma(605 - 320, 65), 70);
    viewer.stage({ pan: 1, tilt: 1 });
    expectClose((await viewer.look()).main.luma(20, RAMP_Y), ramp(20));
  },
  CASE_LIMIT_MS,
);

test(
  "rotation is clockwise and flips are those of the viewer; the sizes stay the streams'",
  async () => {
    const viewer = start();
    const expectRamp = (picture: Picture, dark: [number, number], bright: [number, number]) => {
      const scale = picture.width / (picture.width % 9 === 0 ? 360 : 640);
      expectClose(picture.luma(dark[0] * scale, dark[1] * scale), ramp(100), 8);
      expectClose(picture.luma(bright[0] * scale, bright[1] * scale), ramp(500), 8);
    };
    const see = async (change: Partial<PictureStage>, dark: [number, number], bright: [number, number]) => {
      viewer.stage(change);
      const { main, sub } = await viewer.look();
      expectRamp(main, dark, bright);
      expectRamp(sub, dark, bright);
    };
    await see({ rotation: 180 }, [539, 109], [139, 109]);
    await see({ flip: "horizontal" }, [539, 250], [139, 250]);
    await see({ flip: "vertical" }, [100, 109], [500, 109]);
    await see({ flip: "both" }, [539, 109], [139, 109]);
    await see({ rotation: 180, flip: "both" }, [100, 250], [500, 250]);
    viewer.pipeline.configureStream(STREAM_MAIN, { ...MAIN_640, width: 360, height: 640 });
    viewer.pipeline.configureStream(STREAM_SUB, { ...SUB_320, width: 180, height: 320 });
    await see({ rotation: 90 }, [109, 100], [109, 500]);
    await see({ rotation: 270 }, [250, 539], [250, 139]);
    await see({ rotation: 90, flip: "horizontal" }, [250, 100], [250, 500]);
  },
  CASE_LIMIT_MS,
);

test(
  "brightness, contrast and saturation go both ways and back to nothing",
  async () => {
    const viewer = start();
    const see = async (change: Partial<PictureStage>) => {
      viewer.stage(change);
      const { main } = await viewer.look();
      return {
        luma: main.luma(320, RAMP_Y),
        range: main.luma(520, RAMP_Y) - main.luma(120, RAMP_Y),
        colour: main.colourfulness(),
      };
    };
    const plain = await see({});
    expectClose((await see({ brightness: 50 })).luma, plain.luma + 55);
    expectClose((await see({ brightness: -50 })).luma, plain.luma - 55);
    expectClose((await see({ contrast: 40 })).range, plain.range * 1.4, 10);
    expectClose((await see({ contrast: -50 })).range, plain.range * 0.625, 10);
    expect((await see({ saturation: -100 })).colour).toBeLessThan(2);
    expectClose((await see({ saturation: -50 })).colour, plain.colour / 2, 4);
    expect((await see({ saturation: 60, contrast: -50 })).colour).toBeGreaterThan(plain.colour * 1.03);
    const again = await see({});
    expectClose(again.luma, plain.luma);
    expectClose(again.colour, plain.colour, 3);
  },
  CASE_LIMIT_MS,
);

test(
  "the strip stays readable whatever the stage does",
  async () => {
    const viewer = start({ source: { ...TEST_640, noise: 4 } });
    const overlay = { position: "bottom-left", format: "%c", text: "x".repeat(100) } as const;
    for (const change of [
      { zoom: 10, pan: 0.3, tilt: -0.4 },
      { rotation: 90, zoom: 1.5 },
      { rotation: 270, flip: "horizontal" },
      { flip: "vertical", brightness: -100 },
      { brightness: 100, contrast: 100, saturation: 100, overlay },
      { contrast: -100, overlay: { ...overlay, position: "top-left" } },
      {},
    ] as const) {
      viewer.stage(change);
      for (const frames of Object.values(await viewer.settle())) {
        const counters = stripsOf(frames).map((strip) => strip?.counter ?? Number.NaN);
        expect(counters.length).toBe(frames.length);
        expect(counters.every((counter, index) => index === 0 || counter > (counters[index - 1] ?? 0))).toBe(true);
      }
    }
  },
  CASE_LIMIT_MS,
);

test(
  "stills show what the stage makes",
  async () => {
    const viewer = start();
    viewer.stage({ zoom: 2, pan: 1, tilt: -1, overlay: { position: "top-left", format: "", text: "still" } });
    await viewer.settle();
    viewer.pipeline.requestStill(STREAM_MAIN, 90);
    viewer.pipeline.requestStill(STREAM_SUB, 90);
    await until(() => viewer.stills.length === 2);
    for (const [index, width] of [640, 320].entries()) {
      const command = ["ffmpeg", "-v", "error", "-f", "mjpeg", "-i", "-", "-f", "rawvideo", "-pix_fmt", "gray", "-"];
      const { stdout } = Bun.spawnSync(command, { stdin: viewer.stills[index]?.bytes ?? new Uint8Array() });
      const part = 640 / width;
      const luma = stdout[((RAMP_Y - 180) * 2 * width) / part + 300 / part] ?? Number.NaN;
      // stills are full range
      expectClose(luma, ((ramp(320 + 150) - 16) * 255) / 219, 8);
    }
  },
  CASE_LIMIT_MS,
);

test("a stage with a value out of range is refused and changes nothing", async () => {
  const viewer = start();
  viewer.stage({ brightness: 50 });
  const wrong: readonly Partial<Record<keyof PictureStage, unknown>>[] = [
    { zoom: 0.999 },
    { zoom: 10.1 },
    { zoom: Number.NaN },
    { pan: 1.001 },
    { tilt: -1.001 },
    { rotation: 45 },
    { rotation: 360 },
    { brightness: 101 },
    { contrast: -101 },
    { saturation: 1000 },
  ];
  for (const change of wrong) expect(() => viewer.stage(change as Partial<PictureStage>)).toThrow(NativeError);
  const overlay = { position: "top-left", format: "", text: "x".repeat(512) } as const;
  expect(() => viewer.stage({ overlay })).toThrow(RangeError);
  expect(() => viewer.scene({ lightPercent: 101 })).toThrow(NativeError);
  expect(() => viewer.scene({ rotorSpeed: -1.1 })).toThrow(NativeError);
  expectClose((await viewer.look()).main.luma(320, RAMP_Y), ramp(320) + 55);
});

test(
  "another rate of the source keeps encoders and numbers; a portrait size begins with a keyframe",
  async () => {
    const gop = 3000;
    const viewer = start({ main: { ...MAIN_640, gop }, sub: { ...SUB_320, gop } });
    await until(() => viewer.main.length >= 10);
    for (const fps of [60, 10]) {
      const generation = viewer.pipeline.setSource({ ...TEST_640, fps });
      await until(() => viewer.pipeline.status().sourceGeneration === generation);
      const [main, sub] = [viewer.main.length, viewer.sub.length];
      await until(() => viewer.main.length >= main + 15 && viewer.sub.length >= sub + 15);
      expect(viewer.pipeline.status()).toMatchObject({ sourceState: "running", sourceFps: fps });
    }
    const unbroken = viewer.main.filter((frame) => frame.width === 640);
    expect(unbroken.filter((frame) => frame.isKey).length).toBe(1);
    expect(viewer.sub.filter((frame) => frame.isKey).length).toBe(1);
    expect(stripsOf(unbroken.slice(0, -1)).filter((strip) => strip !== undefined).length).toBeGreaterThan(
      unbroken.length - 5,
    );
    viewer.stage({ rotation: 90 });
    viewer.pipeline.configureStream(STREAM_MAIN, { ...MAIN_640, gop, width: 360, height: 640 });
    await until(() => viewer.main.filter((frame) => frame.width === 360).length >= 5);
    const portrait = viewer.main.filter((frame) => frame.width === 360);
    expect(portrait.map((frame) => frame.isKey)).toEqual(portrait.map((_, index) => index === 0));
    expect(stripsOf(portrait).every((strip) => strip !== undefined)).toBe(true);
  },
  CASE_LIMIT_MS,
);
