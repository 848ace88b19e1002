import { expect, test } from "bun:test";
import { createStreamService } from "../../../../src/modules/stream/service.ts";
import { STREAM } from "../../../support/http-front.ts";

test.each([
  [554, 322, "cam.local", "rtsp://cam.local/stream1", "rtsps://cam.local/stream1"],
  [8554, 8322, "cam.local", "rtsp://cam.local:8554/stream1", "rtsps://cam.local:8322/stream1"],
  [554, 8322, "[::1]", "rtsp://[::1]/stream1", "rtsps://[::1]:8322/stream1"],
])("with the ports %d and %d on %s the URLs are %s and %s", (rtsp, rtsps, host, plain, secure) => {
  const service = createStreamService({
    streams: () => [STREAM],
    ports: () => ({ rtsp, rtsps }),
    jpegQuality: () => 85,
    snapshots: { take: () => Promise.reject(new Error("not asked for")) },
  });
  expect(service.streams(host)[0]).toMatchObject({
    urls: { rtsp: plain, rtsps: secure },
    viewers: { rtsp_tcp: 1, rtsp_udp: 2, total: 3 },
  });
});

test("stills have the quality of the settings unless asked otherwise", async () => {
  const qualities: number[] = [];
  const service = createStreamService({
    streams: () => [STREAM],
    ports: () => ({ rtsp: 554, rtsps: 322 }),
    jpegQuality: () => 42,
    snapshots: {
      take: async (_stream, quality) => {
        qualities.push(quality);
        return new Uint8Array();
      },
    },
  });
  await service.snapshot({ stream: "stream1", quality: undefined });
  await service.snapshot({ stream: "stream1", quality: 7 });
  expect(qualities).toEqual([42, 7]);
});
