import { afterAll, afterEach, beforeAll, beforeEach, expect } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CameraMedia, makeCameraMedia, showsTestSource } from "../support/camera-media.ts";
import { MachineServer, SERVER_PORTS } from "../support/machine-server.ts";
import { PixelViewer } from "../support/pixel-viewer.ts";
import { until } from "../support/until.ts";
import {
  BOOT_LIMIT_MS,
  describeWithMachine,
  MACHINE_LIMIT_MS,
  testInMachine,
  UVC_MODULES,
  UvcCamera,
  VirtualMachine,
} from "../support/virtual-machine.ts";

const LOG = "the camera delivers pictures";

describeWithMachine("a machine without a camera", () => {
  const folder = mkdtempSync(join(tmpdir(), "v4l2-plug-"));
  let media: CameraMedia;
  let machine: VirtualMachine;

  beforeAll(() => {
    media = makeCameraMedia(folder, "640x360", 30);
  });
  beforeEach(async () => {
    machine = await VirtualMachine.boot({ modules: UVC_MODULES, ports: SERVER_PORTS, folders: [folder] });
  }, BOOT_LIMIT_MS);
  afterEach(() => machine?.stop());
  afterAll(() => rmSync(folder, { recursive: true }));

  const plugIn = () => UvcCamera.attach(machine, `--mjpeg ${media.mjpeg} --size 640x360 --fps 30 --no-yuyv`);

  testInMachine(
    "shows the test picture, and the first camera that is plugged in to the same viewers at its own size",
    async () => {
      const server = await MachineServer.start(machine, "auto");
      const viewer = new PixelViewer(server.url("stream1"));
      try {
        await viewer.waitFor(() => true, MACHINE_LIMIT_MS);
        expect(await server.camera()).toMatchObject({ device: "test", substitute: true, resolution: "1920x1080" });
        expect(await server.log()).toContain("no camera was found");
        const shown = viewer.waitFor(showsTestSource, MACHINE_LIMIT_MS);
        await plugIn();
        await shown;
        expect(viewer.isConnected).toBe(true);
        await until(async () => (await server.camera()).resolution === "640x360");
        expect(await server.camera()).toMatchObject({ device: "/dev/video0", substitute: false, pixel_format: "MJPG" });
        expect(await server.get("/api/streams")).toMatchObject([{ resolution: "640x360" }, { resolution: "640x360" }]);
      } finally {
        await viewer.close();
      }
    },
  );

  testInMachine("ends the sessions at the change of size where rtsp.close_on_resolution_change says so", async () => {
    const server = await MachineServer.start(
      machine,
      "auto",
      LOG,
      "env ROTORDREAM_RTSP_CLOSE_ON_RESOLUTION_CHANGE=true",
    );
    const viewer = new PixelViewer(server.url("stream1"));
    try {
      await viewer.waitFor(() => true, MACHINE_LIMIT_MS);
      await plugIn();
      await until(() => !viewer.isConnected, MACHINE_LIMIT_MS);
      expect((await server.camera()).device).toBe("/dev/video0");
    } finally {
      await viewer.close();
    }
  });
});
