import { afterAll, beforeAll, describe, expect } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CameraMedia, makeCameraMedia, showsTestSource } from "../support/camera-media.ts";
import { distanceFromBars } from "../support/colour-bars.ts";
import { MachineServer, SERVER_PORTS } from "../support/machine-server.ts";
import { PixelViewer, type Samples } from "../support/pixel-viewer.ts";
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

/** Of the driver, the encoder and scaling together. */
const TOLERANCE = 8;
/** Luma of the black bar, and how much a raised brightness must lift it to be no accident. */
const BLACK_LUMA = 16;
const LIFT = 30;

async function withViewer(server: MachineServer, stream: "stream1" | "stream2", use: (viewer: PixelViewer) => unknown) {
  const viewer = new PixelViewer(server.url(stream));
  try {
    await use(viewer);
  } finally {
    await viewer.close();
  }
}

describeWithMachine("the executable on vivid", () => {
  for (const { name, multiplanar } of [
    { name: "single-planar", multiplanar: 1 },
    { name: "multi-planar", multiplanar: 2 },
  ])
    describe(name, () => {
      let machine: VirtualMachine;
      let server: MachineServer;
      beforeAll(async () => {
        const modules = [`${VIVID_WEBCAM} multiplanar=${multiplanar}`];
        machine = await VirtualMachine.boot({ modules, ports: SERVER_PORTS });
        await machine.run("v4l2-ctl -d /dev/video0 -c osd_text_mode=2"); // its text would cover the bars
        server = await MachineServer.start(machine, "auto");
      }, BOOT_LIMIT_MS);
      afterAll(() => machine?.stop());

      testInMachine("finds the camera and names it", async () => {
        expect(await server.camera()).toMatchObject({
          state: "online",
          device: "/dev/video0",
          driver: "vivid",
          pixel_format: "YUYV",
          resolution: "1920x1080",
        });
      });

      for (const stream of ["stream1", "stream2"] as const)
        testInMachine(`shows its colours in ${stream}`, async () => {
          await withViewer(server, stream, async (viewer) => {
            await viewer.waitFor((seen) => distanceFromBars(seen) <= TOLERANCE, MACHINE_LIMIT_MS);
          });
        });

      testInMachine("shows a change of its brightness while it streams", async () => {
        await withViewer(server, "stream2", async (viewer) => {
          const black = (seen: Samples) => seen.at(-1)?.[0] ?? 0;
          await viewer.waitFor((seen) => black(seen) < BLACK_LUMA + TOLERANCE, MACHINE_LIMIT_MS);
          await machine.run("v4l2-ctl -d /dev/video0 -c brightness=200");
          await viewer.waitFor((seen) => black(seen) > BLACK_LUMA + LIFT, MACHINE_LIMIT_MS);
          await machine.run("v4l2-ctl -d /dev/video0 -c brightness=128");
          await viewer.waitFor((seen) => black(seen) < BLACK_LUMA + TOLERANCE, MACHINE_LIMIT_MS);
        });
      });
    });
});

describeWithMachine("the executable on a USB camera", () => {
  const folder = mkdtempSync(join(tmpdir(), "v4l2-formats-"));
  let machine: VirtualMachine;
  let media: CameraMedia;
  beforeAll(async () => {
    media = makeCameraMedia(folder, "1280x720", 30);
    machine = await VirtualMachine.boot({ modules: UVC_MODULES, ports: SERVER_PORTS, folders: [folder] });
  }, BOOT_LIMIT_MS);
  afterAll(async () => {
    await machine?.stop();
    rmSync(folder, { recursive: true });
  });

  async function withCamera(options: string, use: (server: MachineServer) => Promise<void>): Promise<void> {
    const camera = await UvcCamera.attach(machine, `${options} --size 1280x720 --fps 30 --no-yuyv`);
    const server = await MachineServer.start(machine, "/dev/video0");
    try {
      await use(server);
    } finally {
      await server.stop();
      await camera.remove();
    }
  }

  testInMachine("decodes its JPEGs, colours and range included", () =>
    withCamera(`--mjpeg ${media.mjpeg}`, async (server) => {
      expect(await server.camera()).toMatchObject({
        driver: "uvcvideo",
        pixel_format: "MJPG",
        resolution: "1280x720",
      });
      for (const stream of ["stream1", "stream2"] as const)
        await withViewer(server, stream, async (viewer) => {
          await viewer.waitFor(showsTestSource, MACHINE_LIMIT_MS);
        });
    }),
  );

  testInMachine("passes its H.264 through untouched, and makes the sub stream of it", () =>
    withCamera(`--h264 ${media.h264}`, async (server) => {
      expect(await server.camera()).toMatchObject({
        driver: "uvcvideo",
        pixel_format: "H264",
        resolution: "1280x720",
      });
      const received = join(folder, "received.h264");
      const copy = ["-rtsp_transport", "tcp", "-i", server.url("stream1"), "-c", "copy", "-frames:v", "90"];
      // This container has no times: counted ones keep FFmpeg from rounding two of the camera's to one.
      const counted = ["-bsf:v", "setts=ts=N"];
      const { exitCode, stderr } = Bun.spawnSync(
        ["ffmpeg", "-v", "error", "-y", ...copy, ...counted, "-f", "h264", received],
        {
          timeout: MACHINE_TEST_LIMIT_MS,
        },
      );
      expect({ exitCode, stderr: stderr.toString() }).toEqual({ exitCode: 0, stderr: "" });
      const sent = new Set(slices(readFileSync(media.h264)));
      const all = slices(readFileSync(received));
      // Pass-through begins at the camera's first keyframe, which is a second away at most.
      const got = all.slice(all.findIndex((slice) => sent.has(slice)));
      expect(got.length).toBeGreaterThanOrEqual(60);
      expect(got.filter((slice) => !sent.has(slice))).toEqual([]);
      for (const stream of ["stream1", "stream2"] as const)
        await withViewer(server, stream, async (viewer) => {
          await viewer.waitFor(showsTestSource, MACHINE_LIMIT_MS);
        });
      // it makes no keyframe on request, so what a recording may lose is told
      const [main, sub] = (await server.get("/api/streams")) as readonly {
        readonly encoder: string;
        readonly keyframe_interval_ms?: number;
      }[];
      expect([main?.encoder, sub?.encoder]).toEqual(["camera", "software"]);
      expect(main?.keyframe_interval_ms).toBeGreaterThan(900);
      expect(main?.keyframe_interval_ms).toBeLessThan(2500);
      expect(sub?.keyframe_interval_ms).toBeUndefined();
    }),
  );
});

const NAL_SLICE = 1;
const NAL_IDR = 5;

/** Digests of the coded slices of an Annex B file, in order. */
function slices(file: Uint8Array): string[] {
  const bytes = Buffer.from(file);
  const starts: number[] = [];
  for (let at = bytes.indexOf("\0\0\u0001"); at >= 0; at = bytes.indexOf("\0\0\u0001", at + 3)) starts.push(at + 3);
  return starts.flatMap((start, index) => {
    const type = (bytes[start] ?? 0) & 31;
    let end = index + 1 < starts.length ? (starts[index + 1] ?? 0) - 3 : bytes.length;
    while (bytes[end - 1] === 0) end--;
    return type === NAL_SLICE || type === NAL_IDR
      ? [new Bun.SHA1().update(bytes.subarray(start, end)).digest("hex")]
      : [];
  });
}
