import { afterEach, expect, test } from "bun:test";
import { stripsOf, TEST_640 } from "../support/pipeline-recorder.ts";
import { expectClose, type Picture, pictureOf, StageViewer } from "../support/stage-viewer.ts";

/** Of the ramp, above the box. */
const RAMP_Y = 250;
/** Of the rotor, in the test picture of 640 × 360. */
const CENTRE = { x: 586, y: 54 };

const CASE_LIMIT_MS = 90_000;

let open: StageViewer | undefined;
afterEach(() => open?.pipeline.close());

function start(...config: ConstructorParameters<typeof StageViewer>): StageViewer {
  open = new StageViewer(...config);
  return open;
}

/** Degrees clockwise from straight up of the rotor's arm; undefined when it is not seen. */
function armAngle(picture: Picture): number | undefined {
  let [x, y, count] = [0, 0, 0];
  for (let dy = -44; dy < 44; dy += 2)
    for (let dx = -44; dx < 44; dx += 2) {
      const [cb, cr] = picture.chroma(CENTRE.x + dx, CENTRE.y + dy);
      if (dx * dx + dy * dy > 42 * 42 || cb > 100 || cr < 150) continue;
      [x, y, count] = [x + dx + 0.5, y + dy + 0.5, count + 1];
    }
  return count < 20 ? undefined : (Math.atan2(x, -y) * 180) / Math.PI;
}

test(
  "the rotor turns at its speed, in its direction, and stops where it is",
  async () => {
    const viewer = start();
    expectClose(armAngle((await viewer.look()).main) ?? Number.NaN, 0, 3);
    for (const [rotorSpeed, degreesPerSecond] of [
      [0.25, 180],
      [-0.125, -90],
    ] as const) {
      viewer.scene({ rotorSpeed });
      const { main } = await viewer.settle();
      const [first, last] = [main.slice(0, 3), main.slice(0, 9)].map((frames) => ({
        ms: stripsOf(frames).at(-1)?.unixMs ?? Number.NaN,
        angle: armAngle(pictureOf(frames)) ?? Number.NaN,
      }));
      if (first === undefined || last === undefined) throw new Error("nothing was decoded");
      const turned = ((last.angle - first.angle + 540) % 360) - 180;
      expectClose(turned, (degreesPerSecond * (last.ms - first.ms)) / 1000, 12);
    }
    viewer.scene({ rotorSpeed: 0 });
    const stopped = armAngle((await viewer.look()).main) ?? Number.NaN;
    expectClose(armAngle((await viewer.look()).main) ?? Number.NaN, stopped, 3);
  },
  CASE_LIMIT_MS,
);

test(
  "light brightens the test picture",
  async () => {
    const viewer = start();
    const means: number[] = [];
    for (const lightPercent of [0, 50, 100]) {
      viewer.scene({ lightPercent });
      means.push((await viewer.look()).main.meanLuma(RAMP_Y));
    }
    const [dark = 0, half = 0, full = 0] = means;
    expect(half - dark).toBeGreaterThan(8);
    expect(full - half).toBeGreaterThan(6);
    viewer.pipeline.setSource({ ...TEST_640, noise: 1 });
    expectClose((await viewer.look()).main.meanLuma(RAMP_Y), full, 3);
  },
  CASE_LIMIT_MS,
);
