import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { PTZ_HOME, type PtzDriver } from "../../../../src/camera/ptz/driver.ts";
import { createUnusableDriver } from "../../../../src/camera/ptz/unusable-driver.ts";
import { AppError } from "../../../../src/core/errors.ts";
import { createPtzDatabase, createTestPtz, kindOf } from "../../../support/ptz.ts";

let stored: ReturnType<typeof createPtzDatabase>;
beforeEach(() => {
  stored = createPtzDatabase();
});
afterEach(() => stored[Symbol.dispose]());

const setUp = (makeDriver?: () => PtzDriver) => createTestPtz(stored.database, makeDriver);

describe("a move on the digital driver", () => {
  test("goes through the whole range of pan in two seconds, evenly, and ends there", () => {
    const { ptz, stages, advanceMs } = setUp();
    ptz.place({ pan: -1 });
    stages.length = 0;
    ptz.move({ pan: 1, timeout: 5000 }, "one");
    expect(ptz.moving).toEqual({ panTilt: true, zoom: false });
    advanceMs(1000);
    expect(ptz.position.pan).toBeCloseTo(0, 5);
    expect(stages).toHaveLength(25);
    advanceMs(1100);
    expect(ptz.position.pan).toBe(1);
    expect(ptz.moving).toEqual({ panTilt: false, zoom: false });
  });

  test("is slower the more the picture is enlarged", () => {
    const { ptz, advanceMs } = setUp();
    ptz.place({ zoom: 4 });
    ptz.move({ tilt: 1 }, "one");
    advanceMs(400);
    expect(ptz.position.tilt).toBeCloseTo(0.1, 3);
  });

  test("zooms by equal factors in equal times", () => {
    const { ptz, advanceMs } = setUp();
    ptz.move({ zoom: 1, timeout: 10_000 }, "one");
    advanceMs(1000);
    expect(ptz.position.zoom).toBeCloseTo(Math.sqrt(10), 3);
    advanceMs(1100);
    expect(ptz.position.zoom).toBe(10);
    expect(ptz.moving.zoom).toBe(false);
  });

  test("ends with its timeout, and after a second where none was given", () => {
    const { ptz, advanceMs } = setUp();
    ptz.move({ pan: 0.1, timeout: 200 }, "one");
    advanceMs(200);
    expect(ptz.moving.panTilt).toBe(false);
    ptz.move({ pan: -0.1 }, "one");
    advanceMs(999);
    expect(ptz.moving.panTilt).toBe(true);
    advanceMs(1);
    expect(ptz.moving.panTilt).toBe(false);
  });

  test("ends when its client goes away, not when another does", () => {
    const { ptz, advanceMs } = setUp();
    ptz.move({ pan: 0.1 }, "one");
    ptz.release("two");
    expect(ptz.moving.panTilt).toBe(true);
    ptz.move({ pan: 0.2 }, "two");
    ptz.release("one");
    advanceMs(40);
    expect(ptz.moving.panTilt).toBe(true);
    ptz.release("two");
    const { pan } = ptz.position;
    advanceMs(500);
    expect([ptz.moving.panTilt, ptz.position.pan]).toEqual([false, pan]);
  });

  test("ends when it is stopped, or when something places the camera", () => {
    const { ptz, advanceMs } = setUp();
    ptz.move({ pan: 1 }, "one");
    ptz.move({ pan: 0 }, "one");
    expect(ptz.moving.panTilt).toBe(false);
    ptz.move({ pan: 1 }, "one");
    ptz.place({ zoom: 2 });
    advanceMs(500);
    expect(ptz.position).toEqual({ pan: 0, tilt: 0, zoom: 2 });
  });

  test("is told ten times a second, and at its end", () => {
    const { ptz, changes, advanceMs } = setUp();
    ptz.move({ pan: 0.2, timeout: 990 }, "one");
    advanceMs(989);
    expect(changes()).toBeGreaterThanOrEqual(8);
    expect(changes()).toBeLessThanOrEqual(11);
    const before = changes();
    advanceMs(1);
    expect(changes()).toBe(before + 1);
  });

  test("does not jump after the process was held up", () => {
    const { ptz, clock, advanceMs } = setUp();
    ptz.place({ pan: -1 });
    ptz.move({ pan: 1, timeout: 10_000 }, "one");
    clock.advanceMs(1500);
    advanceMs(1);
    expect(ptz.position.pan).toBeCloseTo(-0.8, 3);
  });
});

describe("a travel on the digital driver", () => {
  const FULL = { panTilt: 1, zoom: 1 };

  test("zooms by equal factors in equal times, and ends exactly there", () => {
    const { ptz, advanceMs } = setUp();
    ptz.travel({ zoom: 10 }, FULL, "one");
    advanceMs(1000);
    expect(ptz.position.zoom).toBeCloseTo(Math.sqrt(10), 3);
    expect(ptz.moving).toEqual({ panTilt: false, zoom: true });
    advanceMs(1000);
    expect([ptz.position.zoom, ptz.moving.zoom]).toEqual([10, false]);
  });

  test("takes the place of what its axes did, and of nothing else", () => {
    const { ptz, advanceMs } = setUp();
    ptz.move({ pan: 0.1, zoom: 0.1, timeout: 5000 }, "one");
    ptz.travel({ pan: -1, tilt: 0 }, FULL, "two");
    advanceMs(1000);
    expect(ptz.position.pan).toBe(-1);
    expect(ptz.moving).toEqual({ panTilt: false, zoom: true });
    ptz.release("one");
    expect(ptz.moving.zoom).toBe(false);
  });

  test("is over at once where the camera is there already, and ends what moved", () => {
    const { ptz } = setUp();
    ptz.move({ pan: 1 }, "one");
    ptz.travel(ptz.position, FULL, "one");
    expect(ptz.moving).toEqual({ panTilt: false, zoom: false });
  });

  test("arrives however slow, and stops when it is told to", () => {
    const { ptz, advanceMs } = setUp();
    ptz.travel({ pan: 0.01 }, { panTilt: 0, zoom: 0 }, "one");
    advanceMs(1000);
    expect(ptz.position.pan).toBe(0.01);
    ptz.travel({ pan: 1 }, FULL, "one");
    advanceMs(100);
    ptz.stop(["panTilt"]);
    const { pan } = ptz.position;
    advanceMs(1000);
    expect(ptz.position.pan).toBe(pan);
  });
});

test("motors with speeds of their own keep those of the axes that a move leaves out", () => {
  const runs: unknown[] = [];
  const driver: PtzDriver = {
    ...createUnusableDriver("unused"),
    problem: undefined,
    running: new Set(["pan", "tilt", "zoom"]),
    run: (speed) => void runs.push(speed),
  };
  const { ptz, advanceMs } = setUp(() => driver);
  ptz.move({ pan: 1, timeout: 1000, groups: ["panTilt"] }, "one");
  ptz.move({ zoom: -1, timeout: 3000, groups: ["zoom"] }, "one");
  advanceMs(1000);
  ptz.stop();
  expect(runs).toEqual([
    { pan: 1, tilt: 0, zoom: 0 },
    { pan: 1, tilt: 0, zoom: -1 },
    { pan: 0, tilt: 0, zoom: -1 },
    { pan: 0, tilt: 0, zoom: 0 },
  ]);
});

describe("PtzSettings", () => {
  test("leaves the position as it was when a command beside it is refused", () => {
    const { ptz, apply } = setUp();
    apply({ zoom: 2 });
    expect(kindOf(() => apply({ zoom: 5, pan: 1, ptz: { goto: "nope" } }))).toBe(
      "bad-request: There is no preset nope",
    );
    expect(ptz.position).toEqual({ ...PTZ_HOME, zoom: 2 });
  });

  test("place and move, and leave telling of it to the store", () => {
    const { ptz, settings, apply, changes, advanceMs } = setUp();
    apply({ zoom: 2.0004, pan: 0.5 });
    expect([settings.read("zoom"), settings.read("pan"), settings.read("ptz")]).toEqual([2, 0.5, undefined]);
    apply({ ptz: { move: { pan: -1 } } });
    expect(changes()).toBe(0);
    advanceMs(100);
    expect(settings.read("pan")).toBeLessThan(0.5);
    apply({ ptz: { stop: true } });
    expect(ptz.moving.panTilt).toBe(false);
    ptz.presets.save("door", { pan: 0.25, tilt: -0.25, zoom: 3 });
    apply({ ptz: { goto: "door" } });
    expect(ptz.position).toEqual({ pan: 0.25, tilt: -0.25, zoom: 3 });
    apply({ ptz: { home: true } });
    expect(ptz.position).toEqual(PTZ_HOME);
    expect(kindOf(() => apply({ ptz: { goto: "window" } }))).toBe("bad-request: There is no preset window");
  });

  test("stop what a client moved when it goes away", () => {
    const { ptz, apply } = setUp();
    apply({ ptz: { move: { pan: 1 } } }, "ws-1");
    ptz.release("ws-1");
    expect(ptz.moving.panTilt).toBe(false);
  });

  test("restore the position", () => {
    const { settings, stages } = setUp();
    settings.restore(new Map([["zoom", 4]]));
    expect(stages).toEqual([{ pan: 0, tilt: 0, zoom: 4 }]);
  });

  test("say why a driver cannot be used", () => {
    const { ptz, settings } = setUp(() => createUnusableDriver("the driver stepper comes with a later version"));
    expect(settings.facts("ptz")).toEqual({
      supported: false,
      reason: "the driver stepper comes with a later version",
    });
    expect(kindOf(() => ptz.move({ pan: 1 }, "one"))).toStartWith("not-supported: ptz is not supported");
  });
});

test("a motor that took a part of a move which failed is stopped, and so by `stop` when that failed too", () => {
  const runs: number[] = [];
  let failures = 2;
  const driver: PtzDriver = {
    ...createUnusableDriver("unused"),
    problem: undefined,
    running: new Set(["pan", "tilt"]),
    read: () => PTZ_HOME,
    onChanged: () => undefined,
    run: ({ pan }) => {
      runs.push(pan);
      if (failures-- > 0) throw new AppError("unavailable", "tilt did not answer");
    },
  };
  const { ptz } = setUp(() => driver);
  expect(() => ptz.move({ pan: 1, tilt: 1 }, "one")).toThrow("tilt did not answer");
  expect(runs).toEqual([1, 0]);
  ptz.stop();
  ptz.stop();
  expect(runs).toEqual([1, 0, 0]);
});
