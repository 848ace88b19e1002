import { afterEach, beforeEach, expect } from "bun:test";
import { showsTestSource } from "../support/camera-media.ts";
import { MachineServer, SERVER_PORTS } from "../support/machine-server.ts";
import { PixelViewer } from "../support/pixel-viewer.ts";
import {
  BOOT_LIMIT_MS,
  describeWithMachine,
  MACHINE_LIMIT_MS,
  testInMachine,
  VirtualMachine,
} from "../support/virtual-machine.ts";

/** A camera that another program in the machine feeds, and that offers what it is fed only. */
const LOOPBACK = "v4l2loopback devices=1 exclusive_caps=1 video_nr=0";
/** What is fed, in FFmpeg's and in V4L2's words. vivid offers all formats at once, of which YUYV is taken. */
const FORMATS = [
  ["nv12", "NV12"],
  ["yuv420p", "YU12"],
  ["uyvy422", "UYVY"],
] as const;
/** The native tests try every format; what the executable adds to that is the same for each. */
const TRIED = process.env.RD_LONG === "1" ? FORMATS : FORMATS.slice(0, 1);

describeWithMachine("the executable on a camera with one format", () => {
  let machine: VirtualMachine;
  beforeEach(async () => {
    machine = await VirtualMachine.boot({ modules: [LOOPBACK], ports: SERVER_PORTS });
  }, BOOT_LIMIT_MS);
  afterEach(() => machine?.stop());

  for (const [fed, fourcc] of TRIED) {
    testInMachine(`shows ${fourcc} in its colours`, async () => {
      const picture = "-re -f lavfi -i testsrc2=size=640x360:rate=30";
      await machine.start("feed", `ffmpeg -loglevel error -nostdin ${picture} -pix_fmt ${fed} -f v4l2 /dev/video0`);
      await machine.waitFor(`v4l2-ctl -d /dev/video0 --list-formats | grep -q ${fourcc}`, MACHINE_LIMIT_MS);
      const server = await MachineServer.start(machine, "/dev/video0");
      expect(await server.camera()).toMatchObject({ pixel_format: fourcc, driver: "v4l2 loopback" });
      for (const stream of ["stream1", "stream2"] as const) {
        const viewer = new PixelViewer(server.url(stream));
        await viewer.waitFor(showsTestSource, MACHINE_LIMIT_MS).finally(() => viewer.close());
      }
    });
  }
});
