import { afterEach, expect, test } from "bun:test";
import { NativeError } from "../../native/ts/index.ts";
import { SUB_320, stripsOf, TEST_640 } from "../support/pipeline-recorder.ts";
import { expectClose, type Picture, StageViewer } from "../support/stage-viewer.ts";

const CASE_LIMIT_MS = 90_000;

let open: StageViewer | undefined;
afterEach(() => open?.pipeline.close());

function start(...config: ConstructorParameters<typeof StageViewer>): StageViewer {
  open = new StageViewer(...config);
  return open;
}

/** Mean Cb and Cr of the bars, without the rotor. */
function meanChroma(picture: Picture): readonly [number, number] {
  let [cb, cr, count] = [0, 0, 0];
  for (let y = 0; y < picture.height * 0.65; y += 2)
    for (let x = 0; x < picture.width * 0.8; x += 2) {
      const [oneCb, oneCr] = picture.chroma(x, y);
      [cb, cr, count] = [cb + oneCb, cr + oneCr, count + 1];
    }
  return [cb / count, cr / count];
}

test(
  "the pictures are told apart by their colours, also very small, and the strip of either is read",
  async () => {
    const viewer = start({ sub: { ...SUB_320, width: 160, height: 90 } });
    for (const [pattern, isSecond] of [
      [undefined, false],
      [1, true],
      [0, false],
    ] as const) {
      viewer.pipeline.setSource(pattern === undefined ? TEST_640 : { ...TEST_640, pattern, noise: 4 });
      const { main, sub } = await viewer.look();
      for (const picture of [main, sub]) {
        const [cb, cr] = meanChroma(picture);
        expect(cb > 140 && cr < 100).toBe(isSecond);
        expect(Math.abs(cb - 128) < 16 && Math.abs(cr - 128) < 25).toBe(!isSecond);
      }
      expect(stripsOf((await viewer.settle()).main).every((strip) => strip !== undefined)).toBe(true);
    }
  },
  CASE_LIMIT_MS,
);

test(
  "the second picture has a large 2, a rotor, the ramp and the light of the first",
  async () => {
    const viewer = start({ source: { ...TEST_640, pattern: 1 } });
    const { main } = await viewer.look();
    // the digit's foot and the middle of its upper bow, on black from side to side
    expect(main.luma(310, 178)).toBeGreaterThan(200);
    expect(main.luma(310, 100)).toBeLessThan(40);
    expect(main.luma(350, 100)).toBeGreaterThan(200);
    expectClose(main.luma(605, 65), 70);
    expectClose(main.luma(320, 250), 16 + 219 / 2);
    viewer.scene({ lightPercent: 100, rotorSpeed: 0 });
    expect((await viewer.look()).main.meanLuma(250)).toBeGreaterThan(main.meanLuma(250) + 14);
  },
  CASE_LIMIT_MS,
);

test("a picture that there is not is refused", () => {
  expect(() => start({ source: { ...TEST_640, pattern: 2 as 1 } })).toThrow(NativeError);
  const viewer = start();
  expect(() => viewer.pipeline.setSource({ ...TEST_640, pattern: -1 as 1 })).toThrow(NativeError);
});
