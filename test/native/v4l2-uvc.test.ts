import { afterAll, beforeAll, expect } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCameraMedia } from "../support/camera-media.ts";
import {
  BOOT_LIMIT_MS,
  describeWithMachine,
  MACHINE_LIMIT_MS,
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

describeWithMachine("V4L2 source on a USB camera", () => {
  const folder = mkdtempSync(join(tmpdir(), "v4l2-uvc-"));
  let machine: VirtualMachine;
  let camera: UvcCamera;

  beforeAll(async () => {
    buildProbe(folder);
    const { mjpeg, h264 } = makeCameraMedia(folder, "1280x720", 30);
    machine = await VirtualMachine.boot({ modules: UVC_MODULES, folders: [folder] });
    camera = await UvcCamera.attach(machine, `--mjpeg ${mjpeg} --h264 ${h264} --size 1280x720 --fps 30`);
  }, BOOT_LIMIT_MS);
  afterAll(async () => {
    await machine?.stop();
    rmSync(folder, { recursive: true });
  });

  const clean = { error: 0, width: 1280, height: 720, leakedDescriptors: 0, leakedMappings: 0 };
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
    // Held a little longer than the next one takes to come, two wait at the end; there is room for eight.
    const slow = { ...wish, fps: 15, frames: 12, holdMs: 80 };
    const jpeg = await capture(machine, folder, { ...slow, fourcc: "MJPG" });
    expect(jpeg.skipped).toBeGreaterThan(0);
    expect(await capture(machine, folder, { ...slow, passthrough: true })).toMatchObject({
      error: 0,
      pictureFourcc: "H264",
      skipped: 0,
    });
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

  testInMachine("hears of its controls, and is known by its serial number", async () => {
    const script = `
      import { CONTROL_ID, Device, Library, listVideoNodes } from "${join(import.meta.dirname, "../../native/ts/index.ts")}";
      const device = Device.open(Library.open(), "/dev/video0");
      console.log(device.identify().driver, device.setControl(CONTROL_ID.brightness, 201));
      console.log(listVideoNodes().map(({ id }) => id).join(" "));
      device.close();`;
    const { stdout, stderr } = await machine.run(`${process.execPath} -e '${script}'`);
    const ids = "usb-1d6b:0104-0001-video-index0 usb-1d6b:0104-0001-video-index1";
    expect({ stdout, stderr }).toEqual({ stdout: `uvcvideo 201\n${ids}\n`, stderr: "" });
    // The camera itself: its processing unit's brightness.
    await machine.waitFor("grep -q 'control 2 201' /tmp/camera.log", MACHINE_LIMIT_MS);
  });

  for (const fourcc of ["YUYV", "MJPG", "H264"])
    testInMachine(`tells at once that the plug was pulled (${fourcc})`, async () => {
      const delaysUs: number[] = [];
      for (let round = 0; round < UNPLUGS; round++) {
        const running = await captureUntilLost(machine, folder, { ...wish, fourcc });
        const pulledAtUs = await camera.unplug();
        const seen = await running.ended();
        await machine.waitFor("test ! -e /dev/video0", MACHINE_LIMIT_MS);
        await camera.replug();
        await machine.waitFor("test -e /dev/video0", MACHINE_LIMIT_MS);
        expect(seen).toMatchObject({ error: ERROR.gone, leakedDescriptors: 0, leakedMappings: 0 });
        delaysUs.push(seen.lostAtUs - pulledAtUs + seen.closeUs);
      }
      // One of them may fall into a moment in which the busy machine runs something else.
      const median = delaysUs.toSorted((a, b) => a - b)[UNPLUGS >> 1];
      expect(median).toBeLessThan(LOSS_LIMIT_US);
    });
});
