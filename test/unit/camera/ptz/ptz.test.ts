import type { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CONTROL_ID, type PictureStage } from "bun-ffi-v4l2";
import { CameraControls } from "../../../../src/camera/controls/camera-controls.ts";
import { createDigitalDriver } from "../../../../src/camera/ptz/digital-driver.ts";
import { PTZ_HOME, type PtzDriver } from "../../../../src/camera/ptz/driver.ts";
import { PtzPresets } from "../../../../src/camera/ptz/presets.ts";
import { Ptz } from "../../../../src/camera/ptz/ptz.ts";
import { PtzSettings } from "../../../../src/camera/ptz/ptz-settings.ts";
import { createUnusableDriver } from "../../../../src/camera/ptz/unusable-driver.ts";
import { createV4l2Driver } from "../../../../src/camera/ptz/v4l2-driver.ts";
import { AppError } from "../../../../src/core/errors.ts";
import type { Json } from "../../../../src/core/json.ts";
import { createLog } from "../../../../src/core/log.ts";
import type { SettingName } from "../../../../src/settings/keys.ts";
import { openDatabase } from "../../../../src/storage/database.ts";
import { createManualTime } from "../../../support/manual-scheduler.ts";
import { control, SimulatedControls } from "../../../support/simulated-controls.ts";

const log = createLog({ level: "error", write: () => undefined }, "ptz");

let folder: string;
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
  database = openDatabase(folder);
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

function setUp(makeDriver?: () => PtzDriver) {
  const time = createManualTime();
  const stages: Partial<PictureStage>[] = [];
  const driver = makeDriver?.() ?? createDigitalDriver({ adjust: (stage) => void stages.push(stage) });
  const ptz = new Ptz({ driver, presets: new PtzPresets(database), log, ...time });
  const settings = new PtzSettings(ptz, log);
  let changes = 0;
  settings.onChanged(() => {
    changes += 1;
  });
  const apply = (values: Partial<Record<SettingName, Json>>, client = "one") =>
    settings.apply(new Map(Object.entries(values)) as ReadonlyMap<SettingName, Json>, client);
  return { ptz, settings, stages, apply, changes: () => changes, ...time };
}

function kindOf(call: () => void): string {
  try {
    call();
    return "none";
  } catch (error) {
    return error instanceof AppError ? `${error.kind}: ${error.message}` : String(error);
  }
}

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

describe("PtzSettings", () => {
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

describe("presets", () => {
  const AT = { pan: 0.1, tilt: 0.2, zoom: 3 };

  test("are numbered, found by number and name, and go", () => {
    const { presets } = setUp().ptz;
    expect(presets.save("door", AT)).toEqual({ id: "1", name: "door", ...AT });
    presets.save("2", { ...AT, zoom: 5 });
    presets.save("gate", AT);
    expect(presets.get("2").name).toBe("2");
    expect(presets.get("gate").id).toBe("3");
    expect(kindOf(() => presets.save("door", AT))).toStartWith("conflict: There is a preset door already");
    presets.remove("1");
    expect(kindOf(() => presets.remove("1"))).toBe("not-found: There is no preset 1");
    expect(presets.save("yard", AT).id).toBe("1");
    expect(new PtzPresets(database).list().map(({ name }) => name)).toEqual(["yard", "2", "gate"]);
  });

  test("home is a preset that can be saved again and again, and is straight ahead without one", () => {
    const { ptz } = setUp();
    ptz.place({ zoom: 5 });
    ptz.goto("home");
    expect(ptz.position).toEqual(PTZ_HOME);
    ptz.presets.save("home", AT);
    ptz.presets.save("home", { ...AT, pan: -1 });
    ptz.home();
    expect(ptz.position).toEqual({ ...AT, pan: -1 });
    expect(ptz.presets.list()).toHaveLength(1);
    ptz.presets.remove("home");
    ptz.home();
    expect(ptz.position).toEqual(PTZ_HOME);
  });

  test("are at most 128", () => {
    const { presets } = setUp().ptz;
    for (let index = 1; index <= 128; index++) presets.save(`place ${index}`, AT);
    expect(kindOf(() => presets.save("one more", AT))).toBe(
      "conflict: There are 128 presets already; remove one first",
    );
  });
});

describe("the V4L2 driver", () => {
  const motors = () =>
    new SimulatedControls([
      control("panAbsolute", -36_000, 36_000, 0, { step: 3600 }),
      control("tiltAbsolute", -36_000, 18_000, 0, { step: 3600 }),
      control("zoomAbsolute", 100, 500, 100),
      control("panSpeed", -10, 10, 0),
    ]);

  function withCamera(camera: SimulatedControls | undefined) {
    const controls = new CameraControls(log);
    const plug = (device: SimulatedControls | undefined) => controls.open({ openControls: () => device });
    if (camera !== undefined) plug(camera);
    return { controls, plug, ...setUp(() => createV4l2Driver(controls)) };
  }

  test("places axes on the camera's ranges and reads what they made of it", () => {
    const camera = motors();
    const { apply, settings } = withCamera(camera);
    apply({ pan: 0.52, tilt: 1, zoom: 5.5 });
    expect(
      [CONTROL_ID.panAbsolute, CONTROL_ID.tiltAbsolute, CONTROL_ID.zoomAbsolute].map((id) => camera.getControl(id)),
    ).toEqual([18_000, 18_000, 300]);
    expect([settings.read("pan"), settings.read("tilt"), settings.read("zoom")]).toEqual([0.5, 1, 5.5]);
  });

  test("runs what has a speed, steps what has none, and stops both", () => {
    const camera = motors();
    const { ptz, advanceMs } = withCamera(camera);
    camera.change(CONTROL_ID.panAbsolute, 7200);
    ptz.move({ pan: -0.5, zoom: 1 }, "one");
    expect(camera.getControl(CONTROL_ID.panSpeed)).toBe(-5);
    advanceMs(400);
    expect(camera.getControl(CONTROL_ID.zoomAbsolute)).toBeGreaterThan(100);
    expect(camera.written.some(({ id }) => id === CONTROL_ID.panAbsolute)).toBe(false);
    ptz.release("one");
    expect(camera.getControl(CONTROL_ID.panSpeed)).toBe(0);
    const { zoom } = ptz.position;
    advanceMs(400);
    expect(ptz.position.zoom).toBe(zoom);
  });

  test("brings a camera that comes back where it was", () => {
    const { controls, plug, apply, settings } = withCamera(motors());
    apply({ pan: 0.5 });
    controls.close();
    expect(settings.read("pan")).toBe(0.5);
    const after = motors();
    plug(after);
    expect(after.getControl(CONTROL_ID.panAbsolute)).toBe(18_000);
  });

  test("says what is missing", () => {
    const { plug, settings } = withCamera(undefined);
    expect(settings.facts("pan")).toEqual({ supported: false, reason: "the camera is not connected" });
    plug(new SimulatedControls([control("brightness", 0, 1, 0)]));
    expect(settings.facts("pan")).toMatchObject({ reason: "the camera has no controls for pan, tilt or zoom" });
    plug(new SimulatedControls([control("panSpeed", -1, 1, 0)]));
    expect(settings.facts("ptz").supported).toBe(true);
    expect(settings.facts("pan")).toMatchObject({ reason: "the camera's pan cannot be set to a position" });
  });

  test("stops the motors at the end", () => {
    const camera = motors();
    const { ptz } = withCamera(camera);
    ptz.move({ pan: 1 }, "one");
    ptz.close();
    expect(camera.getControl(CONTROL_ID.panSpeed)).toBe(0);
  });

  test("ends a move on a camera that fails, and says so to who placed it", () => {
    const camera = motors();
    const { ptz, apply, advanceMs } = withCamera(camera);
    ptz.move({ zoom: 1 }, "one");
    camera.failure = -5;
    advanceMs(40);
    expect(ptz.moving.zoom).toBe(false);
    expect(kindOf(() => apply({ pan: 1 }))).toStartWith("unavailable: The camera did not move.");
  });
});
