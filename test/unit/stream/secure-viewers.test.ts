import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { Library, SecureEgress, SRTP_PROFILE } from "bun-ffi-v4l2";
import { PacketBlock } from "../../../src/rtp/packet-block.ts";
import { KeyframeRequests } from "../../../src/stream/keyframe-requests.ts";
import { type SecureViewerSeat, SecureViewers } from "../../../src/stream/secure-viewers.ts";
import { accessUnit } from "../../support/access-unit.ts";
import { createManualTime } from "../../support/manual-scheduler.ts";
import { until } from "../../support/until.ts";

const egress = SecureEgress.create(Library.open());
const received: {
  readonly ssrc: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker: boolean;
}[] = [];
let socket: Bun.udp.Socket<"buffer"> & { readonly fd?: number };

beforeAll(async () => {
  socket = await Bun.udpSocket({
    hostname: "127.0.0.1",
    binaryType: "buffer",
    socket: {
      data: (_socket, bytes) => {
        received.push({
          ssrc: bytes.readUInt32BE(8),
          sequence: bytes.readUInt16BE(2),
          timestamp: bytes.readUInt32BE(4),
          marker: (bytes[1] ?? 0) >= 128,
        });
      },
    },
  });
});
afterAll(() => {
  socket.close();
  egress.destroy();
});

// what one test leaves playing would fill the socket of the next
const made: number[] = [];
afterEach(() => {
  for (const id of made.splice(0)) egress.remove(id);
});

const keys = (byte: number) => ({ key: new Uint8Array(16).fill(byte), salt: new Uint8Array(12).fill(byte) });

class Seat implements SecureViewerSeat {
  readonly viewerId: number;
  readonly ssrc: number;
  readonly timestampOrigin: number;
  starts = 0;
  onStarted: () => void = () => undefined;
  take: SecureViewerSeat["take"];

  constructor(ssrc: number, timestampOrigin = 0) {
    this.ssrc = ssrc;
    this.timestampOrigin = timestampOrigin;
    this.viewerId = egress.add({
      profile: SRTP_PROFILE.AEAD_AES_128_GCM,
      stream: 0,
      timestampOffset: 0,
      ssrc,
      payloadType: 96,
      firstSequence: 100,
      extensions: {},
      localKeys: keys(ssrc & 255),
      remoteKeys: keys(1),
    });
    made.push(this.viewerId);
    egress.setDestination(this.viewerId, { fd: socket.fd ?? -1, address: "127.0.0.1", port: socket.port });
  }

  onStart(): void {
    this.starts += 1;
    this.onStarted();
  }

  /** What came for it so far, once all that was sent is here. */
  async frames(): Promise<
    readonly { readonly sequence: number; readonly timestamp: number; readonly marker: boolean }[]
  > {
    const mine = () => received.filter(({ ssrc }) => ssrc === this.ssrc);
    await until(() => mine().length === egress.stats(this.viewerId).packets);
    return mine();
  }
}

function setUp(index = 0, timestampOrigin = 1000) {
  const time = createManualTime();
  let forced = 0;
  const keyframeRequests = new KeyframeRequests(time.clock, time.scheduler, () => {
    forced += 1;
  });
  const viewers = new SecureViewers({ egress, index, timestampOrigin, keyframeRequests, scheduler: time.scheduler });
  let frame = 0;
  const publish = (isKey: boolean, size = 3000) => {
    frame += 1;
    const slice = new Uint8Array(size).fill(isKey ? 0x65 : 0x41);
    const nals = isKey ? [Uint8Array.of(0x67, 0x42, 0xc0, 0x1f), Uint8Array.of(0x68, 1), slice] : [slice];
    return viewers.publish(accessUnit(nals, { captureTimeUs: frame * 33_000 }), timestampOrigin + frame * 3000);
  };
  return { viewers, publish, time, forced: () => forced };
}

describe("SecureViewers", () => {
  test("a first viewer starts at the keyframe that it asks for, then misses nothing", async () => {
    const { viewers, publish, forced } = setUp();
    publish(true);
    const seat = new Seat(1, 5);
    viewers.join(seat, "now");
    expect([forced(), seat.starts]).toEqual([1, 0]);
    publish(false);
    publish(true);
    for (let frame = 0; frame < 5; frame += 1) publish(false);
    const packets = await seat.frames();
    expect(packets.map(({ sequence }) => sequence)).toEqual(packets.map((_, index) => 100 + index));
    // its own origin, not the stream's
    expect(packets[0]?.timestamp).toBe(5 + 3 * 3000);
    expect(packets.filter(({ marker }) => marker).length).toBe(6);
    viewers.leave(seat);
    publish(true);
    expect((await seat.frames()).length).toBe(packets.length);
  });

  test("a later one gets the running GOP, paced, and the frames behind it in order", async () => {
    const { viewers, publish, time, forced } = setUp();
    const first = new Seat(2);
    viewers.join(first, "now");
    publish(true, 30_000);
    for (let frame = 0; frame < 10; frame += 1) publish(false);
    await first.frames();
    const before = forced();
    const second = new Seat(3);
    viewers.join(second, "now");
    expect(egress.stats(second.viewerId).packets).toBe(16);
    publish(false);
    time.advanceMs(5);
    expect(egress.stats(second.viewerId).packets).toBe(32);
    publish(false);
    time.advanceMs(200);
    publish(false);
    const [all, late] = [await first.frames(), await second.frames()];
    expect(late.map(({ timestamp }) => timestamp)).toEqual(all.map(({ timestamp }) => timestamp));
    expect(late.map(({ sequence }) => sequence)).toEqual(late.map((_, index) => 100 + index));
    expect(forced()).toBe(before);
  });

  test("a keyframe ends a burst", async () => {
    const { viewers, publish, time } = setUp();
    const first = new Seat(4);
    viewers.join(first, "now");
    publish(true, 40_000);
    await first.frames();
    const late = new Seat(5);
    viewers.join(late, "now");
    publish(true, 2000);
    time.advanceMs(100);
    const packets = await late.frames();
    expect(new Set(packets.map(({ timestamp }) => timestamp)).size).toBe(2);
    expect(packets.length).toBeLessThan(16 + 5);
  });

  test("a long GOP is not burst, unless the source makes no keyframes", () => {
    for (const canForce of [true, false]) {
      const { viewers, publish } = setUp();
      viewers.canForceKeyframe = canForce;
      // not over the socket, which such a burst would fill
      const [first, late] = [new Seat(6), new Seat(7)];
      for (const seat of [first, late]) seat.take = () => true;
      viewers.join(first, "now");
      publish(true, 800_000);
      viewers.join(late, "now");
      expect(viewers.isPlaying(late)).toBe(!canForce);
    }
  });

  test("moves a viewer to another stream at that one's keyframe, its numbers and time going on", async () => {
    const main = setUp(0, 1000);
    const sub = setUp(1, 77_000);
    const seat = new Seat(8, 50);
    main.viewers.join(seat, "now");
    main.publish(true);
    sub.publish(true);
    seat.onStarted = () => main.viewers.leave(seat);
    sub.viewers.join(seat, "keyframe");
    main.publish(false);
    sub.publish(false);
    main.publish(false);
    sub.publish(true);
    main.publish(false);
    sub.publish(false);
    const packets = await seat.frames();
    expect(packets.map(({ sequence }) => sequence)).toEqual(packets.map((_, index) => 100 + index));
    const times = [...new Set(packets.map(({ timestamp }) => timestamp))];
    // the third frame of both is of one instant; it must not look like one frame
    expect(times).toEqual([50 + 3000, 50 + 6000, 50 + 9000, 50 + 9001, 50 + 12000]);
    expect([main.viewers.count, sub.viewers.count]).toEqual([0, 1]);
  });

  test("who takes packets itself and has no room waits for a keyframe, asked for when there is room", () => {
    const { viewers, publish, forced, time } = setUp();
    const seat = new Seat(9);
    let hasRoom = true;
    const taken: number[] = [];
    seat.take = (block: PacketBlock, first, count) => {
      expect(block).toBeInstanceOf(PacketBlock);
      if (hasRoom) taken.push(first, count);
      return hasRoom;
    };
    viewers.join(seat, "now");
    publish(true);
    publish(false);
    expect(taken).toEqual([0, 4, 0, 3]);
    hasRoom = false;
    publish(false);
    hasRoom = true;
    publish(false);
    expect(taken.length).toBe(4);
    time.advanceMs(600);
    const before = forced();
    viewers.resume(seat);
    expect(forced()).toBe(before + 1);
    publish(true);
    expect(taken.length).toBe(6);
    expect(egress.stats(seat.viewerId).active).toBe(false);
  });
});
