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
    snapshots: { take: () => Promise.reject(new Error("not asked for")) },
  });
  expect(service.streams(host)[0]).toMatchObject({
    urls: { rtsp: url },
    viewers: { rtsp_tcp: 1, rtsp_udp: 2, total: 3 },
  });
});
