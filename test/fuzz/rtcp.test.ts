import { expect, test } from "bun:test";
import { MAX_NACKED, parseReceiverFeedback } from "../../src/rtp/receiver-feedback.ts";
import { MAX_FEEDBACK_PACKETS } from "../../src/rtp/transport-feedback.ts";
import { SeededRandom } from "../support/seeded-random.ts";

const INPUTS = process.env.RD_LONG === "1" ? 1_000_000 : 20_000;
const SEED = 20_260_104;
const DEADLINE_MS = 3_600_000;
const SSRC = 0x11223344;

/** Compounds of well-framed packets with random insides, then a few changed bytes. */
function compound(random: SeededRandom): Uint8Array {
  const bytes: number[] = [];
  for (let count = 1 + random.below(4); count > 0; count -= 1) {
    const words = random.below(30);
    const packet = Array.from({ length: (words + 1) * 4 }, () => random.pick([0, 255, random.below(256)]));
    packet[0] = 0x80 | random.pick([1, 1, 4, 15, 15, random.below(32)]);
    packet[1] = random.pick([200, 201, 203, 205, 205, 206, 206, random.below(256)]);
    packet[2] = 0;
    packet[3] = words;
    if (words >= 2) packet.splice(8, 4, 0x11, 0x22, 0x33, 0x44);
    if (words >= 5 && random.below(2) === 0) packet.splice(14, 2, random.below(4), random.below(256));
    bytes.push(...packet);
  }
  if (random.below(3) === 0) bytes[random.below(bytes.length)] = random.below(256);
  if (random.below(5) === 0) bytes.splice(random.below(bytes.length), random.below(20));
  return Uint8Array.from(bytes);
}

test(
  `${INPUTS} compounds: nothing thrown, everything bounded`,
  () => {
    const random = new SeededRandom(SEED);
    const seen = { refused: 0, nacked: 0, keyframes: 0, transport: 0, reports: 0 };
    for (let input = 0; input < INPUTS; input += 1) {
      const feedback = parseReceiverFeedback(compound(random), SSRC);
      if (feedback === undefined) {
        seen.refused += 1;
        continue;
      }
      if (feedback.nacked.length > 0) seen.nacked += 1;
      if (feedback.wantsKeyframe) seen.keyframes += 1;
      if (feedback.transport.length > 0) seen.transport += 1;
      if (feedback.report !== undefined) seen.reports += 1;
      if (feedback.nacked.length > MAX_NACKED) throw new Error(`input ${input} of seed ${SEED}`);
      for (const { arrivalsUs } of feedback.transport)
        expect(arrivalsUs.length).toBeLessThanOrEqual(MAX_FEEDBACK_PACKETS);
    }
    // Inputs that reach only one branch would prove nothing; reports name us at one place only.
    for (const count of [seen.refused, seen.nacked, seen.keyframes, seen.transport])
      expect(count).toBeGreaterThan(INPUTS / 200);
  },
  DEADLINE_MS,
);
