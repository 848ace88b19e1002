import { afterAll, afterEach, beforeAll, expect } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CameraMedia, makeCameraMedia, showsTestSource } from "../support/camera-media.ts";
import { MachineServer, SERVER_PORTS } from "../support/machine-server.ts";
import { isSlate, PixelViewer } from "../support/pixel-viewer.ts";
import {
  BOOT_LIMIT_MS,
  describeWithMachine,
  MACHINE_LIMIT_MS,
  MACHINE_TEST_LIMIT_MS,
  testInMachine,
  UVC_MODULES,
  UvcCamera,
  VIVID_WEBCAM,
  VirtualMachine,
} from "../support/virtual-machine.ts";

/** Silence counts as a stall after 0.8 s. */
const STALL_LIMIT_MS = 2000;
/** Shorter than the 5 s after which a silent camera is closed: USB over IP, unlike a real bus, lets nobody close a device that does not answer. */
const HANG_MS = 3000;
const RESUME_LIMIT_MS = 6000;
/** Whatever the camera does, the server itself answers. */
const ANSWER_LIMIT_MS = 1000;

describeWithMachine("a camera in trouble", () => {
  const folder = mkdtempSync(join(tmpdir(), "v4l2-trouble-"));
  let machine: VirtualMachine;
  let media: CameraMedia;
  beforeAll(async () => {
    media = makeCameraMedia(folder, "640x360", 30);
    machine = await VirtualMachine.boot({ modules: UVC_MODULES, ports: SERVER_PORTS, folders: [folder] });
  }, BOOT_LIMIT_MS);
  afterAll(async () => {
    await machine?.stop();
    rmSync(folder, { recursive: true });
  });

  /** What the running test has to end, last things first. */
  const endings: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (let end = endings.pop(); end !== undefined; end = endings.pop()) await end();
  }, MACHINE_TEST_LIMIT_MS);

  async function attach(kind: keyof CameraMedia): Promise<UvcCamera> {
    const camera = await UvcCamera.attach(machine, `--${kind} ${media[kind]} --size 640x360 --fps 30 --no-yuyv`);
    endings.push(() => camera.remove());
    return camera;
  }
  async function serve(source: string, words?: string): Promise<MachineServer> {
    const server = await MachineServer.start(machine, source, words);
    endings.push(() => server.stop());
    return server;
  }
  function watch(server: MachineServer): PixelViewer {
    const viewer = new PixelViewer(server.url("stream2"));
    endings.push(() => viewer.close());
    return viewer;
  }

  testInMachine("that hangs is a slate and holds up nothing, and comes back by itself", async () => {
    const camera = await attach("mjpeg");
    const server = await serve("auto");
    const viewer = watch(server);
    await viewer.waitFor(showsTestSource, MACHINE_LIMIT_MS);
    await Promise.all([camera.hang(), viewer.waitFor(isSlate, STALL_LIMIT_MS)]);
    const end = performance.now() + HANG_MS;
    let slowestMs = 0;
    while (performance.now() < end) {
      const asked = performance.now();
      await server.get("/health");
      slowestMs = Math.max(slowestMs, performance.now() - asked);
      await viewer.waitFor(isSlate, STALL_LIMIT_MS);
    }
    expect((await server.camera()).state).not.toBe("online");
    expect(slowestMs).toBeLessThan(ANSWER_LIMIT_MS);
    await Promise.all([camera.resume(), viewer.waitFor(showsTestSource, RESUME_LIMIT_MS)]);
    expect(viewer.isConnected).toBe(true);
  });

  testInMachine("that another program uses is named as busy and taken up when it is free", async () => {
    await attach("h264");
    const other = await machine.start("other", "v4l2-ctl -d /dev/video0 --stream-mmap");
    await machine.waitFor(`ls -l /proc/${other}/fd | grep -q /dev/video0`, MACHINE_LIMIT_MS);
    await machine.waitFor("grep -q fps /tmp/other.log", MACHINE_LIMIT_MS);
    const server = await serve("/dev/video0", "in use by another program");
    expect(await server.camera()).toMatchObject({ state: "offline" });
    const viewer = watch(server);
    await viewer.waitFor(isSlate, MACHINE_LIMIT_MS);
    await Promise.all([machine.run(`kill ${other}`), viewer.waitFor(showsTestSource, RESUME_LIMIT_MS)]);
  });

  testInMachine("that is not there at the start is taken up when it is plugged in", async () => {
    const server = await serve("/dev/video0", "is not connected");
    const viewer = watch(server);
    await viewer.waitFor(isSlate, MACHINE_LIMIT_MS);
    await attach("h264");
    await viewer.waitFor(showsTestSource, RESUME_LIMIT_MS);
  });

  testInMachine("plays over UDP to viewers on its own machine", async () => {
    await attach("mjpeg");
    await serve("auto");
    const input = "-rtsp_transport udp -i rtsp://127.0.0.1:8554/stream2";
    // this muxer counts in thirtieths of a second, and what a busy machine captures late shares one with the next
    const output = "-frames:v 60 -fps_mode vfr -f null -";
    const played = await machine.run(`ffmpeg -v error -xerror ${input} ${output} && echo done`);
    expect(played).toEqual({ stdout: "done\n", stderr: "", exitCode: 0 });
  });
});

describeWithMachine("a camera without permission", () => {
  testInMachine("is told with its fix", async () => {
    const modules = [VIVID_WEBCAM];
    const machine = await VirtualMachine.boot({ modules, ports: SERVER_PORTS });
    await machine.run("chmod 600 /dev/video0");
    const nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups";
    const server = await MachineServer.start(machine, "/dev/video0", "group video", nobody);
    expect(await server.camera()).toMatchObject({ state: "offline", problem: expect.stringContaining("usermod") });
    await server.stop();
    await machine.stop();
  });
});
