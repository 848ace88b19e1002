import { afterAll, beforeAll, expect } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCameraMedia, showsTestSource } from "../support/camera-media.ts";
import { sampleBars } from "../support/colour-bars.ts";
import { MachineServer, SERVER_PORTS } from "../support/machine-server.ts";
import { isSlate, type Samples } from "../support/pixel-viewer.ts";
import type { ListedRecording } from "../support/recorder-client.ts";
import { until } from "../support/until.ts";
import {
  BOOT_LIMIT_MS,
  describeWithMachine,
  testInMachine,
  UVC_MODULES,
  UvcCamera,
  VirtualMachine,
} from "../support/virtual-machine.ts";

const WIDTH = 640;
const HEIGHT = 360;
const FRAME_BYTES = (WIDTH * HEIGHT * 3) / 2;
const LIMIT_MS = 60_000;
const DAY_MS = 86_400_000;
/** The machine's disk is a part of its memory. */
const NO_ROOM_NEEDED = "env ROTORDREAM_RECORDING_MIN_FREE_BYTES=0 ROTORDREAM_RECORDING_MIN_FREE_PERCENT=0";
/** Neither the change to the slate nor the way back may leave a longer hole. */
const MAX_HOLE_S = 1;

describeWithMachine("recording a real camera", () => {
  const folder = mkdtempSync(join(tmpdir(), "v4l2-recording-"));
  let machine: VirtualMachine;
  let camera: UvcCamera;
  let server: MachineServer;

  beforeAll(async () => {
    const { mjpeg } = makeCameraMedia(folder, `${WIDTH}x${HEIGHT}`, 30);
    machine = await VirtualMachine.boot({
      ...{ modules: UVC_MODULES, ports: SERVER_PORTS, folders: [folder] },
    });
    camera = await UvcCamera.attach(machine, `--mjpeg ${mjpeg} --size ${WIDTH}x${HEIGHT} --fps 30 --no-yuyv`);
    server = await MachineServer.start(machine, "auto", undefined, NO_ROOM_NEEDED);
  }, BOOT_LIMIT_MS);
  afterAll(async () => {
    await machine?.stop();
    rmSync(folder, { recursive: true });
  });

  const status = async () => (await server.get("/api/recording/status")) as { state: string; duration: number };
  const recorded = (seconds: number) => until(async () => (await status()).duration >= seconds, LIMIT_MS);
  const info = async (id: unknown) => (await server.get(`/api/recordings/${id}/info`)) as ListedRecording;
  const start = async () => (await server.post("/api/recording/start")).recording_id;

  testInMachine(
    "goes on with the slate while the camera is unplugged, and with the camera after it",
    async () => {
      const id = await start();
      await recorded(2);
      await camera.unplug();
      await until(async () => (await server.camera()).state !== "online", LIMIT_MS);
      await recorded((await status()).duration + 2);
      await camera.replug();
      await until(async () => (await server.camera()).state === "online", LIMIT_MS);
      await recorded((await status()).duration + 2);
      await server.post("/api/recording/stop");
      expect((await info(id)).state).toBe("ready");
      const path = join(folder, "unplugged.mp4");
      await Bun.write(path, await server.file(`/api/recordings/${id}`));
      const { pictures, times, complaints } = await decode(path);
      expect(complaints).toBe("");
      expect(times.length).toBe(pictures.length);
      const shown = pictures.map((samples) => (isSlate(samples) ? "slate" : "camera"));
      expect(shown.filter((what, index) => what !== shown[index - 1])).toEqual(["camera", "slate", "camera"]);
      // what moves in the test picture passes over some of the places
      const whole = pictures.map(showsTestSource);
      expect(whole.indexOf(true)).toBeLessThan(shown.indexOf("slate"));
      expect(whole.lastIndexOf(true)).toBeGreaterThan(shown.lastIndexOf("slate"));
      const steps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
      expect(Math.min(...steps)).toBeGreaterThan(0);
      expect(Math.max(...steps)).toBeLessThan(MAX_HOLE_S);
    },
    LIMIT_MS,
  );

  testInMachine(
    "keeps its length and its pictures' times when the clock jumps a day, either way",
    async () => {
      for (const days of [1, -2]) {
        const id = await start();
        await recorded(1);
        await machine.run(`date -s @$(($(date +%s) + ${days} * 86400))`);
        await recorded(2.5);
        const { duration } = (await server.post("/api/recording/stop")) as { duration: number };
        expect(duration).toBeGreaterThan(2);
        expect(duration).toBeLessThan(30);
        const row = await info(id);
        expect([row.state, (row.end ?? 0) - row.start]).toEqual(["ready", Math.round(duration * 1000)]);
        expect(Date.now() + DAY_MS - row.start).toBeGreaterThan(-DAY_MS);
      }
      const { data } = { data: (await server.get("/api/recordings")) as ListedRecording[] };
      const starts = data.map((row) => row.start);
      expect(starts).toEqual(starts.toSorted((a, b) => b - a));
      expect(new Set(data.map(({ filename }) => filename)).size).toBe(data.length);
    },
    LIMIT_MS,
  );
});

async function decode(path: string): Promise<{ pictures: Samples[]; times: number[]; complaints: string }> {
  const raw = ["-fps_mode", "passthrough", "-enc_time_base", "-1", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"];
  const scale = ["-vf", `scale=${WIDTH}:${HEIGHT}:flags=fast_bilinear`];
  const decoder = Bun.spawn(["ffmpeg", "-v", "warning", "-nostdin", "-i", path, ...scale, ...raw], {
    stdout: "pipe",
    stderr: "pipe",
  });
  const [bytes, complaints] = await Promise.all([
    new Response(decoder.stdout).bytes(),
    new Response(decoder.stderr).text(),
  ]);
  const probe = ["-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time", "-of", "csv=p=0", path];
  const times = Bun.spawnSync(["ffprobe", ...probe])
    .stdout.toString()
    .trim()
    .split("\n")
    .map(Number);
  const pictures = Array.from({ length: Math.floor(bytes.length / FRAME_BYTES) }, (_, index) =>
    sampleBars(bytes.subarray(index * FRAME_BYTES, (index + 1) * FRAME_BYTES), WIDTH, HEIGHT),
  );
  return { pictures, times, complaints };
}
