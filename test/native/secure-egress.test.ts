import { heapStats } from "bun:jsc";
import { afterEach, describe, expect, test } from "bun:test";
import {
  Library,
  NativeError,
  prepareUdpSocket,
  SECURE_LIMITS,
  SecureEgress,
  type SecureViewer,
  SRTP_PROFILE,
  type SrtpProfile,
} from "bun-ffi-v4l2";
import {
  ABS_SEND_TIME,
  frameOf,
  keysOf,
  MID,
  TRANSPORT_SEQUENCE,
  unframed,
  viewerOf,
} from "../support/secure-viewers.ts";
import { SrtpPeer } from "../support/srtp-peer.ts";
import { until } from "../support/until.ts";

const SEND_BUFFER_BYTES = 1 << 20;
const PROFILES = Object.entries(SRTP_PROFILE) as readonly (readonly [string, SrtpProfile])[];

const library = Library.open();
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

type Socket = Bun.udp.Socket<"buffer"> & { readonly fd: number };

async function udpSocket(arrived: Buffer[] = []): Promise<Socket> {
  const socket = await Bun.udpSocket({
    hostname: "127.0.0.1",
    socket: { data: (_socket, bytes) => void arrived.push(Buffer.from(bytes)) },
  });
  closers.push(() => socket.close());
  return socket as Socket;
}

function openEgress(): SecureEgress {
  const egress = SecureEgress.create(library);
  closers.push(() => egress.destroy());
  return egress;
}

function peerOf({ profile, localKeys, remoteKeys }: SecureViewer): SrtpPeer {
  return new SrtpPeer(profile, localKeys, remoteKeys);
}

const PICTURE = [40, ...new Array<number>(20).fill(SECURE_LIMITS.payloadBytes), 333];

describe.each(PROFILES)("secure egress, %s, opened with node:crypto", (_name, profile) => {
  test("numbers and protects each viewer's packets for itself, and sends them again as RTX", async () => {
    const egress = openEgress();
    const socket = await udpSocket();
    prepareUdpSocket(library, socket.fd, SEND_BUFFER_BYTES);
    const frame = frameOf(PICTURE, 65_530, 90_000);
    const viewers = await Promise.all(
      ["one", "two", "three"].map(async (name, index) => {
        const arrived: Buffer[] = [];
        const viewer = viewerOf(profile, name, { ssrc: 100 + index, timestampOffset: index * 1000 });
        const id = egress.add(viewer);
        egress.setDestination(id, { fd: socket.fd, address: "127.0.0.1", port: (await udpSocket(arrived)).port });
        egress.setActive(id, true);
        return { id, arrived, viewer, peer: peerOf(viewer) };
      }),
    );
    expect(egress.send(0, frame.block, frame.packets, frame.count)).toBe(0);
    for (const { id, arrived, viewer, peer } of viewers) {
      await until(() => arrived.length === frame.count);
      expect(Math.max(...arrived.map(({ length }) => length))).toBeLessThanOrEqual(1200);
      const opened = arrived.splice(0).map((packet) => peer.openRtp(packet));
      expect(opened.map(({ payload }) => payload)).toEqual(frame.payloads);
      for (const [index, packet] of opened.entries()) {
        expect(packet).toMatchObject({
          ssrc: viewer.ssrc,
          payloadType: 102,
          sequence: 32_767 + index,
          timestamp: 90_000 + viewer.timestampOffset,
          marker: index === frame.count - 1,
        });
        expect(packet.extensions.get(TRANSPORT_SEQUENCE)?.readUInt16BE()).toBe(index);
        expect(packet.extensions.get(MID)?.toString()).toBe("0");
        expect(packet.extensions.get(ABS_SEND_TIME)).toHaveLength(3);
      }
      const lost = Uint16Array.from([32_768, 32_768 + frame.count, 32_767 + frame.count - 1]);
      expect(egress.retransmit(id, lost, lost.length)).toBe(2);
      await until(() => arrived.length === 2);
      const again = arrived.splice(0).map((packet) => peer.openRtp(packet));
      expect(again).toMatchObject([
        { ssrc: 7, payloadType: 103, sequence: 1, timestamp: 90_000 + viewer.timestampOffset, marker: false },
        { ssrc: 7, payloadType: 103, sequence: 2, timestamp: 90_000 + viewer.timestampOffset, marker: true },
      ]);
      expect(again.map(({ payload }) => payload.readUInt16BE())).toEqual([32_768, 32_767 + frame.count - 1]);
      expect(again.map(({ payload }) => payload.subarray(2))).toEqual(
        frame.payloads.filter((_, index) => index === 1 || index === frame.count - 1),
      );
      const octets = PICTURE.reduce((sum, size) => sum + size, 0);
      expect(egress.stats(id)).toMatchObject({
        packets: frame.count,
        octets,
        rtxPackets: 2,
        retransmitted: 2,
        lost: 0,
      });
      expect(egress.stats(id)).toMatchObject({ gso: true, active: true, nextTransportSequence: frame.count + 2 });
    }
  });

  test("goes on over the wrap of sequence numbers, framed for TCP", () => {
    const egress = openEgress();
    const viewer = viewerOf(profile, "wrap", { rtx: undefined, extensions: {} });
    const id = egress.add(viewer);
    const peer = peerOf(viewer);
    const sizes = new Array<number>(4096).fill(1);
    const out = new Uint8Array(sizes.length * SECURE_LIMITS.framedPacketBytes);
    let next = 32_767;
    for (let round = 0; round < 26; round++) {
      const frame = frameOf(sizes, round * 4096, round * 3000);
      const packets = unframed(out, egress.frame(id, frame.block, frame.packets, 0, frame.count, out));
      const opened = packets.map((packet) => peer.openRtp(packet));
      expect(opened.map(({ sequence }) => sequence)).toEqual(sizes.map(() => next++ & 0xffff));
      expect(opened.map(({ payload }) => payload)).toEqual(frame.payloads);
    }
    expect(egress.stats(id)).toMatchObject({ nextSequence: next, lastTimestamp: 25 * 3000 + 5, gso: false });
  });

  test("sends the very same datagram again where no RTX was negotiated", () => {
    const egress = openEgress();
    const id = egress.add(viewerOf(profile, "plain", { rtx: undefined }));
    const frame = frameOf([700, 700, 20], 0, 0);
    const out = new Uint8Array(3 * SECURE_LIMITS.framedPacketBytes);
    const first = unframed(out, egress.frame(id, frame.block, frame.packets, 0, 3, out));
    const again = unframed(out, egress.frameRetransmissions(id, Uint16Array.from([32_769, 32_767]), 2, out));
    expect(again).toEqual(first.toReversed().filter((_, index) => index !== 1));
  });

  test("protects RTCP, and takes each packet of the peer once and nothing else", () => {
    const egress = openEgress();
    const viewer = viewerOf(profile, "rtcp");
    const id = egress.add(viewer);
    const peer = peerOf(viewer);
    const out = new Uint8Array(1500);
    for (const bytes of [8, 28, 333, SECURE_LIMITS.rtcpBytes]) {
      const packet = Buffer.alloc(bytes, "report");
      packet.set([0x80, 200]);
      const length = egress.protectRtcp(id, packet, bytes, out);
      expect(length).toBeLessThanOrEqual(bytes + SECURE_LIMITS.rtcpOverheadBytes);
      expect(peer.openRtcp(Buffer.from(out.subarray(0, length)))).toEqual(packet);
      const answer = peer.protectRtcp(packet);
      expect(egress.unprotectRtcp(id, answer, out)).toBe(bytes);
      expect(Buffer.from(out.subarray(0, bytes))).toEqual(packet);
      expect(egress.unprotectRtcp(id, answer, out)).toBe(0);
      answer[7] = (answer[7] ?? 0) ^ 1; // another source: no replay, but a forgery
      expect(egress.unprotectRtcp(id, answer, out)).toBe(0);
    }
    const media = Buffer.alloc(500, "media");
    media.set([0x80, 111]);
    expect(egress.unprotectRtcp(id, media, out)).toBe(0);
    expect(egress.unprotectRtcp(id, Buffer.alloc(0), out)).toBe(0);
    expect(egress.stats(id)).toMatchObject({ rtcpReplayed: 4, rtcpRefused: 6 });
  });
});

describe("secure egress", () => {
  test("changes address and stream at once, with numbers and times that go on", async () => {
    const egress = openEgress();
    const socket = await udpSocket();
    const [one, two]: [Buffer[], Buffer[]] = [[], []];
    const [first, second] = [await udpSocket(one), await udpSocket(two)];
    const viewer = viewerOf(SRTP_PROFILE.AEAD_AES_128_GCM, "moves");
    const id = egress.add(viewer);
    const peer = peerOf(viewer);
    const [large, small] = [frameOf([900, 50], 10, 1000), frameOf([200, 50], 77, 801_000)];
    egress.setDestination(id, { fd: socket.fd, address: "127.0.0.1", port: first.port });
    egress.setActive(id, true);
    egress.send(0, large.block, large.packets, large.count);
    egress.setStream(id, 1, -800_000 + 5);
    egress.setDestination(id, { fd: socket.fd, address: "127.0.0.1", port: second.port });
    egress.send(0, large.block, large.packets, large.count);
    egress.send(1, small.block, small.packets, small.count);
    egress.setActive(id, false);
    egress.send(1, small.block, small.packets, small.count);
    egress.setActive(id, true);
    egress.setDestination(id, undefined);
    egress.send(1, small.block, small.packets, small.count);
    await until(() => one.length === 2 && two.length === 2);
    const opened = [...one, ...two].map((packet) => peer.openRtp(packet));
    expect(opened.map(({ payload }) => payload)).toEqual([...large.payloads, ...small.payloads]);
    expect(opened.map(({ sequence }) => sequence)).toEqual([32_767, 32_768, 32_769, 32_770]);
    expect(opened.map(({ timestamp }) => timestamp)).toEqual([1005, 1005, 1006, 1006]);
    expect(() => egress.sendTo(id, small.block, small.packets, 0, 1)).toThrow("no destination");
  });

  test("tells what was sent under transport-wide sequence numbers", () => {
    const egress = openEgress();
    const id = egress.add(viewerOf(SRTP_PROFILE.AEAD_AES_128_GCM, "feedback"));
    const frame = frameOf([100, 200], 0, 0);
    const out = new Uint8Array(2 * SECURE_LIMITS.framedPacketBytes);
    const before = library.monotonicUs();
    egress.frame(id, frame.block, frame.packets, 0, 2, out);
    const sent = new Float64Array(8);
    expect(egress.sent(id, 65_535, 4, sent)).toBe(2);
    expect([sent[0], sent[1], sent[6], sent[7]]).toEqual([0, 0, 0, 0]);
    expect(sent[2]).toBeGreaterThanOrEqual(before);
    expect(sent[2]).toBeLessThanOrEqual(library.monotonicUs());
    // header 12, extensions 4 + 4 + 3 + 2 padded to 16, tag 16
    expect([sent[3], sent[5]]).toEqual([144, 244]);
    expect(() => egress.sent(id, 0, 5, sent)).toThrow(RangeError);
  });

  test("refuses what is out of bounds and sends nothing of it", () => {
    const egress = openEgress();
    const profile = SRTP_PROFILE.AEAD_AES_128_GCM;
    const good = viewerOf(profile, "good");
    const keys = keysOf(SRTP_PROFILE.AES128_CM_SHA1_80, "other");
    expect(() => egress.add({ ...good, localKeys: keys })).toThrow(RangeError);
    expect(() => egress.add({ ...good, remoteKeys: { ...keys, key: new Uint8Array(15) } })).toThrow(RangeError);
    expect(() => egress.add({ ...good, extensions: { mid: { id: 1, value: "" } } })).toThrow(RangeError);
    expect(() => egress.add({ ...good, extensions: { mid: { id: 1, value: "seventeen letters" } } })).toThrow(
      RangeError,
    );
    expect(() => egress.add({ ...good, firstSequence: 32_768 })).toThrow(NativeError);
    expect(() => egress.add({ ...good, payloadType: 72 })).toThrow(NativeError);
    expect(() => egress.add({ ...good, extensions: { absSendTimeId: 15 } })).toThrow(NativeError);
    const id = egress.add(good);
    const out = new Uint8Array(5000);
    const large = frameOf([SECURE_LIMITS.payloadBytes, SECURE_LIMITS.payloadBytes + 1], 0, 0);
    expect(() => egress.frame(id, large.block, large.packets, 0, 2, out)).toThrow(NativeError);
    expect(() => egress.frame(id, large.block, large.packets, 1, 2, out)).toThrow(RangeError);
    expect(() => egress.frame(id, large.block.subarray(0, 500), large.packets, 0, 1, out)).toThrow(NativeError);
    expect(() => egress.frame(id, large.block, large.packets, 0, 1, out.subarray(0, 1000))).toThrow("too small");
    expect(() => egress.send(0, large.block, large.packets, 3)).toThrow(RangeError);
    expect(() => egress.send(16, large.block, large.packets, 1)).toThrow(NativeError);
    expect(() => egress.retransmit(id, new Uint16Array(1), 2)).toThrow(RangeError);
    expect(() => egress.setDestination(id, { fd: 0, address: "localhost", port: 1 })).toThrow(RangeError);
    expect(() => egress.protectRtcp(id, out, SECURE_LIMITS.rtcpBytes + 1, out)).toThrow(NativeError);
    expect(() => egress.stats(id + 1)).toThrow(NativeError);
    expect(egress.stats(id)).toMatchObject({
      packets: 0,
      nextSequence: 32_767,
      nextTransportSequence: 0,
      lastSentUs: 0,
    });
    egress.remove(id);
    expect(() => egress.stats(id)).toThrow(NativeError);
    egress.destroy();
    egress.destroy();
    expect(() => egress.stats(id)).toThrow("destroyed");
  });

  test("allocates nothing in JavaScript to send", async () => {
    const egress = openEgress();
    const socket = await udpSocket();
    const id = egress.add(viewerOf(SRTP_PROFILE.AEAD_AES_128_GCM, "quiet"));
    egress.setDestination(id, { fd: socket.fd, address: "127.0.0.1", port: 9 });
    egress.setActive(id, true);
    const frame = frameOf([300, 300, 20], 0, 0);
    const out = new Uint8Array(3 * SECURE_LIMITS.framedPacketBytes);
    const sequences = Uint16Array.from([1, 2, 3]);
    const sent = new Float64Array(20);
    const send = (times: number) => {
      for (let index = 0; index < times; index++) {
        egress.send(0, frame.block, frame.packets, frame.count);
        egress.sendTo(id, frame.block, frame.packets, 1, 1);
        egress.frame(id, frame.block, frame.packets, 0, frame.count, out);
        egress.retransmit(id, sequences, 3);
        egress.sent(id, 0, 10, sent);
      }
    };
    send(5000); // the compilers' own memory
    Bun.gc(true);
    const before = heapStats().heapSize;
    send(10_000);
    expect(heapStats().heapSize - before).toBeLessThan(100_000);
  });
});
