import { describe, expect, test } from "bun:test";
import { Adaptation, type PathState } from "../../../src/stream/adaptation.ts";
import { PathEstimate } from "../../../src/stream/path-estimate.ts";

const RATES = { mainKbps: 4000, subKbps: 500 };
const GOOD = { lossRatio: 0, queueDelayMs: 5, feedbackAgeMs: 50, carriesKbps: undefined, canProbe: true, ...RATES };

/** Asks every 50 ms while the path is as `path` says; what was advised beside "stay". */
function ask(
  adaptation: Adaptation,
  clock: { nowMs: number },
  forMs: number,
  path: (advice: string, totalKbps: number) => Partial<PathState>,
): string[] {
  const heard: string[] = [];
  let [kind, totalKbps]: [string, number] = ["stay", 0];
  for (const end = clock.nowMs + forMs; clock.nowMs < end; clock.nowMs += 50) {
    const advice = adaptation.advise({ ...GOOD, ...path(kind, totalKbps), nowMs: clock.nowMs });
    kind = advice.kind;
    totalKbps = advice.kind === "probe" ? advice.totalKbps : 0;
    if (kind !== "stay" && heard.at(-1) !== kind) heard.push(kind);
  }
  return heard;
}

/** A path that carries `kbps`: what is sent beyond fills a queue. */
const carrying = (kbps: number, adaptation: Adaptation) => (_kind: string, totalKbps: number) => {
  const sent = Math.max(totalKbps, adaptation.isUp ? GOOD.mainKbps : GOOD.subKbps);
  return sent > kbps ? { queueDelayMs: 300, lossRatio: 0.3 } : {};
};

describe("Adaptation", () => {
  test("stays on a good path, and on one that loses 3 %", () => {
    const clock = { nowMs: 0 };
    expect(ask(new Adaptation(), clock, 60_000, () => ({ lossRatio: 0.03 }))).toEqual([]);
  });

  for (const [what, path] of [
    ["10 % loss", { lossRatio: 0.1 }],
    ["a queue", { queueDelayMs: 160 }],
    ["silence", { feedbackAgeMs: 900 }],
    ["a REMB below the stream", { carriesKbps: 1000 }],
  ] as const)
    test(`goes down within half a second by ${what}, and not by a moment of it`, () => {
      const clock = { nowMs: 0 };
      const adaptation = new Adaptation();
      expect(ask(adaptation, clock, 250, () => path)).toEqual([]);
      expect(ask(adaptation, clock, 1000, () => ({}))).toEqual([]);
      expect(ask(adaptation, clock, 450, () => path)).toEqual(["down"]);
      expect(adaptation.isUp).toBe(false);
    });

  test("comes back when the path is free again, after a probe that carries the main stream", () => {
    const clock = { nowMs: 0 };
    const adaptation = new Adaptation();
    expect(ask(adaptation, clock, 1000, carrying(1000, adaptation))).toEqual(["down"]);
    expect(ask(adaptation, clock, 8000, carrying(20_000, adaptation))).toEqual(["probe", "up"]);
    expect(adaptation.isUp).toBe(true);
    expect(ask(adaptation, clock, 60_000, carrying(20_000, adaptation))).toEqual([]);
  });

  test("never goes up while probes show that the path cannot carry it, and probes less and less", () => {
    const clock = { nowMs: 0 };
    const adaptation = new Adaptation();
    ask(adaptation, clock, 1000, carrying(1000, adaptation));
    const heard = ask(adaptation, clock, 300_000, carrying(1000, adaptation));
    expect(new Set(heard)).toEqual(new Set(["probe"]));
    let probes = 0;
    let wasProbing = false;
    for (const end = clock.nowMs + 300_000; clock.nowMs < end; clock.nowMs += 50) {
      const { kind } = adaptation.advise({ ...GOOD, nowMs: clock.nowMs, ...(wasProbing ? { queueDelayMs: 100 } : {}) });
      if (kind === "probe" && !wasProbing) probes += 1;
      wasProbing = kind === "probe";
    }
    expect(probes).toBeLessThanOrEqual(5);
  });

  test("a probe grows in steps and asks for more than the main stream at last", () => {
    const adaptation = new Adaptation();
    const clock = { nowMs: 0 };
    ask(adaptation, clock, 1000, () => ({ lossRatio: 0.2 }));
    const totals = new Set<number>();
    ask(adaptation, clock, 10_000, (_kind, totalKbps) => {
      if (totalKbps > 0) totals.add(Math.round(totalKbps));
      return {};
    });
    const steps = [...totals];
    expect(steps[0]).toBe(850);
    expect(steps.at(-1)).toBe(5200);
    expect(steps.every((step, index) => index === 0 || step <= 1.8 * (steps[index - 1] ?? 0))).toBe(true);
  });

  test("without probes it tries, and waits longer after each try that fails", () => {
    const clock = { nowMs: 0 };
    const adaptation = new Adaptation();
    const ups: number[] = [];
    for (const end = 400_000; clock.nowMs < end; clock.nowMs += 50) {
      const path = adaptation.isUp ? { queueDelayMs: 400 } : {};
      if (adaptation.advise({ ...GOOD, ...path, canProbe: false, nowMs: clock.nowMs }).kind === "up")
        ups.push(clock.nowMs);
    }
    const waits = ups.slice(1).map((time, index) => time - (ups[index] ?? 0));
    expect(waits.every((wait, index) => index === 0 || wait >= (waits[index - 1] ?? 0))).toBe(true);
    expect(waits.at(-1)).toBeGreaterThan(59_000);
  });

  test("trouble after a long good time is a new one", () => {
    const clock = { nowMs: 0 };
    const adaptation = new Adaptation();
    for (let round = 0; round < 4; round += 1) {
      ask(adaptation, clock, 1000, carrying(1000, adaptation));
      expect(ask(adaptation, clock, 8000, () => ({}))).toEqual(["probe", "up"]);
      ask(adaptation, clock, 20_000, () => ({}));
    }
  });
});

describe("PathEstimate", () => {
  /** Ten packets, sent 5 ms apart from `atMs` on, that take `delayMs` by a clock of another origin. */
  function feed(estimate: PathEstimate, atMs: number, delayMs: number, lostOfTen = 0): void {
    const sent = new Float64Array(20);
    const arrivals = new Float64Array(10);
    for (let index = 0; index < 10; index += 1) {
      sent[index * 2] = (atMs + index * 5) * 1000;
      sent[index * 2 + 1] = 1200;
      arrivals[index] = index < lostOfTen ? Number.NaN : (atMs + index * 5 + delayMs - 1e9) * 1000;
    }
    estimate.note(sent, arrivals, atMs + 60);
  }

  test("tells loss, rate and queue, whatever the receiver's clock", () => {
    const estimate = new PathEstimate();
    for (let at = 1000; at < 3000; at += 100) feed(estimate, at, 20, 1);
    expect(estimate.lossRatio).toBeCloseTo(0.1, 5);
    expect(estimate.receivedKbps).toBeCloseTo(864, 0);
    expect(estimate.queueDelayMs(3000)).toBeCloseTo(0, 3);
    for (let at = 3000; at < 3500; at += 100) feed(estimate, at, 220);
    expect(estimate.queueDelayMs(3500)).toBeCloseTo(200, 3);
    for (let at = 3500; at < 5000; at += 100) feed(estimate, at, 20);
    expect([estimate.queueDelayMs(5000), estimate.lossRatio]).toEqual([expect.closeTo(0, 3), 0]);
  });

  test("takes a path that became longer for good as it is", () => {
    const estimate = new PathEstimate();
    feed(estimate, 1000, 10);
    for (let at = 2000; at < 30_000; at += 100) feed(estimate, at, 110);
    expect(estimate.queueDelayMs(30_000)).toBeCloseTo(0, 3);
  });

  test("knows nothing of packets that were forgotten", () => {
    const estimate = new PathEstimate();
    estimate.note(new Float64Array(20), new Float64Array(10).fill(Number.NaN), 1000);
    expect([estimate.packets, estimate.lossRatio, estimate.queueDelayMs(1000)]).toEqual([0, 0, 0]);
  });
});
