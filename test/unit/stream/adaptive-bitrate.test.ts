import { describe, expect, test } from "bun:test";
import { type BitrateRange, chooseBitrate } from "../../../src/stream/bitrate-choice.ts";
import { PathBudget } from "../../../src/stream/path-budget.ts";

const RANGE: BitrateRange = { askedKbps: 4000, minKbps: 1000, maxKbps: 4000 };
const STEP_MS = 50;

/** A path that carries `kbps` behind a queue of 300 ms, by which one viewer gets what the encoder makes; what arrives is known 100 ms later. */
class SimulatedViewer {
  readonly budget = new PathBudget(RANGE.askedKbps);
  kbps: number;
  #queueMs = 0;
  #told: { readonly queueDelayMs: number; readonly lossRatio: number; readonly carriedKbps: number }[] = [];
  #received: number[] = [];
  longestQueueMs = 0;

  constructor(kbps: number) {
    this.kbps = kbps;
  }

  /** `share`: of the bitrate, that the scene takes. */
  step(nowMs: number, bitrateKbps: number, share = 1): void {
    const sent = bitrateKbps * share;
    const waiting = this.#queueMs + (STEP_MS * sent) / this.kbps;
    const carried = Math.min(this.kbps, (this.kbps * waiting) / STEP_MS);
    const left = Math.max(0, waiting - STEP_MS);
    const lossRatio = left > 300 ? (left - 300) / waiting : 0;
    this.#queueMs = Math.min(300, left);
    this.longestQueueMs = Math.max(this.longestQueueMs, this.#queueMs);
    this.#told.push({ queueDelayMs: this.#queueMs, lossRatio, carriedKbps: carried });
    this.#received = [...this.#received, carried].slice(-20);
    const known = this.#told.length > 2 ? this.#told.shift() : undefined;
    const receivedKbps = this.#received.reduce((sum, each) => sum + each, 0) / this.#received.length;
    if (known !== undefined) this.budget.note({ nowMs, receivedKbps, ...known });
  }
}

/** The encoder and its viewers. */
function simulate(viewers: readonly SimulatedViewer[], range = RANGE) {
  let nowMs = 0;
  let bitrateKbps = range.askedKbps;
  let changes = 0;
  return {
    get bitrateKbps() {
      return bitrateKbps;
    },
    get changes() {
      return changes;
    },
    run(forMs: number, share = 1): void {
      for (const end = nowMs + forMs; nowMs < end; nowMs += STEP_MS) {
        for (const viewer of viewers) viewer.step(nowMs, bitrateKbps, share);
        const budgetsKbps = viewers.map(({ budget }) => budget.kbps);
        const next = chooseBitrate({ budgetsKbps, hasOthers: false, isRecorded: false }, range, bitrateKbps);
        if (next !== bitrateKbps) changes += 1;
        bitrateKbps = next;
      }
    },
  };
}

describe("the bitrate", () => {
  test("stays as asked on paths that carry it, whatever the scene", () => {
    const encoder = simulate([new SimulatedViewer(20_000), new SimulatedViewer(8000)]);
    encoder.run(60_000);
    encoder.run(60_000, 0.1);
    encoder.run(60_000);
    expect([encoder.bitrateKbps, encoder.changes]).toEqual([4000, 0]);
  });

  for (const kbps of [3500, 2000, 1300])
    test(`follows a path that carries ${kbps} kbit/s from now on, within a second, and stays near it with a short queue`, () => {
      const viewer = new SimulatedViewer(20_000);
      const encoder = simulate([viewer]);
      encoder.run(5000);
      viewer.kbps = kbps;
      encoder.run(1000);
      expect(encoder.bitrateKbps).toBeLessThanOrEqual(kbps);
      encoder.run(3000);
      viewer.longestQueueMs = 0;
      for (let second = 0; second < 120; second += 1) {
        encoder.run(1000);
        expect(encoder.bitrateKbps).toBeGreaterThan(kbps * 0.7);
        expect(encoder.bitrateKbps).toBeLessThan(kbps * 1.1);
      }
      expect(viewer.longestQueueMs).toBeLessThan(150);
    });

  test("comes back to what it was within half a minute, without a queue on the way", () => {
    const viewer = new SimulatedViewer(1300);
    const encoder = simulate([viewer]);
    encoder.run(20_000);
    expect(encoder.bitrateKbps).toBeLessThan(1430);
    viewer.kbps = 20_000;
    encoder.run(1000);
    viewer.longestQueueMs = 0;
    encoder.run(29_000);
    expect([encoder.bitrateKbps, viewer.longestQueueMs]).toEqual([4000, 0]);
  });

  test("follows the slowest, and the next when that one is better", () => {
    const [slow, slower] = [new SimulatedViewer(3000), new SimulatedViewer(1500)];
    const encoder = simulate([new SimulatedViewer(20_000), slow, slower]);
    encoder.run(20_000);
    expect(encoder.bitrateKbps).toBeLessThan(1650);
    slower.kbps = 20_000;
    encoder.run(30_000);
    expect(encoder.bitrateKbps).toBeGreaterThan(2100);
    expect(encoder.bitrateKbps).toBeLessThan(3300);
  });

  test("a trickle of loss is no queue; loss of a fifth is", () => {
    const budget = new PathBudget(4000);
    const path = { queueDelayMs: 5, carriedKbps: 3000, receivedKbps: 3000 };
    for (let nowMs = 0; nowMs < 10_000; nowMs += STEP_MS) budget.note({ nowMs, lossRatio: 0.1, ...path });
    expect(budget.kbps).toBeGreaterThanOrEqual(4000);
    for (let nowMs = 10_000; nowMs < 11_000; nowMs += STEP_MS) budget.note({ nowMs, lossRatio: 0.3, ...path });
    expect(budget.kbps).toBe(2400);
  });

  test("does not grow on the word of a scene that has nothing to show", () => {
    const viewer = new SimulatedViewer(1500);
    const encoder = simulate([viewer]);
    encoder.run(10_000);
    viewer.kbps = 20_000;
    const before = viewer.budget.kbps;
    encoder.run(60_000, 0.2);
    expect(viewer.budget.kbps).toBe(before);
    encoder.run(60_000);
    expect(encoder.bitrateKbps).toBe(4000);
  });
});

describe("chooseBitrate", () => {
  const choose = (
    budgetsKbps: readonly number[],
    more: Partial<BitrateRange> = {},
    hasOthers = false,
    present = 4000,
  ) => chooseBitrate({ budgetsKbps, hasOthers, isRecorded: false }, { ...RANGE, ...more }, present);

  test("is what was asked for while nothing is known, within the range", () => {
    expect(choose([])).toBe(4000);
    expect(choose([], { maxKbps: 3000 })).toBe(3000);
    expect(choose([], { askedKbps: 500 })).toBe(1000);
    expect(choose([], {}, true, 1234)).toBe(4000);
  });

  test("is the slowest viewer's, and never below the least", () => {
    expect(choose([9000, 2500, 3000])).toBe(2500);
    expect(choose([950])).toBe(1000);
  });

  test("a path that cannot carry even the least holds nobody back", () => {
    expect(choose([799, 3000])).toBe(3000);
    expect(choose([799])).toBe(4000);
    expect(choose([0, 50])).toBe(4000);
  });

  test("goes beyond what was asked for only where all paths are known", () => {
    expect(choose([9000], { maxKbps: 8000 })).toBe(8000);
    expect(choose([9000], { maxKbps: 8000 }, true)).toBe(4000);
    expect(choose([3000], { maxKbps: 8000 }, true)).toBe(3000);
  });

  test("is what was asked for while it is recorded, whatever the paths carry, within the range", () => {
    const recorded = (range: BitrateRange) =>
      chooseBitrate({ budgetsKbps: [1500], hasOthers: false, isRecorded: true }, range, 1500);
    expect(recorded(RANGE)).toBe(4000);
    expect(recorded({ ...RANGE, maxKbps: 8000 })).toBe(4000);
    expect(recorded({ ...RANGE, askedKbps: 500 })).toBe(1000);
    expect(recorded({ ...RANGE, maxKbps: 3000 })).toBe(3000);
  });

  test("leaves out changes that nobody sees, except to a bound", () => {
    expect(choose([2050], {}, false, 2000)).toBe(2000);
    expect(choose([1950], {}, false, 2000)).toBe(2000);
    expect(choose([2070], {}, false, 2000)).toBe(2070);
    expect(choose([3999.9], {}, false, 3950)).toBe(4000);
    expect(choose([1001], {}, false, 1010)).toBe(1010);
    expect(choose([999], {}, false, 1010)).toBe(1000);
  });
});
