import { expect, test } from "bun:test";
import { Library } from "bun-ffi-v4l2";
import { createLog } from "../../../src/core/log.ts";
import { RtpTransport } from "../../../src/rtsp/rtp-transport.ts";
import type { MediaStream } from "../../../src/stream/media-stream.ts";

const GROUP = { address: "239.255.7.1", ttl: 1 };

async function open(multicast: typeof GROUP | undefined, multicastStreams: readonly MediaStream[]) {
  return RtpTransport.open({
    library: Library.open(),
    log: createLog({ level: "error", write: () => undefined }, "rtsp"),
    addresses: ["127.0.0.1"],
    multicast,
    multicastStreams,
    onRtcp: () => undefined,
  });
}

/** Nothing is asked of a stream before it is sent. */
const stream = () => ({}) as MediaStream;

test("ports of multicast follow the order of the streams, not that of their first use", async () => {
  const [first, second, other] = [stream(), stream(), stream()];
  const transport = await open(GROUP, [first, second]);
  try {
    expect(transport.multicast(second, 4)?.rtpPort).toBe(5006);
    expect(transport.multicast(first, 4)?.rtpPort).toBe(5004);
    expect(transport.multicast(first, 6)).toBeUndefined();
    expect(transport.multicast(other, 4)).toBeUndefined();
  } finally {
    transport.close();
  }
});

test("without a group nothing is sent to one", async () => {
  const only = stream();
  const transport = await open(undefined, [only]);
  expect(transport.multicast(only, 4)).toBeUndefined();
  transport.close();
});
