import { afterAll, beforeAll, expect } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCameraMedia } from "../support/camera-media.ts";
import {
  BOOT_LIMIT_MS,
  describeWithMachine,
  testInMachine,
  UVC_MODULES,
  UvcCamera,
  VirtualMachine,
} from "../support/virtual-machine.ts";
import { buildProbe, capture, captureUntilLost, ERROR } from "./v4l2-probe.ts";

const NAL_SPS = 7;
const NAL_PPS = 8;
const NAL_IDR = 5;
const NAL_SLICE = 1;
/** Between the plug and the source's word for it. */
const LOSS_LIMIT_US = 100_000;
const UNPLUGS = 5;
const CASE_LIMIT_MS = 60_000;

describeWithMachine("V4L2 source on a USB camera", () => {
  const folder = mkdtempSync(join(tmpdir(), "v4l2-uvc-"));
  let machine: VirtualMachine;
  let camera: UvcCamera;

  beforeAll(async () => {
    buildProbe(folder);
    const { mjpeg, h264 } = makeCameraMedia(folder, "1280x720", 30);
    machine = await VirtualMachine.boot({ modules: UVC_MODULES, folders: [folder], limitSeconds: 180 });
    camera = await UvcCamera.attach(machine, `--mjpeg ${mjpeg} --h264 ${h264} --size 1280x720 --fps 30`);
  }, BOOT_LIMIT_MS);
  afterAll(async () => {
    await machine?.stop();
    rmSync(folder, { recursive: true });
  });

  const clean = { error: 0, width: 1280, height: 720, skipped: 0, leakedDescriptors: 0, leakedMappings: 0 };
  const wish = { width: 1280, height: 720, fps: 30, frames: 40 };

  testInMachine("delivers JPEGs, full range", async () => {
    const seen = await capture(machine, folder, { ...wish, fourcc: "MJPG" });
    expect(seen).toMatchObject({ ...clean, pictureFourcc: "MJPG", pictureHeight: 720, fullRange: 1, pictures: 40 });
    expect(seen.leastBytes).toBeGreaterThan(10_000);
    expect(seen.mostBytes).toBeLessThan(1_000_000);
  });

  testInMachine("passes H.264 through, every picture in order", async () => {
    const seen = await capture(machine, folder, { ...wish, passthrough: true });
    expect(seen).toMatchObject({ ...clean, pictureFourcc: "H264", canForceKeyframe: 0, keyframe: ERROR.notSupported });
    const types = (1 << NAL_SPS) | (1 << NAL_PPS) | (1 << NAL_IDR) | (1 << NAL_SLICE);
    expect(seen.nalTypes & types).toBe(types);
  });

  testInMachine("never drops one of several waiting H.264 pictures", async () => {
    const seen = await capture(machine, folder, { ...wish, frames: 20, passthrough: true, holdMs: 40 });
    expect(seen).toMatchObject({ error: 0, pictureFourcc: "H264" });
    // At 25 pictures a second the buffers hold the rest of this short capture: only a passed-over one would be skipped.
    expect(seen.skipped).toBe(0);
  });

  testInMachine("tells of H.264 pictures that the driver lost", async () => {
    const seen = await capture(machine, folder, { ...wish, frames: 15, passthrough: true, holdMs: 150 });
    expect(seen).toMatchObject({ error: 0, pictureFourcc: "H264" });
    expect(seen.skipped).toBeGreaterThan(5);
  });

  testInMachine("takes H.264 only when it is allowed", async () => {
    expect(await capture(machine, folder, wish)).toMatchObject({ ...clean, pictureFourcc: "YUYV", fullRange: 0 });
  });

  testInMachine("refuses the metadata node", async () => {
    expect(await capture(machine, folder, { path: "/dev/video1" })).toMatchObject({ error: ERROR.notCapture });
  });

  testInMachine("offers no format that the camera has not", async () => {
    const seen = await capture(machine, folder, { ...wish, fourcc: "NV12" });
    expect(seen).toMatchObject({ error: ERROR.noFormat, leakedDescriptors: 0 });
  });

  for (const fourcc of ["YUYV", "MJPG", "H264"])
    testInMachine(
      `tells at once that the plug was pulled (${fourcc})`,
      async () => {
        for (let round = 0; round < UNPLUGS; round++) {
          const running = await captureUntilLost(machine, folder, { ...wish, fourcc });
          const { stdout } = await machine.run("date +%s%6N");
          await camera.unplug();
          const seen = await running.ended();
          expect(seen).toMatchObject({ error: ERROR.gone, leakedDescriptors: 0, leakedMappings: 0 });
          expect(seen.lostAtUs - Number(stdout)).toBeLessThan(LOSS_LIMIT_US);
          expect(seen.closeUs).toBeLessThan(LOSS_LIMIT_US);
          await machine.waitFor("test ! -e /dev/video0", CASE_LIMIT_MS);
          await camera.replug();
          await machine.waitFor("test -e /dev/video0", CASE_LIMIT_MS);
        }
      },
      CASE_LIMIT_MS,
    );
});
