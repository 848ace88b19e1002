import { afterAll, describe, expect, test } from "bun:test";
import { Egress, Library } from "bun-ffi-v4l2";
import { createLog } from "../../../src/core/log.ts";
import type { AccessUnit } from "../../../src/media/access-unit.ts";
import type { PacketBlock } from "../../../src/rtp/packet-block.ts";
import type { StartPoint } from "../../../src/stream/gop-cache.ts";
import { feedJpegs } from "../../../src/stream/jpeg-feed.ts";
import { type JpegSink, JpegStream, type TimedJpeg } from "../../../src/stream/jpeg-stream.ts";
import type { StreamViewer } from "../../../src/stream/media-stream.ts";
import { MAX_METADATA_BYTES, MetadataStream } from "../../../src/stream/metadata-stream.ts";
import { accessUnit } from "../../support/access-unit.ts";
import { createManualTime } from "../../support/manual-scheduler.ts";
import { packetsOf, type RtpPacket, testJpeg } from "../../support/rtp-jpeg.ts";

const egress = Egress.create(Library.open());
afterAll(() => egress.destroy());

class Viewer implements StreamViewer {
  readonly destination = undefined;
  readonly starts: StartPoint[] = [];
  readonly packets: RtpPacket[] = [];
  resolutionChanges = 0;
  hasRoom = true;
  onStart(start: StartPoint): void {
    this.starts.push(start);
  }
  deliver(block: PacketBlock): boolean {
    if (this.hasRoom) this.packets.push(...packetsOf(block));
    return this.hasRoom;
  }
  onResolutionChange(): void {
    this.resolutionChanges += 1;
  }
}

function optionsOf(time: ReturnType<typeof createManualTime>) {
  const origins = { ssrc: 1, firstSequence: 65_535, timestampOrigin: 5, payloadBytes: 500 };
  return { name: "test", ...origins, egress, clock: time.clock, scheduler: time.scheduler };
}

describe("JpegStream", () => {
  function setUp() {
    const time = createManualTime();
    const warnings: string[] = [];
    let sink: JpegSink | undefined;
    const stream = new JpegStream({
      ...optionsOf(time),
      log: createLog({ level: "warn", write: (_level, _module, message) => void warnings.push(message) }, "test"),
      feed: (given) => {
        sink = given;
        return () => {
          sink = undefined;
        };
      },
    });
    const publish = (width = 640, size = 100) =>
      sink?.({ jpeg: testJpeg({ width, height: 360, scan: new Uint8Array(size) }), captureTimeUs: 1_000_000 });
    return { stream, publish, warnings, isFed: () => sink !== undefined };
  }

  test("is fed while someone watches only", () => {
    const { stream, isFed } = setUp();
    const [one, other] = [new Viewer(), new Viewer()];
    expect(isFed()).toBe(false);
    stream.join(one);
    stream.join(other);
    stream.leave(one);
    expect(isFed()).toBe(true);
    stream.leave(other);
    stream.leave(other);
    expect(isFed()).toBe(false);
    stream.join(one);
    expect(isFed()).toBe(true);
  });

  test("starts a viewer with the next picture, told where it begins", () => {
    const { stream, publish } = setUp();
    const [early, late] = [new Viewer(), new Viewer()];
    stream.join(early);
    publish();
    stream.join(late);
    expect(late.starts).toEqual([]);
    publish();
    expect(early.starts).toEqual([{ sequence: 65_535, rtpTimestamp: 90_005 }]);
    expect(late.starts).toEqual([{ sequence: 0, rtpTimestamp: 90_005 }]);
    expect(early.packets.map(({ sequence }) => sequence)).toEqual([65_535, 0]);
    expect(late.packets.map(({ sequence }) => sequence)).toEqual([0]);
  });

  test("leaves pictures out for who has no room, and goes on with the next", () => {
    const { stream, publish } = setUp();
    const viewer = new Viewer();
    stream.join(viewer);
    for (const hasRoom of [true, false, true]) {
      viewer.hasRoom = hasRoom;
      publish();
    }
    expect(viewer.packets.map(({ sequence }) => sequence)).toEqual([65_535, 1]);
  });

  test("tells of another size, and once why pictures cannot be sent", () => {
    const { stream, publish, warnings } = setUp();
    const viewer = new Viewer();
    stream.join(viewer);
    publish();
    publish();
    expect(viewer.resolutionChanges).toBe(0);
    publish(320);
    expect(viewer.resolutionChanges).toBe(1);
    for (let picture = 0; picture < 3; picture += 1) publish(2048);
    expect(warnings).toEqual(["a picture could not be sent as JPEG"]);
    expect(viewer.packets.length).toBe(3);
  });
});

/** A feed from a video whose frames the test gives. */
function setUpFeed(fps: number) {
  const readers = new Set<(unit: AccessUnit) => void>();
  const taken: (() => void)[] = [];
  const times: number[] = [];
  let newestUs = 0;
  const stop = feedJpegs(
    {
      video: {
        read: (reader) => {
          readers.add(reader);
          return () => void readers.delete(reader);
        },
      },
      fps: () => fps,
      take: () => {
        const { promise, resolve } = Promise.withResolvers<TimedJpeg>();
        const still = { jpeg: new Uint8Array(), captureTimeUs: newestUs };
        taken.push(() => resolve(still));
        return promise;
      },
    },
    ({ captureTimeUs }) => times.push(captureTimeUs),
  );
  /** A frame that comes when the newest picture may be a later one already. */
  const frame = async (captureTimeUs: number, answers = true, newest = captureTimeUs) => {
    newestUs = newest;
    for (const reader of readers) reader(accessUnit([], { captureTimeUs }));
    if (answers) for (const answer of taken.splice(0)) answer();
    await new Promise(setImmediate);
  };
  return { frame, times, taken, stop, readers };
}

describe("feedJpegs", () => {
  test.each([
    [10, 30, 10],
    [20, 30, 20],
    [30, 30, 30],
    [10, 25, 10],
    [30, 15, 15],
    [1, 30, 1],
  ])("takes %i pictures a second of %i: %i", async (fps, videoFps, expected) => {
    const { frame, times } = setUpFeed(fps);
    for (let index = 0; index < videoFps * 4; index += 1)
      await frame(Math.round((index * 1e6) / videoFps) + (index % 3) * 500);
    expect(times.length).toBeGreaterThanOrEqual(expected * 4 - 1);
    expect(times.length).toBeLessThanOrEqual(expected * 4 + 1);
  });

  test("orders one picture after the other, and none once it has ended", async () => {
    const { frame, times, taken, stop, readers } = setUpFeed(30);
    await frame(1, false);
    await frame(40_000, false);
    await frame(80_000, false);
    expect(taken.length).toBe(1);
    await frame(120_000);
    await frame(160_000);
    expect(times).toEqual([1, 160_000]);
    await frame(200_000, false);
    stop();
    for (const answer of taken) answer();
    await new Promise(setImmediate);
    expect([times.length, readers.size]).toEqual([2, 0]);
  });
});

test("feedJpegs sends no picture twice when frames come late", async () => {
  const { frame, times } = setUpFeed(30);
  await frame(1, true, 70_000);
  await frame(36_000, true, 70_000);
  await frame(70_000, true, 70_000);
  await frame(103_000);
  expect(times).toEqual([70_000, 103_000]);
});

describe("MetadataStream", () => {
  const textOf = (packets: readonly RtpPacket[]) => Buffer.concat(packets.map(({ payload }) => payload)).toString();

  test("lets a viewer begin at once, and sends each document whole", () => {
    const stream = new MetadataStream(optionsOf(createManualTime()));
    const viewer = new Viewer();
    stream.publish("<nobody/>", 0);
    stream.join(viewer);
    expect(viewer.starts).toEqual([{ sequence: 65_535, rtpTimestamp: stream.rtpTimestampNow() }]);
    const document = `<tt:MetadataStream>${"ä".repeat(600)}</tt:MetadataStream>`;
    stream.publish(document, 2_000_000);
    expect(textOf(viewer.packets)).toBe(document);
    expect(viewer.packets.map(({ marker }) => marker)).toEqual([false, false, true]);
    expect(viewer.packets.map(({ timestamp }) => timestamp)).toEqual([180_005, 180_005, 180_005]);
    stream.publish(new TextEncoder().encode("<b/>"), 0);
    expect(textOf(viewer.packets.slice(3))).toBe("<b/>");
  });

  test("sends an empty document after a second without any, while someone plays", () => {
    const time = createManualTime();
    const stream = new MetadataStream(optionsOf(time));
    const viewer = new Viewer();
    time.advanceMs(2000);
    stream.join(viewer);
    time.advanceMs(999);
    stream.publish("<a/>", 0);
    time.advanceMs(999);
    expect(viewer.packets.length).toBe(1);
    time.advanceMs(1001);
    const empty = '<tt:MetadataStream xmlns:tt="http://www.onvif.org/ver10/schema"/>';
    expect(viewer.packets.length).toBe(3);
    expect(textOf(viewer.packets.slice(1, 2))).toContain(empty);
    stream.leave(viewer);
    time.advanceMs(5000);
    expect(viewer.packets.length).toBe(3);
  });

  test("refuses documents that are empty or too large, in bytes", () => {
    const stream = new MetadataStream(optionsOf(createManualTime()));
    expect(() => stream.publish("", 0)).toThrow(expect.objectContaining({ kind: "bad-request" }));
    stream.publish("a".repeat(MAX_METADATA_BYTES), 0);
    for (const xml of ["a".repeat(MAX_METADATA_BYTES + 1), "ä".repeat(MAX_METADATA_BYTES / 2 + 1)])
      expect(() => stream.publish(xml, 0)).toThrow(expect.objectContaining({ kind: "too-large" }));
  });
});
