import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openControlSocket } from "../support/control-socket.ts";
import { isSlate, PixelViewer, type Samples } from "../support/pixel-viewer.ts";
import { callApi, fetchApi, fileOf, recorderOf } from "../support/recorder-client.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { hasInset, LOOK_AT_HEIGHT, showsCamera } from "../support/two-cameras.ts";
import { until } from "../support/until.ts";

const SHOWN_LIMIT_MS = 20_000;
/** Every picture as it comes: pictures of two cameras do not keep one rhythm. */
const RAW = ["-fps_mode", "passthrough", "-enc_time_base", "1:90000", "-f", "rawvideo", "-"];
/** Of the inset's frame in that still (native/c/pixels/inset.c): pixels and luma of full range. */
const FRAME_COLUMN = 630;
const FRAME_THICKNESS = 2;
const FRAME_LUMA = 214;
const FRAME_TOLERANCE = 25;
const UNLIMITED = { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" };

let folder: string;
let server: TestServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rotordream-two-"));
  server = await startServer(["--source", "test,test", "--data-dir", folder], UNLIMITED);
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const set = (values: object, of: Pick<TestServer, "http"> = server) => callApi(of, "POST", "/api/settings", values);
const settings = async (of: Pick<TestServer, "http"> = server) =>
  (await callApi<Readonly<Record<string, unknown>>>(of, "GET", "/api/settings")).data;
const stateOf = async (id: string, of: Pick<TestServer, "http"> = server) => {
  const { data } = await callApi<readonly { id: string; state: string }[]>(of, "GET", "/api/camera/status");
  return data.find((camera) => camera.id === id)?.state;
};

/** How high an inset at the top right of a still of 640 × 480 is, by its light frame's right side. */
async function insetHeight(): Promise<number> {
  const still = await fetchApi(server, "/api/snapshot");
  if (!still.ok) return 0;
  const decode = Bun.spawn(["ffmpeg", "-v", "error", "-i", "-", "-f", "rawvideo", "-pix_fmt", "gray", "-"], {
    stdin: await still.bytes(),
    stdout: "pipe",
  });
  const pixels = await new Response(decode.stdout).bytes();
  const column = Array.from({ length: 480 }, (_, row) => pixels[row * 640 + FRAME_COLUMN] ?? 0);
  const isFrame = (luma: number) => Math.abs(luma - FRAME_LUMA) < FRAME_TOLERANCE;
  const top = column.findIndex((_, row) => column.slice(row, row + 40).every(isFrame));
  return top < 0 ? 0 : column.slice(top).findIndex((luma) => !isFrame(luma)) - 2 * FRAME_THICKNESS;
}

/** Watches a stream for as long as `look` takes. */
async function watching(path: string, look: (viewer: PixelViewer) => Promise<void>, of = server): Promise<void> {
  const viewer = new PixelViewer(`${of.rtsp}/${path}`, LOOK_AT_HEIGHT);
  try {
    await look(viewer);
  } finally {
    await viewer.close();
  }
}

describe("two cameras", () => {
  test("a change of the programme is seen by the same viewers, with no slate between, and heard by other clients", async () => {
    using other = await openControlSocket(server);
    await watching("stream1", async (viewer) => {
      await viewer.waitFor(showsCamera(1), SHOWN_LIMIT_MS);
      for (const number of [2, 1] as const) {
        const seen: Samples[] = [];
        const shown = viewer.waitFor((samples) => {
          seen.push(samples);
          return showsCamera(number)(samples);
        }, SHOWN_LIMIT_MS);
        await set({ "main-camera": number });
        await shown;
        expect(seen.filter(isSlate)).toEqual([]);
        await until(() => other.heard.some((message) => message["main-camera"] === number));
      }
      expect(viewer.isConnected).toBe(true);
    });
  });

  test("both streams change, and what is asked for while they do is the new camera's", async () => {
    await watching("stream2", async (viewer) => {
      await viewer.waitFor(showsCamera(1), SHOWN_LIMIT_MS);
      await Promise.all([viewer.waitFor(showsCamera(2), SHOWN_LIMIT_MS), set({ "main-camera": 2 })]);
      await until(async () => (await stateOf("cam1")) === "resting");
      await until(async () => (await stateOf("cam2")) === "online");
      await Promise.all([viewer.waitFor(showsCamera(1), SHOWN_LIMIT_MS), set({ "main-camera": 1 })]);
    });
  });

  test("ten changes in a row end at the last one", async () => {
    await watching("stream1", async (viewer) => {
      for (let change = 0; change < 10; change++) await set({ "main-camera": change % 2 === 0 ? 2 : 1 });
      await set({ "main-camera": 2 });
      await viewer.waitFor(showsCamera(2), SHOWN_LIMIT_MS);
      await until(async () => (await stateOf("cam1")) === "resting");
      await Promise.all([viewer.waitFor(showsCamera(1), SHOWN_LIMIT_MS), set({ "main-camera": 1 })]);
    });
  });

  test("the other camera is inset, also across a change, and works only for that", async () => {
    await watching("stream1", async (viewer) => {
      await viewer.waitFor((samples) => showsCamera(1)(samples) && !hasInset(samples), SHOWN_LIMIT_MS);
      await set({ "pip-mode": "top-right" });
      await viewer.waitFor((samples) => showsCamera(1)(samples) && hasInset(samples), SHOWN_LIMIT_MS);
      await until(async () => (await stateOf("cam2")) === "online");
      await set({ "main-camera": 2 });
      await viewer.waitFor((samples) => showsCamera(2)(samples) && hasInset(samples), SHOWN_LIMIT_MS);
      await set({ "pip-mode": "off", "main-camera": 1 });
      await viewer.waitFor((samples) => showsCamera(1)(samples) && !hasInset(samples), SHOWN_LIMIT_MS);
    });
    await until(async () => (await stateOf("cam2")) === "resting");
  });

  test("a camera that is watched by itself works, whichever is the programme, and rests some time after", async () => {
    await watching("cam2/stream1", async (second) => {
      await second.waitFor(showsCamera(2), SHOWN_LIMIT_MS);
      await watching("cam1/stream2", async (first) => {
        await first.waitFor(showsCamera(1), SHOWN_LIMIT_MS);
        await set({ "main-camera": 2 });
        // each shows its own camera still
        const before = [first.pictures, second.pictures];
        await until(() => first.pictures > (before[0] ?? 0) + 30 && second.pictures > (before[1] ?? 0) + 30);
        await first.waitFor(showsCamera(1), SHOWN_LIMIT_MS);
        await second.waitFor(showsCamera(2), SHOWN_LIMIT_MS);
        const { data } = await callApi<readonly { name: string; viewers: { rtsp_tcp: number } }[]>(
          server,
          "GET",
          "/api/streams",
        );
        expect(data.map(({ name, viewers }) => [name, viewers.rtsp_tcp])).toEqual([
          ...[
            ["stream1", 0],
            ["stream2", 0],
          ],
          ...[
            ["cam2/stream1", 1],
            ["cam2/stream2", 0],
          ],
          ...[
            ["cam1/stream1", 0],
            ["cam1/stream2", 1],
          ],
        ]);
        await set({ "main-camera": 1 });
      });
    });
    await until(async () => (await stateOf("cam2")) === "resting", SHOWN_LIMIT_MS);
    await watching("cam2/stream2", async (again) => void (await again.waitFor(showsCamera(2), SHOWN_LIMIT_MS)));
  });

  test("a recording goes on through changes and is whole", async () => {
    const recorder = recorderOf(server);
    const id = await recorder.record(1);
    await set({ "main-camera": 2 });
    await recorder.recorded(4);
    await set({ "main-camera": 1 });
    await recorder.recorded(7);
    await recorder.stop();
    const file = fileOf(folder, id);
    const decode = Bun.spawn(["ffmpeg", "-v", "error", "-nostdin", "-i", file, ...RAW], {
      stdout: "ignore",
      stderr: "pipe",
    });
    expect([await new Response(decode.stderr).text(), await decode.exited]).toEqual(["", 0]);
    const packets = Bun.spawn(
      ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=pts", "-of", "csv=p=0", file],
      { stdout: "pipe" },
    );
    const times = (await new Response(packets.stdout).text()).trim().split("\n").map(Number.parseFloat);
    expect(times.length).toBeGreaterThan(150);
    expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0))).toBe(true);
  });

  test("each camera has its own light, and its settings are applied to whichever is the programme", async () => {
    await set({ "cam2-light": true, brightness: 80 });
    expect(await settings()).toMatchObject({ "cam1-light": false, "cam2-light": true });
    await set({ "main-camera": 2 });
    expect(await settings()).toMatchObject({ brightness: 80, "main-camera": 2 });
    await set({ "main-camera": 1, "cam2-light": false, brightness: 50 });
  });

  test("each camera has its own position, to which what is set together with the camera belongs", async () => {
    const position = async () => {
      const { zoom, pan } = await settings();
      return { zoom, pan };
    };
    await set({ zoom: 4, pan: 0.5 });
    await set({ "main-camera": 2, zoom: 2 });
    expect(await position()).toEqual({ zoom: 2, pan: 0 });
    await set({ "main-camera": 1 });
    expect(await position()).toEqual({ zoom: 4, pan: 0.5 });
    await set({ zoom: 1, pan: 0 });
    await set({ "main-camera": 2, zoom: 1 });
    await set({ "main-camera": 1 });
  });

  test("motion that one camera saw ends under its name", async () => {
    const kinds = async () => {
      const { data } = await callApi<readonly { event: string; data: { camera: string } }[]>(
        server,
        "GET",
        "/api/events",
      );
      return data
        .filter(({ event }) => event.startsWith("motion"))
        .map(({ event, data: of }) => `${event} ${of.camera}`);
    };
    await set({ "motion-detection": true, "motion-sensitivity": 100 });
    await until(async () => (await kinds()).length === 1, SHOWN_LIMIT_MS);
    await set({ "main-camera": 2 });
    await until(async () => (await kinds()).length === 3, SHOWN_LIMIT_MS);
    expect(await kinds()).toEqual(["motion-start cam2", "motion-stop cam1", "motion-start cam1"]);
    await set({ "motion-detection": false, "main-camera": 1 });
  });

  test("an inset has the shape of its camera's picture, also where that was never coded", async () => {
    await set({ resolution: "640x480", "pip-mode": "top-right" });
    await until(async () => Math.abs((await insetHeight()) - 120) <= 2, SHOWN_LIMIT_MS);
    await set({ resolution: "1920x1080", "pip-mode": "off" });
  });

  test("a camera at rest is described as it is when it is made again", async () => {
    const sizeOf = async (path: string) => {
      const probe = ["ffprobe", "-v", "error", "-rtsp_transport", "tcp", "-show_entries", "stream=width,height"];
      const { stdout } = Bun.spawn([...probe, "-of", "csv=p=0", `${server.rtsp}/${path}`], { stderr: "ignore" });
      return (await new Response(stdout).text()).trim();
    };
    expect(await sizeOf("cam2/stream2")).toBe("640,360");
    await until(async () => (await stateOf("cam2")) === "resting", SHOWN_LIMIT_MS);
    await set({ rotation: 90 });
    expect(await sizeOf("cam2/stream2")).toBe("360,640");
    await set({ rotation: 0 });
  });

  test("what was chosen is chosen after a restart, with the programme's position", async () => {
    await set({ "main-camera": 2, "pip-mode": "top-right", zoom: 3 });
    await server.stop();
    server = await startServer(["--source", "test,test", "--data-dir", folder], UNLIMITED);
    expect(await settings()).toMatchObject({ "main-camera": 2, "pip-mode": "top-right", zoom: 3 });
    await set({ zoom: 1 });
    await watching("stream1", async (viewer) => {
      await viewer.waitFor((samples) => showsCamera(2)(samples) && hasInset(samples), SHOWN_LIMIT_MS);
    });
    await set({ "main-camera": 1, "pip-mode": "off" });
  });
});

test("a second camera that is not there is told of, shown as its slate when it is chosen, and can be left again", async () => {
  await using alone = await startServer(["--source", "test,/dev/video97"], UNLIMITED);
  await until(async () => (await stateOf("cam1", alone)) === "online");
  expect(await settings(alone)).toMatchObject({ "main-camera": 1, "cam1-exists": true, "cam2-exists": false });
  await watching(
    "stream2",
    async (viewer) => {
      await viewer.waitFor(showsCamera(1), SHOWN_LIMIT_MS);
      await Promise.all([viewer.waitFor(isSlate, SHOWN_LIMIT_MS), set({ "main-camera": 2 }, alone)]);
      // though the other one works
      expect(await (await fetch(`${alone.http}/health`)).json()).toMatchObject({
        status: "degraded",
        checks: { camera: "degraded" },
      });
      expect((await fetch(`${alone.http}/health/ready`)).status).toBe(503);
      await Promise.all([viewer.waitFor(showsCamera(1), SHOWN_LIMIT_MS), set({ "main-camera": 1 }, alone)]);
      expect((await fetch(`${alone.http}/health/ready`)).status).toBe(200);
    },
    alone,
  );
});

test("one camera leaves no choice, and its own name is the programme", async () => {
  await using alone = await startServer([], UNLIMITED);
  expect(await set({ "pip-mode": "top-left" }, alone)).toMatchObject({ status: 409, code: "NOT_SUPPORTED" });
  expect((await set({ "main-camera": 2 }, alone)).status).toBe(400);
  await watching("cam1/stream2", async (viewer) => void (await viewer.waitFor(showsCamera(1), SHOWN_LIMIT_MS)), alone);
});
