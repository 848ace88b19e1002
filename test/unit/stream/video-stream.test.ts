import { afterAll, describe, expect, test } from "bun:test";
import { Egress, Library, SecureEgress } from "bun-ffi-v4l2";
import { createLog } from "../../../src/core/log.ts";
import type { PacketBlock } from "../../../src/rtp/packet-block.ts";
import type { StartPoint } from "../../../src/stream/gop-cache.ts";
import { KEYFRAME_INTERVAL_MS } from "../../../src/stream/keyframe-requests.ts";
import type { StreamViewer } from "../../../src/stream/media-stream.ts";
import { VideoStream } from "../../../src/stream/video-stream.ts";
import { accessUnit } from "../../support/access-unit.ts";
import { createManualTime } from "../../support/manual-scheduler.ts";

const library = Library.open();
const egress = Egress.create(library);
const secureEgress = SecureEgress.create(library);
afterAll(() => {
  egress.destroy();
  secureEgress.destroy();
});

class Viewer implements StreamViewer {
  destination: number | undefined;
  starts: StartPoint[] = [];
  sequences: number[] = [];
  resolutionChanges = 0;
  hasRoom = true;
  onStart(start: StartPoint): void {
    this.starts.push(start);
  }
  deliver(block: PacketBlock): boolean {
    if (!this.hasRoom) return false;
    for (let index = 0; index < block.count; index++)
      this.sequences.push(block.bytes.readUInt16BE((block.packets[index * 2] ?? 0) + 2));
    return true;
  }
  onResolutionChange(): void {
    this.resolutionChanges += 1;
  }
}

function setUp(fastStart = false, payloadBytes = 1400) {
  const time = createManualTime();
  let forced = 0;
  const stream = new VideoStream({
    name: "stream1",
    ssrc: 1,
    firstSequence: 65_530,
    timestampOrigin: 5,
    payloadBytes,
    fastStart,
    forceKeyframe: () => {
      forced += 1;
    },
    egress,
    secure: { egress: secureEgress, index: 0 },
    clock: time.clock,
    scheduler: time.scheduler,
    log: createLog({ level: "error", write: () => undefined }, "test"),
  });
  const sps = Uint8Array.of(0x67, 0x42, 0xc0, 0x1f);
  const publish = (key: boolean, width = 1920) => {
    time.advanceMs(33);
    const slice = new Uint8Array(3000).fill(key ? 0x65 : 0x41);
    const nals = key ? [Uint8Array.of(...sps, width & 255), Uint8Array.of(0x68, 1), slice] : [slice];
    stream.publish(
      accessUnit(nals, { captureTimeUs: time.clock.monotonicUs(), readyTimeUs: time.clock.monotonicUs(), width }),
    );
  };
  return { stream, time, publish, forced: () => forced };
}

const consecutive = (sequences: readonly number[]) =>
  sequences.every((sequence, index) => index === 0 || sequence === (((sequences[index - 1] ?? 0) + 1) & 0xffff));

describe("VideoStream", () => {
  test("starts a joiner at the next keyframe, told where it begins, and skips nothing after", () => {
    const { stream, publish, forced } = setUp();
    const first = new Viewer();
    stream.join(first);
    expect(forced()).toBe(1);
    publish(false);
    expect(first.sequences).toEqual([]);
    publish(true);
    for (let frame = 0; frame < 20; frame++) publish(false);
    expect(first.starts).toHaveLength(1);
    expect(first.starts[0]?.sequence).toBe(first.sequences[0]);
    expect(first.starts[0]?.rtpTimestamp).toBe(5 + 66 * 90);
    expect(first.sequences).toHaveLength(4 + 20 * 3);
    expect(consecutive(first.sequences)).toBe(true);
  });

  test("starts a joiner inside a GOP younger than 150 ms without forcing a keyframe, and not inside an older one", () => {
    const { stream, publish, forced } = setUp();
    const first = new Viewer();
    stream.join(first);
    publish(true);
    publish(false);
    const forcedBefore = forced();
    const second = new Viewer();
    stream.join(second);
    expect(second.sequences).toEqual(first.sequences);
    expect(second.starts[0]?.sequence).toBe(first.sequences[0]);
    publish(false);
    expect(second.sequences).toEqual(first.sequences);
    expect(forced()).toBe(forcedBefore);
    for (let frame = 0; frame < 4; frame++) publish(false);
    const third = new Viewer();
    stream.join(third);
    expect(third.starts).toEqual([]);
  });

  test("starts nobody inside a GOP that was interrupted, however young", () => {
    const { stream, publish } = setUp();
    stream.join(new Viewer());
    publish(true);
    stream.interrupt();
    const viewer = new Viewer();
    stream.join(viewer);
    publish(false);
    expect(viewer.starts).toEqual([]);
    publish(true);
    expect(viewer.starts).toHaveLength(1);
  });

  test("keeps whole GOPs for a source that cannot force keyframes, where fast start is on", () => {
    for (const fastStart of [true, false]) {
      const { stream, publish } = setUp(fastStart);
      stream.canForceKeyframe = false;
      publish(true);
      for (let frame = 0; frame < 60; frame++) publish(false);
      const viewer = new Viewer();
      stream.join(viewer);
      expect(viewer.sequences.length).toBe(fastStart ? 4 + 60 * 3 : 0);
      expect(consecutive(viewer.sequences)).toBe(true);
    }
  });

  test("a viewer that leaves while it is told of its start gets nothing", () => {
    const { stream, publish } = setUp();
    class Leaving extends Viewer {
      override onStart(start: StartPoint): void {
        super.onStart(start);
        stream.leave(this);
        if (this.destination !== undefined) egress.remove(this.destination);
      }
    }
    const overUdp = new Leaving();
    overUdp.destination = egress.add({ fd: 0, address: "127.0.0.1", port: 5004 });
    stream.join(overUdp);
    publish(true);
    const overTcp = new Leaving();
    stream.join(overTcp);
    expect([overUdp.starts.length, overTcp.starts.length]).toEqual([1, 1]);
    expect(overTcp.sequences).toEqual([]);
    expect(stream.viewerCount).toBe(0);
  });

  test("lets a joiner wait for a keyframe when the running GOP has more packets than one call can send", () => {
    const { stream, publish } = setUp(true);
    stream.canForceKeyframe = false;
    publish(true);
    for (let frame = 0; frame < 1400; frame++) publish(false);
    const viewer = new Viewer();
    const destination = egress.add({ fd: 0, address: "127.0.0.1", port: 5004 });
    viewer.destination = destination;
    stream.join(viewer);
    expect(viewer.starts).toEqual([]);
    egress.remove(destination);
  });

  test("takes the largest access unit in the smallest packets", () => {
    const { stream } = setUp(false, 500);
    const viewer = new Viewer();
    stream.join(viewer);
    const largest = new Uint8Array(2 * 1024 * 1024 - 32).fill(0x65);
    stream.publish(accessUnit([Uint8Array.of(0x67, 0x42, 0xc0, 0x1f), Uint8Array.of(0x68, 1), largest]));
    expect(viewer.sequences.length).toBeGreaterThan(4096);
  });

  test("asks for a keyframe when losses begin and when they end, not at every loss", async () => {
    const { stream, publish, forced } = setUp();
    const socket = (await Bun.udpSocket({})) as Bun.udp.Socket<"buffer"> & { readonly fd: number };
    const viewer = new Viewer();
    // the kernel refuses broadcasts that nobody allowed
    viewer.destination = egress.add({ fd: socket.fd, address: "255.255.255.255", port: 9 });
    stream.join(viewer);
    publish(true);
    const forcedByJoin = forced();
    for (let frame = 0; frame < 100; frame++) publish(false);
    expect(egress.stats(viewer.destination).lost).toBeGreaterThan(100);
    expect(forced()).toBe(forcedByJoin + 1);
    stream.leave(viewer);
    stream.join(new Viewer());
    publish(true);
    for (let frame = 0; frame < 100; frame++) publish(false);
    expect(forced()).toBeLessThanOrEqual(forcedByJoin + 3);
    egress.remove(viewer.destination);
    socket.close();
  });

  test("merges keyframe wishes to one in 500 ms", () => {
    const { stream, time, forced } = setUp();
    for (let viewer = 0; viewer < 30; viewer++) {
      stream.join(new Viewer());
      time.advanceMs(10);
    }
    expect(forced()).toBe(1);
    time.advanceMs(KEYFRAME_INTERVAL_MS);
    expect(forced()).toBe(2);
  });

  test("a viewer without room loses whole frames up to a keyframe while others lose nothing", () => {
    const { stream, publish, forced } = setUp();
    const slow = new Viewer();
    const quick = new Viewer();
    stream.join(slow);
    stream.join(quick);
    publish(true);
    slow.hasRoom = false;
    publish(false);
    slow.hasRoom = true;
    publish(false);
    const before = slow.sequences.length;
    expect(before).toBe(4);
    const forcedBefore = forced();
    stream.resume(slow);
    for (let frame = 0; frame < 20; frame++) publish(false);
    expect(forced()).toBe(forcedBefore + 1);
    publish(true);
    expect(slow.sequences.slice(before)).toEqual(quick.sequences.slice(-4));
    expect(consecutive(quick.sequences)).toBe(true);
    expect(slow.starts).toHaveLength(1);
  });

  test("tells playing viewers about a new size and hands out the new parameter sets", () => {
    const { stream, publish } = setUp();
    const viewer = new Viewer();
    stream.join(viewer);
    publish(true);
    const version = stream.parameters?.version;
    publish(true);
    expect(stream.parameters?.version).toBe(version);
    publish(true, 1280);
    expect(viewer.resolutionChanges).toBe(1);
    expect([stream.parameters?.width, stream.parameters?.version]).toEqual([1280, (version ?? 0) + 1]);
    stream.leave(viewer);
    expect(stream.viewerCount).toBe(0);
  });

  test("waitForParameters resolves with the first keyframe, or with nothing after its time", async () => {
    const early = setUp();
    const found = early.stream.waitForParameters(1000);
    early.publish(true);
    expect((await found)?.width).toBe(1920);
    const late = setUp();
    const nothing = late.stream.waitForParameters(1000);
    late.time.advanceMs(1000);
    expect(await nothing).toBeUndefined();
  });

  test("knows how far apart keyframes are, of each source by itself", () => {
    const { stream, publish, time } = setUp();
    for (let index = 0; index < 91; index++) publish(index % 30 === 0);
    expect(stream.keyframeSpacing.longestUs(time.clock.monotonicUs())).toBe(30 * 33_000);
    stream.canForceKeyframe = false;
    expect(stream.keyframeSpacing.longestUs(time.clock.monotonicUs())).toBeUndefined();
    for (let index = 0; index < 21; index++) publish(index % 10 === 0);
    stream.canForceKeyframe = false; // as every look at the camera says again
    expect(stream.keyframeSpacing.longestUs(time.clock.monotonicUs())).toBe(10 * 33_000);
  });
});
