import { afterAll, beforeAll, describe, expect } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { distanceFromBars, sampleBars } from "../support/colour-bars.ts";
import {
  BOOT_LIMIT_MS,
  describeWithMachine,
  testInMachine,
  VIVID_WEBCAM,
  VirtualMachine,
} from "../support/virtual-machine.ts";

const WIDTH = 640;
const HEIGHT = 360;
/** Rounding of vivid, of the encoder's quantiser and of scaling. */
const TOLERANCE = 6;

const KINDS = [
  { name: "single-planar", multiplanar: 1, fourccs: ["YUYV", "UYVY", "NV12", "NV21", "YU12"] },
  { name: "multi-planar", multiplanar: 2, fourccs: ["YUYV", "NV12", "NM12", "NM21", "YM12"] },
];

describeWithMachine("pipeline on a camera", () => {
  const folder = mkdtempSync(join(tmpdir(), "v4l2-pipeline-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  for (const { name, multiplanar, fourccs } of KINDS)
    describe(name, () => {
      let machine: VirtualMachine;
      beforeAll(async () => {
        const modules = [`${VIVID_WEBCAM} multiplanar=${multiplanar}`];
        machine = await VirtualMachine.boot({ modules, folders: [folder] });
        await machine.run("v4l2-ctl -d /dev/video0 -c osd_text_mode=2"); // its text would cover the bars
      }, BOOT_LIMIT_MS);
      afterAll(() => machine?.stop());

      for (const [index, fourcc] of fourccs.entries()) {
        const [width, height] = index % 2 === 0 ? [WIDTH, HEIGHT] : [1280, 720];
        testInMachine(`${fourcc} at ${width}x${height} keeps its colours`, async () => {
          const file = join(folder, `${name}-${fourcc}.h264`);
          const script = join(import.meta.dirname, "v4l2-pipeline.guest.ts");
          const command = `${process.execPath} ${script} ${fourcc} ${width} ${height} ${file}`;
          const { stdout, stderr, exitCode } = await machine.run(command);
          expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
          expect(JSON.parse(stdout)).toMatchObject({
            frames: 10,
            sourceState: "running",
            sourceWidth: width,
            sourceHeight: height,
            corrupt: 0,
          });
          expect(distanceFromBars(sampleBars(lastPicture(file), WIDTH, HEIGHT))).toBeLessThanOrEqual(TOLERANCE);
        });
      }
    });
});

/** The last picture of an H.264 file, I420. */
function lastPicture(file: string): Uint8Array {
  const output = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-"];
  const { stdout } = Bun.spawnSync(["ffmpeg", "-v", "error", "-f", "h264", "-i", file, ...output]);
  const size = (WIDTH * HEIGHT * 3) / 2;
  return stdout.subarray(Math.floor(stdout.length / size - 1) * size);
}
