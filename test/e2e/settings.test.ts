import { afterAll, beforeAll, expect, test } from "bun:test";
import { PixelViewer } from "../support/pixel-viewer.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const LIMIT_MS = 15_000;
const ADMIN = { Authorization: `Basic ${btoa("admin:password")}` };
/** Of colours without colour, after coding. */
const GREY_TOLERANCE = 6;
/** Luma that light or brightness change on the average at least. */
const LIGHT = 20;
/** Across a still. */
const SPOTS = 8;

let server: TestServer;
let viewer: PixelViewer;
beforeAll(async () => {
  server = await startServer();
  viewer = new PixelViewer(`${server.rtsp}/stream1`);
  await viewer.waitFor(() => true, LIMIT_MS);
});
afterAll(async () => {
  await viewer.close();
  await server.stop();
});

async function set(values: Readonly<Record<string, unknown>>): Promise<void> {
  const body = JSON.stringify(values);
  const response = await fetch(`${server.http}/api/settings`, { method: "POST", headers: ADMIN, body });
  const answer = (await response.json()) as { data?: unknown };
  expect(answer.data).toMatchObject(values);
}

/** Mean luma of a still, and how far its most colourful spot is from grey. */
async function look(): Promise<{ readonly luma: number; readonly colour: number }> {
  const still = await (await fetch(`${server.http}/api/snapshot`)).arrayBuffer();
  const output = ["-vf", `scale=${SPOTS}:1:flags=area`, "-pix_fmt", "yuv444p", "-f", "rawvideo", "-"];
  const { stdout } = Bun.spawnSync(["ffmpeg", "-v", "error", "-i", "-", ...output], { stdin: new Uint8Array(still) });
  const luma = stdout.subarray(0, SPOTS).reduce((sum, y) => sum + y, 0) / SPOTS;
  return { luma, colour: Math.max(...stdout.subarray(SPOTS).map((chroma) => Math.abs(chroma - 128))) };
}

test("settings of the virtual camera show in its picture", async () => {
  const normal = await look();
  expect(normal.colour).toBeGreaterThan(2 * GREY_TOLERANCE);
  const shows = (isWanted: (seen: typeof normal) => boolean) => until(async () => isWanted(await look()), LIMIT_MS);
  await set({ saturation: 0 });
  await shows(({ colour }) => colour <= GREY_TOLERANCE);
  await set({ saturation: 50, "cam1-light": true, "cam1-light-level": 100 });
  await shows(({ luma, colour }) => colour > 2 * GREY_TOLERANCE && luma > normal.luma + LIGHT);
  await set({ "cam1-light": false, brightness: 0 });
  await shows(({ luma }) => luma < normal.luma - LIGHT);
  await set({ brightness: 50 });
  await shows(({ luma }) => Math.abs(luma - normal.luma) < LIGHT);
}, 60_000);

test("a picture on its side has its sides changed, under a viewer who stays", async () => {
  const resolution = async () => {
    const response = await fetch(`${server.http}/api/streams`, { headers: ADMIN });
    const { data } = (await response.json()) as { data: { resolution: string }[] };
    return data.map((stream) => stream.resolution);
  };
  const before = viewer.pictures;
  await set({ resolution: "1280x720", rotation: 90, overlay: { enabled: true, text: "Einfahrt" } });
  await until(async () => (await resolution()).join() === "720x1280,360x640", LIMIT_MS);
  await until(() => viewer.pictures > before + 30, LIMIT_MS);
  expect(viewer.isConnected).toBe(true);
  await set({ rotation: 0 });
}, 60_000);
