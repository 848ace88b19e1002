import { afterAll, beforeAll, expect } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCameraMedia, showsTestSource } from "../support/camera-media.ts";
import { testWithSchemas } from "../support/conditional-tests.ts";
import { MachineServer, SERVER_PORTS } from "../support/machine-server.ts";
import type { OnvifClient } from "../support/onvif-client.ts";
import { createPullPoint, topicFilter } from "../support/onvif-events.ts";
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

/** As vivid declares it. */
const VIVID_GAIN = 100;
/** The camera is asked every two seconds. */
const ASKED_LIMIT_MS = 10_000;
/** Luma of the black bar with rounding, and what a raised brightness must make of it. */
const BLACK_MAX = 24;
const LIFTED_MIN = 46;

const black = (seen: Samples) => seen.at(-1)?.[0] ?? 0;

describeWithMachine("settings on vivid's own controls", () => {
  let machine: VirtualMachine;
  let server: MachineServer;
  let viewer: PixelViewer;
  let onvif: OnvifClient;
  beforeAll(async () => {
    machine = await VirtualMachine.boot({ modules: [VIVID_WEBCAM], ports: SERVER_PORTS });
    await machine.run("v4l2-ctl -d /dev/video0 -c osd_text_mode=2"); // its text would cover the bars
    server = await MachineServer.start(machine, "auto");
    viewer = new PixelViewer(server.url("stream1"));
    await viewer.waitFor((seen) => black(seen) < BLACK_MAX, MACHINE_LIMIT_MS);
  }, BOOT_LIMIT_MS);
  afterAll(async () => {
    await viewer?.close();
    await machine?.stop();
  });

  const held = async (control: string) => {
    const { stdout } = await machine.run(`v4l2-ctl -d /dev/video0 -C ${control}`);
    return Number(stdout.split(":")[1]);
  };

  testInMachine("brightness is the driver's, shows in the picture, and is 50 at its default", async () => {
    expect(await server.get("/api/settings/brightness")).toEqual({ brightness: 50 });
    const lifted = viewer.waitFor((seen) => black(seen) > LIFTED_MIN, MACHINE_LIMIT_MS);
    expect(await server.set({ brightness: 75 })).toEqual({ brightness: 75 });
    expect(await held("brightness")).toBe(192);
    await lifted;
    await server.set({ brightness: 50 });
    expect(await held("brightness")).toBe(128);
    await viewer.waitFor((seen) => black(seen) < BLACK_MAX, MACHINE_LIMIT_MS);
  });

  testInMachine(
    "the support bundle holds its modes and controls, and that the server uses it is no problem",
    async () => {
      const files = await new Bun.Archive(await server.file("/api/support")).files();
      const text = async (name: string) =>
        (await [...files].find(([path]) => path.endsWith(`/${name}`))?.[1].text()) ?? "";
      expect(JSON.parse(await text("video-devices.json"))).toContainEqual(
        expect.objectContaining({
          path: "/dev/video0",
          driver: "vivid",
          modes: expect.arrayContaining([expect.objectContaining({ format: "YUYV", readable: true })]),
          controls: expect.arrayContaining([expect.objectContaining({ name: "Brightness", maximum: 255, value: 128 })]),
        }),
      );
      const report = await text("doctor.txt");
      expect(report).toContain("/dev/video0 will be used");
      expect(report).not.toMatch(/is open in|FATAL/);
    },
  );

  testInMachine("a picture that turns black is tampering, and ImageTooDark for ONVIF", async () => {
    const point = await createPullPoint(server.onvif(), topicFilter("tev", "tns1:VideoSource/ImageTooDark//."));
    expect((await point.pull(5)).map(({ items }) => items.State)).toEqual(["false"]);
    await server.set({ brightness: 0, contrast: 0 });
    expect((await point.pull(30)).map(({ items }) => items.State)).toEqual(["true"]);
    await server.set({ brightness: 50, contrast: 50 });
    expect((await point.pull(30)).map(({ items }) => items.State)).toEqual(["false"]);
    const events = (await server.get("/api/events?kind=tampering")) as { data: unknown }[];
    expect(events.map(({ data }) => data)).toMatchObject([
      { cause: "image-too-dark", active: false },
      { cause: "image-too-dark", active: true },
    ]);
  });

  testInMachine("every setting with a control reads what was set", async () => {
    const values = { contrast: 20, saturation: 80, hue: -90 };
    expect(await server.set(values)).toEqual(values);
    expect([await held("contrast"), await held("saturation"), await held("hue")]).toEqual([51, 204, -64]);
    await server.set({ contrast: 50, saturation: 50, hue: 0 });
    expect([await held("contrast"), await held("hue")]).toEqual([128, 0]);
    await expect(server.set({ sharpness: 1 })).rejects.toThrow("409 NOT_SUPPORTED: sharpness is not supported");
  });

  testInMachine("a gain waits for its automatic to be off, and all of a batch with it", async () => {
    await expect(server.set({ brightness: 10, gain: 30 })).rejects.toThrow(
      "gain cannot be set while auto-exposure is on; switch that off first",
    );
    expect(await held("brightness")).toBe(128);
    expect(await server.set({ "auto-exposure": false, gain: 40 })).toEqual({ "auto-exposure": false, gain: 40 });
    expect([await held("gain_automatic"), await held("gain")]).toEqual([0, 102]);
    await server.set({ "auto-exposure": true });
    expect(await held("gain_automatic")).toBe(1);
  });

  testInMachine("ONVIF's imaging is the driver's too, with the options that it has", async () => {
    onvif = server.onvif();
    const imaging = (name: "GetOptions" | "SetImagingSettings", settings = "") =>
      onvif.ask(
        `timg:${name}`,
        `<timg:VideoSourceToken>VideoSource_1</timg:VideoSourceToken>${settings}`,
        "/onvif/imaging_service",
      );
    const [options] = (await imaging("GetOptions")).children;
    const names = options?.children.map(({ name }) => name);
    expect(names).toEqual(["Brightness", "ColorSaturation", "Contrast", "Exposure"]);
    const exposure = "<tt:Exposure><tt:Mode>MANUAL</tt:Mode><tt:Gain>40</tt:Gain></tt:Exposure>";
    const settings = (members: string) => `<timg:ImagingSettings>${members}</timg:ImagingSettings>`;
    await imaging("SetImagingSettings", settings(`<tt:Contrast>20</tt:Contrast>${exposure}`));
    expect([await held("contrast"), await held("gain_automatic"), await held("gain")]).toEqual([51, 0, 102]);
    const automatic = "<tt:Exposure><tt:Mode>AUTO</tt:Mode></tt:Exposure>";
    await imaging("SetImagingSettings", settings(`<tt:Contrast>50</tt:Contrast>${automatic}`));
    expect([await held("contrast"), await held("gain_automatic")]).toEqual([128, 1]);
  });

  testWithSchemas("what it answered passes ONVIF's schemas", () => {
    expect(onvif.schemaErrors()).toEqual([]);
  });

  testInMachine("a reset brings back what the driver calls its defaults, under an automatic or not", async () => {
    const controls = ["brightness", "contrast", "gain", "gain_automatic"];
    const all = async () => Object.fromEntries(await Promise.all(controls.map(async (one) => [one, await held(one)])));
    const schema = (await server.get("/api/settings/schema")) as Record<string, { readonly default?: unknown }>;
    await server.set({ "auto-exposure": false, gain: 80, contrast: 20 });
    expect(await server.reset("gain")).toEqual({ gain: schema.gain?.default });
    expect(await held("gain")).toBe(VIVID_GAIN);
    await server.set({ gain: 80 });
    await server.set({ "auto-exposure": true });
    expect(await server.reset()).toMatchObject({ contrast: 50, "auto-exposure": true });
    expect(await all()).toMatchObject({ brightness: 128, contrast: 128, gain_automatic: 1 });
    await expect(server.reset("ptz")).rejects.toThrow("400 INVALID_VALUE: ptz has no default");
  });

  testInMachine("what another program sets is read, and told of among the camera's controls", async () => {
    await machine.run("v4l2-ctl -d /dev/video0 -c contrast=0");
    const contrast = async () => ((await server.get("/api/settings/contrast")) as { contrast: number }).contrast;
    await until(async () => (await contrast()) === 0, ASKED_LIMIT_MS);
    const { controls, modes } = await server.camera();
    expect(controls.find(({ name }) => name === "Contrast")).toMatchObject({ value: 0, max: 255 });
    const yuyv = modes.find((mode) => mode.pixel_format === "YUYV" && mode.resolution === "1280x720");
    expect(yuyv?.fps).toContain(60);
    await server.set({ contrast: 50 });
  });

  testInMachine("size and rate change under a viewer who stays", async () => {
    const before = viewer.pictures;
    expect(await server.set({ resolution: "640x360", fps: 20 })).toEqual({ resolution: "640x360", fps: 20 });
    await until(async () => (await server.camera()).resolution === "640x360", MACHINE_LIMIT_MS);
    await until(() => viewer.pictures > before + 20, MACHINE_LIMIT_MS);
    await viewer.waitFor((seen) => black(seen) < BLACK_MAX && !isSlate(seen), MACHINE_LIMIT_MS);
    expect(viewer.isConnected).toBe(true);
    expect(await server.get("/api/streams")).toMatchObject([{ resolution: "640x360", fps: 20, gop: 20 }, { fps: 20 }]);
    await expect(server.set({ resolution: "800x600" })).rejects.toThrow("400 INVALID_VALUE: resolution must be one of");
  });
});

describeWithMachine("settings on a USB camera", () => {
  const folder = mkdtempSync(join(tmpdir(), "v4l2-settings-"));
  let machine: VirtualMachine;
  let options: string;
  beforeAll(async () => {
    const media = makeCameraMedia(folder, "640x360", 30);
    options = `--mjpeg ${media.mjpeg} --size 640x360 --fps 30 --no-yuyv`;
    machine = await VirtualMachine.boot({
      modules: UVC_MODULES,
      ports: SERVER_PORTS,
      folders: [folder],
    });
  }, BOOT_LIMIT_MS);
  afterAll(async () => {
    await machine?.stop();
    rmSync(folder, { recursive: true });
  });

  testInMachine("come back with a camera that lost them, those set while it was away too", async () => {
    let camera = await UvcCamera.attach(machine, options);
    const server = await MachineServer.start(machine, "auto");
    const held = async (control: string) => (await machine.run(`v4l2-ctl -d /dev/video0 -C ${control}`)).stdout.trim();
    const viewer = new PixelViewer(server.url("stream1"));
    try {
      await viewer.waitFor(showsTestSource, MACHINE_LIMIT_MS);
      await server.set({ brightness: 75, fps: 15 });
      expect(await held("brightness")).toBe("brightness: 192");
      await camera.remove();
      await viewer.waitFor(isSlate, MACHINE_LIMIT_MS);
      const exists = async () => (await server.get("/api/settings/cam1-exists")) as { readonly "cam1-exists": boolean };
      await until(async () => !(await exists())["cam1-exists"]);
      expect(await server.set({ contrast: 0 })).toEqual({ contrast: 0 });
      // a new one of its kind, with its defaults
      camera = await UvcCamera.attach(machine, options);
      await viewer.waitFor(showsTestSource, MACHINE_LIMIT_MS);
      expect([await held("brightness"), await held("contrast")]).toEqual(["brightness: 192", "contrast: 0"]);
      expect(await server.get("/api/settings/fps")).toEqual({ fps: 15 });
      expect(viewer.isConnected).toBe(true);
    } finally {
      await viewer.close();
      await server.stop();
      await camera.remove();
    }
  });

  testInMachine("are kept over a restart and applied again", async () => {
    const camera = await UvcCamera.attach(machine, options);
    const first = await MachineServer.start(machine, "auto");
    await first.set({ brightness: 25, "stream2-resolution": "320x180" });
    await first.stop();
    await machine.run("v4l2-ctl -d /dev/video0 -c brightness=128");
    const second = await MachineServer.start(machine, "auto");
    try {
      expect((await machine.run("v4l2-ctl -d /dev/video0 -C brightness")).stdout.trim()).toBe("brightness: 64");
      expect(await second.get("/api/settings/stream2-resolution")).toEqual({ "stream2-resolution": "320x180" });
    } finally {
      await second.stop();
      await camera.remove();
    }
  });
});
