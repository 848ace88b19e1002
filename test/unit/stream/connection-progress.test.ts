import { describe, expect, test } from "bun:test";
import { ConnectionProgress } from "../../../src/stream/connection-progress.ts";
import { PathEstimate } from "../../../src/stream/path-estimate.ts";

/** A connection of `roundTripMs` that carries `kbps` of what is written to it, looked at every 50 ms. */
function connect(kbps: number, roundTripMs = 0) {
  const [progress, estimate] = [new ConnectionProgress(), new PathEstimate()];
  const link = { kbps };
  let [nowMs, written, left] = [1000, 0, 0];
  const acknowledged: number[] = [];
  return {
    link,
    estimate,
    queueDelayMs: () => estimate.queueDelayMs(nowMs),
    carriedKbps: () => estimate.carriedKbps(nowMs),
    /** Leaves out what waits. */
    discard(): void {
      written = left;
    },
    run(forMs: number, sendKbps: number): void {
      for (const end = nowMs + forMs; nowMs < end; ) {
        nowMs += 50;
        written += (sendKbps * 50) / 8;
        left = Math.min(written, left + (link.kbps * 50) / 8);
        acknowledged.push(left);
        const known = acknowledged.length > roundTripMs / 50 ? (acknowledged.shift() ?? 0) : 0;
        progress.note(estimate, written, written - known, nowMs);
      }
    },
  };
}

describe("a connection's backlog", () => {
  test("is no queue while what was written arrives, however far the peer", () => {
    for (const roundTripMs of [0, 200]) {
      const connection = connect(20_000, roundTripMs);
      connection.run(5000, 4000);
      expect(connection.queueDelayMs()).toBe(0);
      expect(connection.estimate.receivedKbps).toBeCloseTo(4000, -3);
      expect(connection.estimate.lossRatio).toBe(0);
    }
  });

  test("shows within a quarter of a second as a queue, with what the path carries, and is gone when it has drained", () => {
    const connection = connect(20_000, 50);
    connection.run(5000, 4000);
    connection.link.kbps = 1000;
    // the quickest of 400 ms counts
    connection.run(600, 4000);
    expect(connection.queueDelayMs()).toBeGreaterThan(100);
    expect(connection.carriedKbps()).toBeCloseTo(1000, -2);
    connection.run(3000, 500);
    connection.run(3000, 500);
    expect(connection.queueDelayMs()).toBe(0);
  });

  test("grows with the time that nothing gets through at all", () => {
    const connection = connect(20_000);
    connection.run(2000, 4000);
    connection.link.kbps = 0;
    connection.run(3000, 0);
    expect(connection.queueDelayMs()).toBe(0);
    connection.run(2000, 4000);
    expect(connection.queueDelayMs()).toBeGreaterThan(1400);
    connection.run(40_000, 4000);
    expect(connection.queueDelayMs()).toBeGreaterThan(15_000);
    connection.link.kbps = 200_000;
    connection.run(2000, 4000);
    expect(connection.queueDelayMs()).toBe(0);
  });

  test("is gone when it is left out", () => {
    const connection = connect(20_000);
    connection.run(2000, 4000);
    connection.link.kbps = 500;
    connection.run(3000, 4000);
    expect(connection.queueDelayMs()).toBeGreaterThan(1500);
    connection.discard();
    connection.run(500, 400);
    expect(connection.queueDelayMs()).toBe(0);
    expect(connection.carriedKbps()).toBeCloseTo(400, -1);
  });
});
