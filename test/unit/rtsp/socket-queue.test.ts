import { describe, expect, test } from "bun:test";
import { MAX_QUEUED_BYTES, SocketQueue, STALL_LIMIT_MS } from "../../../src/rtsp/socket-queue.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { SeededRandom } from "../../support/seeded-random.ts";

/** A peer that takes as many bytes as it is told to. */
class Peer {
  room = 0;
  readonly received: number[] = [];
  write(bytes: Uint8Array, offset = 0, length = bytes.length): number {
    const taken = Math.min(this.room, length);
    this.room -= taken;
    for (let index = 0; index < taken; index++) this.received.push(bytes[offset + index] ?? -1);
    return taken;
  }
}

describe("SocketQueue", () => {
  test("delivers whole blocks in order whatever the kernel takes at a time", () => {
    const random = new SeededRandom(7);
    const peer = new Peer();
    const queue = new SocketQueue(peer, createManualClock());
    const expected: number[] = [];
    for (let round = 0; round < 400; round++) {
      peer.room = random.below(3000);
      const block = Uint8Array.from({ length: 1 + random.below(5000) }, () => random.below(256));
      expect(queue.writeMedia(block, block.length)).toBe(true);
      expected.push(...block);
      peer.room = random.below(4000);
      queue.drain();
    }
    peer.room = Number.POSITIVE_INFINITY;
    expect(queue.drain()).toBe(true);
    expect(peer.received).toEqual(expected);
    expect(queue.queuedBytes).toBe(0);
  });

  test("drops whole blocks at its bound, keeps room for control, and goes on when drained", () => {
    const peer = new Peer();
    const queue = new SocketQueue(peer, createManualClock());
    const block = new Uint8Array(100_000);
    let accepted = 0;
    while (queue.writeMedia(block, block.length)) accepted += 1;
    expect(accepted).toBe(Math.floor(MAX_QUEUED_BYTES / block.length));
    expect(queue.writeControl(new Uint8Array(1000))).toBe(true);
    expect(queue.queuedBytes).toBeLessThanOrEqual(MAX_QUEUED_BYTES + 1000);
    peer.room = Number.POSITIVE_INFINITY;
    expect(queue.drain()).toBe(true);
    expect(peer.received.length).toBe(accepted * block.length + 1000);
    expect(queue.writeMedia(block, block.length)).toBe(true);
  });

  test("calls a peer stalled only when bytes wait and none are taken", () => {
    const clock = createManualClock();
    const peer = new Peer();
    const queue = new SocketQueue(peer, clock);
    clock.advanceMs(STALL_LIMIT_MS * 2);
    expect(queue.isStalled(clock.monotonicUs())).toBe(false);
    queue.writeMedia(new Uint8Array(10), 10);
    clock.advanceMs(STALL_LIMIT_MS);
    expect(queue.isStalled(clock.monotonicUs())).toBe(false);
    peer.room = 1;
    queue.drain();
    clock.advanceMs(STALL_LIMIT_MS);
    expect(queue.isStalled(clock.monotonicUs())).toBe(false);
    clock.advanceMs(1);
    expect(queue.isStalled(clock.monotonicUs())).toBe(true);
  });
});
