import { afterAll, beforeAll, describe, expect } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { distanceFromBars } from "../support/colour-bars.ts";
import {
  BOOT_LIMIT_MS,
  describeWithMachine,
  MACHINE_TEST_LIMIT_MS,
  testInMachine,
  VIVID_WEBCAM,
  VirtualMachine,
} from "../support/virtual-machine.ts";
import { buildProbe, capture, captureUntilLost, ERROR, type Probe } from "./v4l2-probe.ts";

/** Rounding in vivid's own conversion. */
const BAR_TOLERANCE = 3;

/** The pictures show the bars where they belong: planes and strides are right. */
function expectBars(seen: Probe): void {
  expect(distanceFromBars(seen.samples)).toBeLessThanOrEqual(BAR_TOLERANCE);
}

function expectClean(seen: Probe): void {
  expect(seen).toMatchObject({ error: 0, leakedDescriptors: 0, leakedMappings: 0 });
  expect(seen.ordered).toBe(seen.pictures);
  expect(seen.fresh).toBe(seen.pictures);
}

describeWithMachine("V4L2 source", () => {
  const folder = mkdtempSync(join(tmpdir(), "v4l2-source-"));
  beforeAll(() => buildProbe(folder), MACHINE_TEST_LIMIT_MS);
  afterAll(() => rmSync(folder, { recursive: true }));

  const kinds = [
    { name: "single-planar", module: VIVID_WEBCAM, fourccs: ["YUYV", "UYVY", "NV12", "NV21", "YU12"] },
    {
      name: "multi-planar",
      module: `${VIVID_WEBCAM} multiplanar=2`,
      fourccs: ["YUYV", "UYVY", "NV12", "NV21", "YU12", "NM12", "NM21", "YM12"],
    },
  ];
  for (const { name, module, fourccs } of kinds) {
    describe(`on a ${name} webcam`, () => {
      let machine: VirtualMachine;
      beforeAll(async () => {
        machine = await VirtualMachine.boot({ modules: [module], folders: [folder] });
        await machine.run("v4l2-ctl -d /dev/video0 -c osd_text_mode=2"); // its text would cover the bars
      }, BOOT_LIMIT_MS);
      afterAll(() => machine?.stop());

      for (const [index, fourcc] of fourccs.entries()) {
        const [width, height] = [
          [320, 180],
          [1280, 720],
          [640, 480],
          [1920, 1080],
        ][index % 4] as [number, number];
        testInMachine(`${fourcc} ${width}x${height}`, async () => {
          const seen = await capture(machine, folder, { width, height, fourcc, frames: 4 });
          expectClean(seen);
          const layout = { NM12: "NV12", NM21: "NV21", YM12: "YU12" }[fourcc] ?? fourcc;
          expect(seen).toMatchObject({ fourcc: layout, width, height, pictureFourcc: layout, pictureWidth: width });
          expect(seen).toMatchObject({ pictureHeight: height, fpsMillihertz: 30_000, fullRange: 0 });
          expectBars(seen);
        });
      }

      testInMachine("delivers the rate asked for", async () => {
        const seen = await capture(machine, folder, { fps: 10, frames: 11 });
        expectClean(seen);
        expect(seen.fpsMillihertz).toBe(10_000);
        // the driver's own timer is late on a busy machine and then hurries
        expect(Math.abs(seen.measuredFps - 10)).toBeLessThan(4);
      });

      testInMachine("takes the next higher rate and the nearest size", async () => {
        const seen = await capture(machine, folder, { width: 1290, height: 700, fps: 26, frames: 2 });
        expectClean(seen);
        expect(seen).toMatchObject({ width: 1280, height: 720, fpsMillihertz: 30_000 });
      });

      testInMachine("passes over older pictures when the consumer is slow", async () => {
        const seen = await capture(machine, folder, { width: 640, height: 360, fps: 30, frames: 8, holdMs: 100 });
        expectClean(seen);
        expect(seen.skipped).toBeGreaterThanOrEqual(8);
      });
    });
  }

  describe("with faults of the driver", () => {
    let machine: VirtualMachine;
    const set = async (assignment: string) => {
      expect((await machine.run(`v4l2-ctl -d /dev/video0 -c ${assignment}`)).exitCode).toBe(0);
    };

    beforeAll(async () => {
      machine = await VirtualMachine.boot({ modules: [VIVID_WEBCAM], folders: [folder] });
    }, BOOT_LIMIT_MS);
    afterAll(() => machine?.stop());

    testInMachine("skips pictures that the driver marks as damaged", async () => {
      const running = await captureUntilLost(machine, folder, {});
      for (let i = 0; i < 3; i++) await set("inject_v4l2_buf_flag_error=1");
      await set("inject_fatal_streaming_error=1");
      const seen = await running.ended();
      expect(seen.skipped).toBeGreaterThan(0);
      expect(seen.fresh).toBe(seen.pictures);
    });

    testInMachine("keeps times ordered and recent when the driver's clock is not", async () => {
      await set("wrap_timestamp=1");
      const seen = await capture(machine, folder, { frames: 8 });
      await set("wrap_timestamp=0");
      expectClean(seen);
      expect(seen.pictures).toBe(8);
    });

    testInMachine("tells full range from the format", async () => {
      await set("quantization=1");
      const seen = await capture(machine, folder, {});
      await set("quantization=0");
      expect(seen).toMatchObject({ error: 0, fullRange: 1 });
    });

    for (const call of ["reqbufs", "qbuf", "streamon"]) {
      testInMachine(`reports a failing ${call} and leaves nothing behind`, async () => {
        await set(`inject_vidioc_${call}_error=1`);
        const failed = await capture(machine, folder, {});
        expect(failed).toMatchObject({ error: ERROR.invalid, leakedDescriptors: 0, leakedMappings: 0 });
        expectClean(await capture(machine, folder, {}));
      });
    }

    testInMachine("takes a fatal error of the queue as a loss", async () => {
      const running = await captureUntilLost(machine, folder, {});
      await set("inject_fatal_streaming_error=1");
      expect(await running.ended()).toMatchObject({ error: ERROR.io, leakedDescriptors: 0, leakedMappings: 0 });
      expectClean(await capture(machine, folder, {}));
    });

    testInMachine("tells a second capture that the device is busy, and the first one that it is gone", async () => {
      const running = await captureUntilLost(machine, folder, {});
      expect(await capture(machine, folder, {})).toMatchObject({ error: ERROR.busy, leakedDescriptors: 0 });
      await set("disconnect=1");
      expect(await running.ended()).toMatchObject({ error: ERROR.gone, leakedDescriptors: 0, leakedMappings: 0 });
    });
  });

  describe("refuses", () => {
    let machine: VirtualMachine;
    beforeAll(async () => {
      const modules = ["vicodec", "vim2m", "vivid n_devs=1 node_types=0x100 num_outputs=1"];
      machine = await VirtualMachine.boot({ modules, folders: [folder] });
    }, BOOT_LIMIT_MS);
    afterAll(() => machine?.stop());

    testInMachine("codecs, memory-to-memory and output nodes", async () => {
      const nodes = (await machine.run("ls /dev/video*")).stdout.trim().split("\n");
      expect(nodes.length).toBeGreaterThanOrEqual(4);
      for (const path of nodes)
        expect(await capture(machine, folder, { path })).toMatchObject({
          error: ERROR.notCapture,
          leakedDescriptors: 0,
        });
    });

    const paths = [
      ["/dev/video77", ERROR.noEntry],
      ["/dev/null", ERROR.notCapture],
      ["/etc/passwd", ERROR.notCapture],
      ["/dev", ERROR.notCapture],
      [`/${"x".repeat(300)}`, ERROR.badArgument],
    ] as const;
    for (const [path, error] of paths)
      testInMachine(`the path ${path.slice(0, 20)}`, async () => {
        expect(await capture(machine, folder, { path })).toMatchObject({ error, leakedDescriptors: 0 });
      });

    for (const wish of [{ width: 0 }, { height: 5000 }, { width: -1 }, { fps: 0 }, { fps: 1001 }])
      testInMachine(`the wish ${JSON.stringify(wish)}`, async () => {
        expect((await capture(machine, folder, wish)).error).toBe(ERROR.badArgument);
      });
  });

  testInMachine(
    "takes any size from a range, with padded rows",
    async () => {
      const modules = ["vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0x3"];
      const machine = await VirtualMachine.boot({ modules, folders: [folder] });
      const seen = await capture(machine, folder, { width: 1002, height: 562, fps: 30, fourcc: "NV12", frames: 3 });
      await machine.stop();
      expectClean(seen);
      expect(seen).toMatchObject({ width: 1002, height: 562, pictureWidth: 1002, pictureHeight: 562 });
      expect(seen.samples.map(([luma = 0]) => luma)).toEqual(
        seen.samples.map(([luma = 0]) => luma).sort((a, b) => b - a),
      );
    },
    BOOT_LIMIT_MS,
  );
});
