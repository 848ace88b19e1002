import { afterAll, beforeAll, expect } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCameraMedia, showsTestSource } from "../support/camera-media.ts";
import { distanceFromBars } from "../support/colour-bars.ts";
import { type CameraReading, MachineServer, SERVER_PORTS } from "../support/machine-server.ts";
import { isSlate, PixelViewer, type Samples } from "../support/pixel-viewer.ts";
import { until } from "../support/until.ts";
import {
  BOOT_LIMIT_MS,
  describeWithMachine,
  MACHINE_LIMIT_MS,
  testInMachine,
  UVC_MODULES,
  UvcCamera,
  VIVID_WEBCAM,
  VirtualMachine,
} from "../support/virtual-machine.ts";

/** Of vivid's bars after two conversions and a coder. */
const BARS_TOLERANCE = 20;

describeWithMachine("a camera that sends JPEGs beside another", () => besideAnother("mjpeg"));
describeWithMachine("a camera that codes itself beside another", () => besideAnother("h264"));

function besideAnother(kind: "mjpeg" | "h264"): void {
  const folder = mkdtempSync(join(tmpdir(), "v4l2-two-"));
  let machine: VirtualMachine;
  let server: MachineServer;
  let second: UvcCamera;
  let viewer: PixelViewer;

  beforeAll(async () => {
    machine = await VirtualMachine.boot({
      modules: [VIVID_WEBCAM, ...UVC_MODULES],
      ports: SERVER_PORTS,
      folders: [folder],
    });
    server = await MachineServer.start(machine, "auto");
    await server.set({ resolution: "640x360" });
    viewer = new PixelViewer(server.url("stream1"));
    await viewer.waitFor(showsBars, MACHINE_LIMIT_MS);
  }, BOOT_LIMIT_MS);
  afterAll(async () => {
    await viewer?.close();
    await machine?.stop();
    rmSync(folder, { recursive: true });
  });

  const showsBars = (samples: Samples) => distanceFromBars(samples) < BARS_TOLERANCE;
  const settings = async () => (await server.get("/api/settings")) as Readonly<Record<string, unknown>>;
  const cameras = async () => (await server.get("/api/camera/status")) as readonly CameraReading[];
  /** Changes the programme; resolves with the slates that viewers saw on the way. */
  const change = async (camera: 1 | 2, isWanted: (samples: Samples) => boolean) => {
    let slates = 0;
    const shown = viewer.waitFor((samples) => {
      if (isSlate(samples)) slates++;
      return isWanted(samples);
    }, MACHINE_LIMIT_MS);
    await Promise.all([server.set({ "main-camera": camera }), shown]);
    return slates;
  };

  testInMachine("is found when it is plugged in, rests until it is chosen, and is cut to without a slate", async () => {
    expect(await settings()).toMatchObject({ "main-camera": 1, "cam1-exists": true, "cam2-exists": false });
    await expect(server.set({ "main-camera": 2 })).rejects.toThrow("400");
    const media = makeCameraMedia(folder, "640x360", 30);
    second = await UvcCamera.attach(machine, `--${kind} ${media[kind]} --size 640x360 --fps 30 --no-yuyv`);
    await until(async () => (await settings())["cam2-exists"] === true, MACHINE_LIMIT_MS);
    const [first, found] = await cameras();
    expect([first?.driver, first?.state, found?.state]).toEqual(["vivid", "online", "resting"]);
    // it is not open, and tells all the same what it can do
    expect(found?.modes).toMatchObject([{ pixel_format: kind === "mjpeg" ? "MJPG" : "H264", resolution: "640x360" }]);
    expect(found?.controls.map(({ name }) => name)).toContain("Brightness");
    expect(await change(2, showsTestSource)).toBe(0);
    expect(await change(1, showsBars)).toBe(0);
    await until(async () => (await cameras())[1]?.state === "resting", MACHINE_LIMIT_MS);
  });

  testInMachine("has its own controls, to which what was set is applied when it is chosen", async () => {
    const brightness = async () =>
      (await cameras())[1]?.controls.find(({ name }) => name === "Brightness")?.value ?? Number.NaN;
    const before = await brightness();
    await server.set({ brightness: 70 });
    expect(await brightness()).toBe(before);
    await change(2, (samples) => !showsBars(samples) && !isSlate(samples));
    await until(async () => (await brightness()) > before, MACHINE_LIMIT_MS);
    await server.set({ brightness: 50 });
    await change(1, showsBars);
  });

  if (kind === "h264")
    testInMachine("is passed through as the programme, but not with an inset", async () => {
      const encoder = async () => ((await server.get("/api/streams")) as { encoder: string }[])[0]?.encoder;
      expect(await encoder()).toBe("software");
      await change(2, showsTestSource);
      await until(async () => (await encoder()) === "camera", MACHINE_LIMIT_MS);
      await server.set({ "pip-mode": "top-left" });
      await until(async () => (await encoder()) === "software", MACHINE_LIMIT_MS);
      await viewer.waitFor(showsTestSource, MACHINE_LIMIT_MS);
      await server.set({ "pip-mode": "off" });
      await until(async () => (await encoder()) === "camera", MACHINE_LIMIT_MS);
      await change(1, showsBars);
    });

  testInMachine("is missed and found again while it rests", async () => {
    await second.unplug();
    await until(async () => (await settings())["cam2-exists"] === false, MACHINE_LIMIT_MS);
    expect((await cameras())[1]?.problem).toMatch(/Plug it in/);
    await second.replug();
    await until(async () => (await settings())["cam2-exists"] === true, MACHINE_LIMIT_MS);
  });

  testInMachine(
    "that is unplugged as the programme leaves its slate, the other is a choice, and it comes back",
    async () => {
      await change(2, showsTestSource);
      await Promise.all([viewer.waitFor(isSlate, MACHINE_LIMIT_MS), second.unplug()]);
      await until(async () => (await settings())["cam2-exists"] === false, MACHINE_LIMIT_MS);
      await change(1, showsBars);
      // chosen while it is away: the slate says so
      await change(2, isSlate);
      await Promise.all([viewer.waitFor(showsTestSource, MACHINE_LIMIT_MS), second.replug()]);
      expect(viewer.isConnected).toBe(true);
      await change(1, showsBars);
    },
  );
}
