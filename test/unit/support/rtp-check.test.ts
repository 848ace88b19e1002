import { describe, expect, test } from "bun:test";
import { RtpCheck } from "../../support/load/rtp-check.ts";

/** The load program's own checks must be able to fail: each of these streams has one thing wrong. */

const SSRC = 0xabcd;
const STAP_A = [24, 0, 2, 7, 1, 0, 2, 8, 1];
const FIRST_FRAME = [STAP_A, [28, 0x85, 1], [28, 0x05, 2], [28, 0x45, 3]];
const LATER_FRAME = [
  [28, 0x81, 1],
  [28, 0x41, 2],
];

interface Packet {
  sequence: number;
  timestamp: number;
  marker: boolean;
  payload: readonly number[];
  ssrc: number;
}

/** An IDR frame and two others, 30 per second, the sequence number wrapping. */
function goodStream(): Packet[] {
  let sequence = 65_533;
  return [FIRST_FRAME, LATER_FRAME, LATER_FRAME].flatMap((units, frame) =>
    units.map((payload, index) => ({
      sequence: sequence++ & 0xffff,
      timestamp: (0xffff_f000 + frame * 3000) >>> 0,
      marker: index === units.length - 1,
      payload,
      ssrc: SSRC,
    })),
  );
}

function bytesOf({ sequence, timestamp, marker, payload, ssrc }: Packet): Buffer {
  const bytes = Buffer.alloc(12 + payload.length);
  bytes[0] = 0x80;
  bytes[1] = (marker ? 0x80 : 0) | 96;
  bytes.writeUInt16BE(sequence, 2);
  bytes.writeUInt32BE(timestamp, 4);
  bytes.writeUInt32BE(ssrc, 8);
  bytes.set(payload, 12);
  return bytes;
}

function senderReport(ssrc: number, timestamp: number): Buffer {
  const bytes = Buffer.alloc(28 + 8);
  bytes.set([0x80, 200, 0, 6]);
  bytes.writeUInt32BE(ssrc, 4);
  bytes.writeUInt32BE(timestamp, 16);
  bytes.set([0x81, 202, 0, 1], 28);
  return bytes;
}

function checked(packets: readonly Packet[], promised = { sequence: 65_533, timestamp: 0xffff_f000 }): RtpCheck {
  const check = new RtpCheck(96);
  const last = packets.at(-1);
  for (const packet of packets) {
    const bytes = bytesOf(packet);
    const frame = ((packet.timestamp - 0xffff_f000) | 0) / 3000;
    check.receive(bytes, 0, bytes.length, (frame * 1000) / 30);
  }
  const report = senderReport(SSRC, last?.timestamp ?? 0);
  check.receiveReport(report, 0, report.length, 100);
  check.conclude(promised);
  return check;
}

function changed(index: number, change: Partial<Packet>): Packet[] {
  return goodStream().map((packet, at) => (at === index ? { ...packet, ...change } : packet));
}

describe("rtp check", () => {
  test("finds nothing in a good stream, over both wrap-arounds", () => {
    const check = checked(goodStream());
    expect([...check.problems]).toEqual([]);
    expect(check.counts).toMatchObject({
      packets: 8,
      frames: 3,
      lost: 0,
      reordered: 0,
      duplicates: 0,
      senderReports: 1,
    });
    expect(check.framesPerSecond).toBeCloseTo(30);
    expect(check.worstGapMs).toBeCloseTo(1000 / 30);
    expect(check.jitterMs).toBeCloseTo(0);
    expect(check.latenessMs).toBeCloseTo(0);
  });

  const wrong: readonly [string, Packet[], string][] = [
    ["a lost packet", goodStream().toSpliced(5, 1), "packets were lost"],
    ["a packet twice", goodStream().toSpliced(5, 0, ...goodStream().slice(5, 6)), "packets came twice"],
    [
      "two packets exchanged",
      [0, 1, 2, 3, 4, 6, 5, 7].flatMap((at) => goodStream().slice(at, at + 1)),
      "packets came out of order",
    ],
    ["a missing marker", changed(5, { marker: false }), "a frame ended without a marker"],
    ["another SSRC", changed(5, { ssrc: 1 }), "the SSRC changed"],
    ["a fragment that never began", changed(4, { payload: [28, 0x01, 1] }), "fragments do not join"],
    ["a unit among fragments", changed(2, { payload: [1, 1] }), "a NAL unit stands among fragments"],
    ["a start without SPS", changed(0, { payload: [8, 1] }), "the first frame has NAL units 8 5"],
    [
      "an aggregation cut short",
      changed(0, { payload: [24, 0, 2, 7, 1, 0, 9, 8, 1] }),
      "an aggregation packet is malformed",
    ],
    ["no packets", [], "no RTP came"],
  ];
  for (const [what, packets, problem] of wrong) {
    test(`finds ${what}`, () => expect([...checked(packets).problems]).toContain(problem));
  }

  test("compares the first packet with RTP-Info", () => {
    const problems = (sequence: number, timestamp: number) => [
      ...checked(goodStream(), { sequence, timestamp }).problems,
    ];
    expect(problems(65_534, 0xffff_f000)).toEqual(["the first sequence number is not RTP-Info's"]);
    expect(problems(65_533, 5)).toEqual(["the first timestamp is not RTP-Info's"]);
  });

  test("finds sender reports that are wrong or missing", () => {
    const check = new RtpCheck(96);
    for (const packet of goodStream()) check.receive(bytesOf(packet), 0, bytesOf(packet).length, 0);
    const report = senderReport(1, 0x7000_0000);
    check.receiveReport(report, 0, 28, 0);
    expect([...check.problems]).toEqual([
      "a sender report is of another SSRC",
      "a sender report's RTP time is far from the stream's",
      "an RTCP packet lacks its report or SDES",
    ]);
    const silent = new RtpCheck(96);
    for (const packet of goodStream()) silent.receive(bytesOf(packet), 0, bytesOf(packet).length, 0);
    silent.conclude({ sequence: 65_533, timestamp: 0xffff_f000 });
    expect([...silent.problems]).toEqual(["no sender report came"]);
  });

  test("measures gaps, jitter and lateness", () => {
    const check = new RtpCheck(96);
    const arrivals = [0, 0, 0, 0, 33, 33, 133, 133];
    for (const [index, packet] of goodStream().entries()) {
      check.receive(bytesOf(packet), 0, bytesOf(packet).length, arrivals[index] ?? 0);
    }
    expect(check.worstGapMs).toBe(100);
    expect(check.latenessMs).toBeCloseTo(66.7, 0);
    expect(check.jitterMs).toBeGreaterThan(4);
  });
});
