import { describe, expect, test } from "bun:test";
import type { PipelineStatus, SourceState } from "bun-ffi-v4l2";
import { SourceSupervisor } from "../../../src/camera/supervisor.ts";
import { AppError } from "../../../src/core/errors.ts";
import { createLog } from "../../../src/core/log.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const ENODEV = -19;
const EBUSY = -16;
const TICK_MS = 250;

/** A supervisor over a pipeline whose status the test writes. */
function setUp() {
  const clock = createManualClock();
  const lines: string[] = [];
  let plugged = true;
  let substitute = false;
  let better = false;
  let generation = 0;
  let state: SourceState = "opening";
  let error = 0;
  const opened: number[] = [];
  const supervisor = new SourceSupervisor({
    clock,
    log: createLog({ level: "info", write: (_level, _module, message) => void lines.push(message) }, "camera"),
    chooseFormat: () => ({ width: 640, height: 480, fps: 30, allowPassthrough: true }),
    pipeline: {
      status: () => ({ sourceGeneration: generation, sourceState: state, sourceError: error }) as PipelineStatus,
      setSource: () => {
        opened.push(clock.monotonicUs() / 1000);
        state = "opening";
        generation += 1;
        return generation;
      },
    },
    source: {
      id: "usb-1",
      get substitute() {
        return substitute;
      },
      hasScene: false,
      absence: () => undefined,
      hasBetter: () => better,
      locate() {
        if (!plugged) throw new AppError("unavailable", "The camera is not connected.");
        return {
          device: "/dev/video0",
          driver: "uvcvideo",
          model: "Cam",
          bus: "usb",
          modes: [],
          openControls: () => undefined,
          configFor: () => ({ kind: "none" }),
        };
      },
    },
  });
  return {
    supervisor,
    opened,
    lines,
    become(next: SourceState, code = 0) {
      state = next;
      error = code;
    },
    standIn() {
      substitute = true;
    },
    offerBetter() {
      better = true;
    },
    plug(value: boolean) {
      plugged = value;
    },
    run(elapsedMs: number) {
      for (let passed = 0; passed < elapsedMs; passed += TICK_MS) {
        clock.advanceMs(TICK_MS);
        supervisor.tick();
      }
    },
  };
}

describe("SourceSupervisor", () => {
  test("opens the source at once and is online when pictures come", () => {
    const { supervisor, opened, become, run } = setUp();
    supervisor.tick();
    expect(opened).toEqual([0]);
    expect(supervisor.state).toBe("opening");
    become("running");
    run(TICK_MS);
    expect([supervisor.state, supervisor.problem]).toEqual(["online", undefined]);
  });

  test("takes a replugged camera up within 3 s, however long it was away", () => {
    for (const awayMs of [250, 1000, 60_000]) {
      const { supervisor, opened, become, plug, run } = setUp();
      run(TICK_MS);
      become("running");
      run(1000);
      plug(false);
      become("lost", ENODEV);
      run(awayMs);
      expect(supervisor.state).toBe("offline");
      expect(supervisor.problem).toContain("not connected");
      const before = opened.length;
      plug(true);
      run(3000);
      expect(opened.length).toBeGreaterThan(before);
      become("running");
      run(TICK_MS);
      expect(supervisor.state).toBe("online");
    }
  });

  test("asks a busy camera less and less often, names the reason once, and still comes back within 3 s", () => {
    const { supervisor, opened, become, lines, run } = setUp();
    run(TICK_MS);
    for (let second = 0; second < 60; second++) {
      become("lost", EBUSY);
      run(1000);
    }
    expect(opened.length).toBeLessThan(40);
    const gaps = opened.slice(-4).map((at, index, all) => at - (all[index - 1] ?? at));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(3000);
    expect(supervisor.problem).toContain("in use by another program");
    expect(lines.filter((line) => line.includes("in use"))).toHaveLength(1);
  });

  test("shows a silent camera as stalled and opens it again after 5 s", () => {
    const { supervisor, opened, become, run } = setUp();
    run(TICK_MS);
    become("running");
    run(TICK_MS);
    become("stalled");
    run(4000);
    expect([supervisor.state, opened.length]).toEqual(["stalled", 1]);
    run(3000);
    expect(opened.length).toBe(2);
  });

  test("a stall that ends by itself opens nothing", () => {
    const { supervisor, opened, become, run } = setUp();
    run(TICK_MS);
    for (let round = 0; round < 5; round++) {
      become("stalled");
      run(4000);
      become("running");
      run(TICK_MS);
    }
    expect([supervisor.state, opened.length]).toEqual(["online", 1]);
  });

  test("changes from the test source that stands in to a camera within 3 s of its coming", () => {
    const { supervisor, opened, become, standIn, offerBetter, run } = setUp();
    standIn();
    run(TICK_MS);
    become("running");
    run(10_000);
    expect(opened.length).toBe(1);
    offerBetter();
    run(3000);
    expect(opened.length).toBe(2);
    expect(supervisor.state).toBe("online");
  });
});
