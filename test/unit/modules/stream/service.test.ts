import { expect, test } from "bun:test";
import { createStreamService } from "../../../../src/modules/stream/service.ts";
import { STREAM } from "../../../support/http-front.ts";

test.each([
  [554, "cam.local", "rtsp://cam.local/stream1"],
  [8554, "cam.local", "rtsp://cam.local:8554/stream1"],
  [554, "[::1]", "rtsp://[::1]/stream1"],
])("with port %d on %s the URL is %s", (port, host, url) => {
  const service = createStreamService({
    streams: () => [STREAM],
    rtspPort: () => port,
    jpegQuality: () => 85,
    snapshots: { take: () => Promise.reject(new Error("not asked for")) },
  });
  expect(service.streams(host)[0]).toMatchObject({
    urls: { rtsp: url },
    viewers: { rtsp_tcp: 1, rtsp_udp: 2, total: 3 },
  });
});

test("stills have the quality of the settings unless asked otherwise", async () => {
  const qualities: number[] = [];
  const service = createStreamService({
    streams: () => [STREAM],
    rtspPort: () => 554,
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
