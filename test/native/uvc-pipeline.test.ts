import { afterAll, beforeAll, expect } from "bun:test";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCameraMedia } from "../support/camera-media.ts";
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

const GUEST = join(import.meta.dirname, "uvc-pipeline.guest.ts");

describeWithMachine("pipeline on a USB camera", () => {
  const folder = mkdtempSync(join(tmpdir(), "uvc-pipeline-"));
  let machine: VirtualMachine;
  let camera: UvcCamera;

  beforeAll(async () => {
    // The first picture keeps a small machine busy for longer than the camera can wait: what was lost costs the time to the next
    // keyframe, which is longer here than the silence that calls for the slate.
    const { mjpeg, h264 } = makeCameraMedia(folder, "1280x720", 30, 2);
    machine = await VirtualMachine.boot({ modules: UVC_MODULES, folders: [folder] });
    camera = await UvcCamera.attach(machine, `--mjpeg ${mjpeg} --h264 ${h264} --size 1280x720 --fps 30`);
  }, BOOT_LIMIT_MS);
  afterAll(async () => {
    await machine?.stop();
    rmSync(folder, { recursive: true });
  });

  async function watch(...args: string[]) {
    const { stdout, stderr, exitCode } = await machine.run([process.execPath, GUEST, ...args].join(" "));
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    return JSON.parse(stdout);
  }

  /** Pictures that ffmpeg makes of a file without a complaint, and what ffprobe says of it. */
  function decode(name: string): { pictures: number; stream: Record<string, unknown> } {
    const path = join(folder, name);
    const probed = Bun.spawnSync([
      ...["ffprobe", "-v", "error", "-count_frames", "-of", "json"],
      ...["-show_entries", "stream=nb_read_frames,color_range,width,height", path],
    ]);
    expect(probed.stderr.toString()).toBe("");
    const stream = JSON.parse(probed.stdout.toString()).streams[0];
    return { pictures: Number(stream.nb_read_frames), stream };
  }

  testInMachine("decodes JPEG and codes it in limited range", async () => {
    const seen = await watch("MJPG", "0", folder);
    expect(seen).toMatchObject({ sourceState: "running", corrupt: 0, passthrough: false });
    const main = decode("main.h264");
    expect(main).toMatchObject({ pictures: seen.letters.length, stream: { color_range: "tv", width: 1280 } });
    expect(decode("sub.h264")).toMatchObject({ pictures: seen.subFrames, stream: { color_range: "tv", width: 320 } });
    expect(decode("still.jpg").stream).toMatchObject({ width: 1280, height: 720, color_range: "pc" });
  });

  testInMachine("hands the camera's H.264 on and decodes it for the rest", async () => {
    const seen = await watch("H264", "1", folder);
    expect(seen).toMatchObject({ sourceState: "running", corrupt: 0, passthrough: true, canForceKeyframe: false });
    expect(seen.letters.replace(/^s*/, "")).toMatch(/^p+$/);
    expect(decode("main.h264").pictures).toBe(seen.letters.length);
    expect(decode("sub.h264").pictures).toBe(seen.subFrames);
    expect(decode("still.jpg").stream).toMatchObject({ width: 1280, height: 720 });
  });

  testInMachine("codes the camera's H.264 anew where handing on is not allowed", async () => {
    const seen = await watch("H264", "0", folder);
    expect(seen).toMatchObject({ sourceState: "running", corrupt: 0, passthrough: false, canForceKeyframe: true });
    expect(seen.letters.replace(/^s*/, "")).toMatch(/^e+$/);
    expect(decode("main.h264").pictures).toBe(seen.letters.length);
  });

  testInMachine("codes the camera's H.264 anew while a stage changes it, without a gap", async () => {
    const { letters, keys, gapsMs } = await watch("H264", "1", folder, "staged");
    expect(letters).toMatch(/^s*p+e+p+$/);
    const changes = [...letters.matchAll(/(?<=p)e|(?<=e)p/g)].map((change) => change.index);
    const others = gapsMs.filter((_: number, index: number) => index > 0 && !changes.includes(index));
    for (const change of changes) {
      expect(keys[change]).toBe("K");
      // a busy machine is late at other times too
      expect(gapsMs[change]).toBeLessThan(Math.max(100, ...others));
    }
    expect(decode("main.h264").pictures).toBe(letters.length);
  });

  /** Makes trouble while the guest watches, and ends it when the slate is there. Returns who coded each frame, and the keyframes. */
  async function trouble(kind: "lost" | "stalled", begin: () => Promise<unknown>, end: () => Promise<unknown>) {
    for (const mark of ["running", "slate", "back"]) rmSync(join(folder, mark), { force: true });
    const watching = watch("H264", "1", folder, kind);
    await until(() => existsSync(join(folder, "running")), MACHINE_LIMIT_MS);
    await begin();
    await until(() => existsSync(join(folder, "slate")), MACHINE_LIMIT_MS);
    await end();
    await machine.waitFor("test -e /dev/video0", MACHINE_LIMIT_MS);
    writeFileSync(join(folder, "back"), "");
    const { letters, keys } = await watching;
    expect(letters).toMatch(/^s*p+s+e*p+$/);
    // each change of who codes begins with a keyframe
    for (const change of letters.matchAll(/(?<=p)s|(?<=[se])p/g)) expect(keys[change.index]).toBe("K");
    expect(decode("main.h264").pictures).toBe(letters.length);
  }

  testInMachine("shows the slate while the camera is silent, in one stream that decodes", () =>
    trouble(
      "stalled",
      () => camera.hang(),
      () => camera.resume(),
    ),
  );

  testInMachine("shows the slate while the camera is unplugged, in one stream that decodes", () =>
    trouble(
      "lost",
      () => camera.unplug(),
      () => camera.replug(),
    ),
  );
});
