import { afterEach, expect, test } from "bun:test";
import { createMetrics, type Metrics, type MetricsSources } from "../../../../src/modules/metrics/service.ts";
import { CAMERA, STREAM } from "../../../support/http-front.ts";

const made: Metrics[] = [];
afterEach(() => {
  for (const metrics of made.splice(0)) metrics.close();
});

function setUp(changes: Partial<MetricsSources> = {}): Metrics {
  const metrics = createMetrics({
    version: "1.2.3",
    startedMs: 1_704_067_200_000,
    cameras: () => [CAMERA],
    counters: () => [{ camera: "cam1", captured: 100, corrupt: 2, late: 3, encoded: { stream1: 95 } }],
    streams: () => [STREAM],
    rtspSessions: () => 4,
    storage: async () => ({ free_bytes: 5, total_bytes: 9 }),
    ...changes,
  });
  made.push(metrics);
  return metrics;
}

/** The samples of the text, by name and labels. */
async function samples(metrics: Metrics): Promise<Readonly<Record<string, number>>> {
  const lines = (await metrics.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]),
  );
}

test("every source shows, in base units", async () => {
  expect(await samples(setUp())).toMatchObject({
    'rotordream_stream_fps{stream="stream1"}': 29.97,
    'rotordream_stream_bitrate_bits_per_second{stream="stream1"}': 3_900_000,
    'rotordream_stream_frames_encoded_total{stream="stream1"}': 95,
    'rotordream_stream_frames_dropped_total{stream="stream1"}': 0,
    'rotordream_stream_latency_seconds{stream="stream1",quantile="0.99"}': 0.0009,
    'rotordream_viewers{stream="stream1",protocol="rtsp_udp"}': 2,
    'rotordream_camera_online{camera="cam1"}': 1,
    'rotordream_camera_frames_captured_total{camera="cam1"}': 100,
    'rotordream_camera_frames_corrupt_total{camera="cam1"}': 2,
    'rotordream_camera_frames_late_total{camera="cam1"}': 3,
    rotordream_rtsp_sessions: 4,
    rotordream_storage_free_bytes: 5,
    process_start_time_seconds: 1_704_067_200,
    [`rotordream_build_info{version="1.2.3",runtime="bun ${Bun.version}"}`]: 1,
  });
});

test("totals follow what was counted elsewhere and what is gone no longer shows", async () => {
  let captured = 100;
  let streams = [STREAM];
  const metrics = setUp({
    counters: () => [{ camera: "cam1", captured, corrupt: 0, late: 0, encoded: {} }],
    streams: () => streams,
  });
  await metrics.text();
  captured = 150;
  streams = [];
  const found = await samples(metrics);
  expect(found['rotordream_camera_frames_captured_total{camera="cam1"}']).toBe(150);
  expect(Object.keys(found).filter((name) => name.startsWith("rotordream_stream_"))).toEqual([]);
});

test("requests are counted by route and status, events by kind; peers cannot make labels", async () => {
  const metrics = setUp();
  for (const method of ["GET", "GET", "BREW", "PROPFIND"]) metrics.observeRequest(method, "/api/info", 200, 0.002);
  metrics.countEvent("login-failed");
  const found = await samples(metrics);
  expect(found['rotordream_http_request_duration_seconds_count{method="GET",route="/api/info",status="200"}']).toBe(2);
  expect(found['rotordream_http_request_duration_seconds_count{method="other",route="/api/info",status="200"}']).toBe(
    2,
  );
  expect(found['rotordream_events_total{kind="login-failed"}']).toBe(1);
  expect(found['rotordream_events_total{kind="locked-out"}']).toBe(0);
});

test("two registries do not meet", async () => {
  const [one, other] = [setUp(), setUp()];
  one.countEvent("motion-start");
  expect((await samples(other))['rotordream_events_total{kind="motion-start"}']).toBe(0);
});
