import { afterAll, expect, test } from "bun:test";
import { curl } from "../support/curl.ts";
import { JPEG, startHttpFront } from "../support/http-front.ts";
import { ADMIN_PASSWORD } from "../support/identity.ts";

const ADMIN = ["-u", `admin:${ADMIN_PASSWORD}`] as const;

const front = await startHttpFront();
afterAll(() => front.listener.stop());

test("a caller who may read the system sees the whole of it", async () => {
  const { json: description } = await curl(...ADMIN, `${front.url}/api/info`);
  expect(description).toMatchObject({
    model: "Test",
    serial: "0001",
    hostname: "cam",
    uptime: expect.any(Number),
    ports: { http: front.listener.port, rtsp: 8554 },
    capabilities: {
      codecs: ["H.264"],
      streams: ["stream1"],
      encoders: { found: ["software"], chosen: ["software"] },
      ptz: false,
    },
  });
  const { json: status } = await curl(...ADMIN, `${front.url}/api/status`);
  expect(status).toMatchObject({
    running: true,
    viewers: { rtsp: 3, webrtc: 0, mjpeg: 0, total: 3 },
    encoders: [{ stream: "stream1", fps: 29.97 }],
    warnings: [],
  });
  expect((status.storage as { free_bytes: number }).free_bytes).toBeGreaterThan(0);
  expect(status.rss_bytes).toBeGreaterThan(1_000_000);
});

test("anyone else sees that it runs", async () => {
  const { json } = await curl(`${front.url}/api/status`);
  expect(json.data).toEqual({ running: true, uptime: expect.any(Number) });
});

test("URLs of streams are for the host that the client used", async () => {
  const urlFor = async (host: string) => {
    const { json } = await curl(...ADMIN, "-H", `Host: ${host}`, `${front.url}/api/streams`);
    return (json.data as { urls: { rtsp: string } }[])[0]?.urls.rtsp;
  };
  expect(await urlFor("cam.local:80")).toBe("rtsp://cam.local:8554/stream1");
  expect(await urlFor("[::1]:8080")).toBe("rtsp://[::1]:8554/stream1");
  expect(await urlFor("192.0.2.7")).toBe("rtsp://192.0.2.7:8554/stream1");
});

test("cameras are described", async () => {
  const { json } = await curl(...ADMIN, `${front.url}/api/camera/status`);
  expect(json.data).toMatchObject([{ id: "cam1", connected: true, resolution: "1920x1080", pixel_format: "I420" }]);
});

test("stills come under three names, with the quality and stream asked for", async () => {
  for (const path of ["/api/snapshot", "/camera.jpeg", "/image"]) {
    const { last } = await curl(...ADMIN, `${front.url}${path}?quality=7&stream=stream2&t=123`);
    expect(last.headers.get("content-type")).toBe("image/jpeg");
    expect(Buffer.from(last.text, "latin1")).toEqual(Buffer.from(JPEG));
    expect(front.snapshotsTaken.at(-1)).toEqual({ stream: "stream2", quality: 7 });
  }
  await curl(...ADMIN, `${front.url}/image`);
  expect(front.snapshotsTaken.at(-1)).toEqual({ stream: "stream1", quality: 85 });
});

test("a missing camera is degraded, not dead: no still, not ready, said in the status", async () => {
  front.setCamera("offline");
  expect((await curl(...ADMIN, `${front.url}/api/snapshot`)).json).toMatchObject({
    status: "error",
    code: "CAMERA_OFFLINE",
  });
  const health = await curl(`${front.url}/health`);
  expect([health.last.status, health.json]).toEqual([
    200,
    { status: "degraded", checks: { camera: "degraded", encoder: "ok", storage: "ok", database: "unused" } },
  ]);
  expect((await curl(`${front.url}/health/ready`)).last.status).toBe(503);
  expect((await curl(...ADMIN, `${front.url}/api/status`)).json.warnings).toEqual([
    "The camera was unplugged; plug it in again",
  ]);
  front.setCamera("online");
  expect((await curl(`${front.url}/api/health`)).json.data).toMatchObject({ health: { status: "healthy" } });
  expect((await curl(`${front.url}/health/ready`)).last.status).toBe(200);
});
