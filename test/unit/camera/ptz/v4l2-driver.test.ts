import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { CONTROL_ID } from "bun-ffi-v4l2";
import { CameraControls } from "../../../../src/camera/controls/camera-controls.ts";
import type { PtzDriver } from "../../../../src/camera/ptz/driver.ts";
import { createV4l2Driver } from "../../../../src/camera/ptz/v4l2-driver.ts";
import { createLog } from "../../../../src/core/log.ts";
import { createPtzDatabase, createTestPtz, kindOf } from "../../../support/ptz.ts";
import { control, SimulatedControls } from "../../../support/simulated-controls.ts";

const log = createLog({ level: "error", write: () => undefined }, "ptz");

let stored: ReturnType<typeof createPtzDatabase>;
beforeEach(() => {
  stored = createPtzDatabase();
});
afterEach(() => stored[Symbol.dispose]());

const setUp = (makeDriver?: () => PtzDriver) => createTestPtz(stored.database, makeDriver);

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
