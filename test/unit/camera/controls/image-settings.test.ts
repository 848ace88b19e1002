import { describe, expect, test } from "bun:test";
import { CONTROL_ID, RESULT } from "bun-ffi-v4l2";
import { CameraControls } from "../../../../src/camera/controls/camera-controls.ts";
import { type ImageLevels, ImageSettings } from "../../../../src/camera/controls/image-settings.ts";
import { AppError } from "../../../../src/core/errors.ts";
import type { Json } from "../../../../src/core/json.ts";
import { createLog } from "../../../../src/core/log.ts";
import type { SettingName } from "../../../../src/settings/keys.ts";
import type { Purpose } from "../../../../src/settings/setting-owner.ts";
import { createManualTime } from "../../../support/manual-scheduler.ts";
import { control, SimulatedControls, webcamControls } from "../../../support/simulated-controls.ts";

const POLL_MS = 2000;

function setUp(first: SimulatedControls | "none" | "unseen" = webcamControls()) {
  const time = createManualTime();
  const log = createLog({ level: "error", write: () => undefined }, "camera");
  const controls = new CameraControls(log);
  const levels: ImageLevels[] = [];
  const changes: (readonly SettingName[])[] = [];
  const settings = new ImageSettings({ controls, log, ...time, setLevels: (each) => levels.push(each) });
  const plug = (device: SimulatedControls | undefined) => controls.open({ openControls: () => device });
  if (first !== "unseen") plug(first === "none" ? undefined : first);
  settings.onChanged((keys) => changes.push(keys));
  const apply = (values: Partial<Record<SettingName, Json>>, purpose: Purpose = "change") =>
    settings.apply(new Map(Object.entries(values)) as ReadonlyMap<SettingName, Json>, "rest", purpose);
  const restore = (values: Partial<Record<SettingName, Json>>) =>
    settings.restore(new Map(Object.entries(values)) as ReadonlyMap<SettingName, Json>);
  return { settings, controls, levels, changes, plug, apply, restore, ...time };
}

function kindOf(call: () => void): string {
  try {
    call();
    return "none";
  } catch (error) {
    return error instanceof AppError ? `${error.kind}: ${error.message}` : String(error);
  }
}

describe("ImageSettings on a webcam", () => {
  test("maps onto the camera's ranges and reads what they made of it", () => {
    const camera = webcamControls();
    const { settings, apply } = setUp(camera);
    apply({ brightness: 75, contrast: 50, sharpness: 60, gain: 100 });
    expect(camera.getControl(CONTROL_ID.brightness)).toBe(32);
    expect(camera.getControl(CONTROL_ID.contrast)).toBe(32);
    expect(settings.read("sharpness")).toBe(60);
    expect(camera.getControl(CONTROL_ID.gain)).toBe(255);
    expect(["brightness", "contrast", "gain"].map((key) => settings.read(key as SettingName))).toEqual([75, 50, 100]);
  });

  test("narrows exposure and white balance to what the camera has", () => {
    const { settings } = setUp();
    expect(settings.facts("exposure")).toEqual({
      supported: true,
      initial: 25_000,
      minimum: 300,
      maximum: 204_700,
      step: 100,
    });
    expect(settings.facts("white-balance")).toMatchObject({ minimum: 2800, maximum: 6500, step: 10 });
    expect(settings.facts("hue")).toEqual({ supported: false, reason: "the camera has no such control" });
    expect(settings.read("hue")).toBeUndefined();
  });

  test("refuses values by hand while their automatic is on, and takes both at once", () => {
    const camera = webcamControls();
    const { settings, apply } = setUp(camera);
    expect(kindOf(() => apply({ exposure: 10_000 }))).toBe(
      "conflict: exposure cannot be set while auto-exposure is on; switch that off first",
    );
    expect(kindOf(() => apply({ brightness: 60, focus: 40 }))).toStartWith("conflict: focus");
    expect(camera.written).toEqual([]);
    apply({ "auto-exposure": false, exposure: 10_049 });
    expect(camera.getControl(CONTROL_ID.exposureAuto)).toBe(1);
    expect([settings.read("auto-exposure"), settings.read("exposure")]).toEqual([false, 10_000]);
    expect(kindOf(() => apply({ "auto-exposure": true, exposure: 500 }))).toStartWith("conflict");
    apply({ "auto-exposure": true });
    expect(camera.getControl(CONTROL_ID.exposureAuto)).toBe(3);
  });

  test("takes back batches that turned an automatic off, the last one first", () => {
    const camera = webcamControls();
    const { settings, apply } = setUp(camera);
    apply({ "auto-exposure": false, exposure: 10_000 });
    apply({ exposure: 20_000 });
    apply({ exposure: 10_000 }, "undo");
    apply({ "auto-exposure": true, exposure: 25_000 }, "undo");
    expect([settings.read("auto-exposure"), camera.getControl(CONTROL_ID.exposureAuto)]).toEqual([true, 3]);
  });

  /** Every default that the camera has. */
  const defaultsOf = (settings: ImageSettings) =>
    Object.fromEntries(
      settings.keys.flatMap((key) => {
        const facts = settings.facts(key);
        return facts.supported ? [[key, facts.initial ?? "none"] as const] : [];
      }),
    );

  test("resets every control to the camera's own default, those behind automatics too", () => {
    const camera = webcamControls();
    const before = camera.controls();
    const { settings, plug, apply } = setUp(camera);
    const defaults = defaultsOf(settings);
    expect(defaults).toMatchObject({ brightness: 50, "auto-exposure": true, exposure: 25_000, gain: 20, focus: 0 });
    apply({ brightness: 80, gain: 90, "auto-exposure": false, exposure: 10_000, "auto-focus": false, focus: 40 });
    apply({ exposure: defaults.exposure ?? null, gain: defaults.gain ?? null, focus: 0 }, "reset");
    const held = () => new Map(camera.controls().map(({ id, value }) => [id, value]));
    expect(
      [CONTROL_ID.exposureAbsolute, CONTROL_ID.gain, CONTROL_ID.focusAbsolute].map((id) => held().get(id)),
    ).toEqual([250, 64, 0]);
    // what was set by hand lies behind its automatic: some drivers take it up again when that is switched off
    apply({ exposure: 10_000, focus: 40, gain: 90 });
    apply({ "auto-exposure": true });
    apply(defaults, "reset");
    expect(before.map(({ id }) => held().get(id))).toEqual(before.map((each) => each.default));
    expect([settings.read("auto-exposure"), settings.read("auto-focus")]).toEqual([true, true]);
    // nothing of before comes back with the next camera, even when its automatic is off
    const after = webcamControls();
    after.change(CONTROL_ID.exposureAuto, 1);
    after.change(CONTROL_ID.focusAuto, 0);
    plug(after);
    expect(after.written.map(({ id }) => id)).not.toContain(CONTROL_ID.exposureAbsolute);
    expect(after.written.map(({ id }) => id)).not.toContain(CONTROL_ID.focusAbsolute);
  });

  test("asks the camera nothing when somebody asks for values, and a little more than what was set after a change", () => {
    const camera = webcamControls();
    const { settings, apply, advanceMs } = setUp(camera);
    let asked = 0;
    const get = camera.getControl.bind(camera);
    camera.getControl = (id) => {
      asked += 1;
      return get(id);
    };
    for (let client = 0; client < 100; client += 1) for (const key of settings.keys) settings.read(key);
    expect(asked).toBe(0);
    apply({ brightness: 60 });
    expect(asked).toBe(2);
    camera.change(CONTROL_ID.exposureAbsolute, 700);
    apply({ "auto-exposure": false });
    expect(settings.read("exposure")).toBe(70_000);
    asked = 0;
    advanceMs(POLL_MS);
    expect(asked).toBe(10);
  });

  test("puts back what was written when the camera refuses a later value", () => {
    const camera = webcamControls();
    const { settings, apply } = setUp(camera);
    const set = camera.setControl.bind(camera);
    camera.setControl = (id, value) => {
      if (id === CONTROL_ID.gain) camera.failure = RESULT.EBUSY;
      try {
        return set(id, value);
      } finally {
        camera.failure = 0;
      }
    };
    expect(kindOf(() => apply({ brightness: 75, gain: 10 }))).toBe(
      "conflict: The camera does not let gain be changed now",
    );
    expect(settings.read("brightness")).toBe(50);
  });

  test("tells what the camera changes by itself", () => {
    const camera = webcamControls();
    const { settings, changes, advanceMs } = setUp(camera);
    camera.change(CONTROL_ID.exposureAbsolute, 500);
    advanceMs(POLL_MS);
    expect(settings.read("exposure")).toBe(50_000);
    expect(changes).toEqual([["exposure"]]);
    advanceMs(POLL_MS);
    expect(changes).toHaveLength(1);
  });

  test("tells nothing of what was set", () => {
    const { changes, apply, advanceMs } = setUp();
    apply({ brightness: 61 });
    advanceMs(POLL_MS);
    expect(changes).toEqual([]);
  });

  test("has its own gain automatic follow auto-exposure and give way to a gain", () => {
    const camera = new SimulatedControls([
      control("autoGain", 0, 1, 1, { type: "boolean" }),
      control("gain", 0, 200, 100),
    ]);
    const { settings, apply } = setUp(camera);
    expect(settings.read("auto-exposure")).toBe(true);
    expect(kindOf(() => apply({ gain: 20 }))).toStartWith("conflict: gain cannot be set while auto-exposure is on");
    apply({ "auto-exposure": false, gain: 20 });
    expect([CONTROL_ID.autoGain, CONTROL_ID.gain].map((id) => camera.getControl(id))).toEqual([0, 40]);
  });

  test("finds a driver's own noise suppression by its name", () => {
    const names = ["Noise Reduction", "3DNR", "Denoise"];
    for (const name of names) {
      const camera = new SimulatedControls([control("gamma", 0, 3, 0, { name })]);
      const { settings, apply } = setUp(camera);
      apply({ "noise-suppression": true });
      expect([settings.read("noise-suppression"), camera.getControl(CONTROL_ID.gamma)]).toEqual([true, 3]);
    }
    expect(setUp().settings.facts("noise-suppression").supported).toBe(false);
  });

  test("does not take a white balance in other units for kelvins", () => {
    const { settings } = setUp(new SimulatedControls([control("whiteBalanceTemperature", 0, 127, 64)]));
    expect(settings.facts("white-balance").supported).toBe(false);
  });
});

describe("ImageSettings on cameras that come and go", () => {
  test("knows nothing before the first camera, and applies what was restored to it", () => {
    const { settings, plug, restore, changes } = setUp("unseen");
    expect(settings.facts("brightness")).toEqual({ supported: false, reason: "the camera is not connected" });
    restore({ brightness: 75, "auto-exposure": false, exposure: 20_000, hue: 10 });
    const camera = webcamControls();
    plug(camera);
    expect(settings.read("exposure")).toBe(20_000);
    expect(camera.getControl(CONTROL_ID.brightness)).toBe(32);
    expect(changes[0]).toContain("brightness");
  });

  test("keeps what is set while the camera is away, and applies it when it is back", () => {
    const before = webcamControls();
    const { settings, controls, plug, apply } = setUp(before);
    controls.close();
    expect(before.isClosed).toBe(true);
    apply({ brightness: 100 });
    expect(settings.read("brightness")).toBe(100);
    expect(settings.read("contrast")).toBe(50);
    const after = webcamControls();
    plug(after);
    expect(after.getControl(CONTROL_ID.brightness)).toBe(64);
  });

  test("takes a camera that was pulled out during a change for gone", () => {
    const camera = webcamControls();
    const { settings, plug, apply } = setUp(camera);
    camera.failure = RESULT.ENODEV;
    apply({ brightness: 100 });
    expect(settings.read("brightness")).toBe(100);
    const after = webcamControls();
    plug(after);
    expect(after.getControl(CONTROL_ID.brightness)).toBe(64);
  });

  test("leaves manual values alone while the automatic is wanted", () => {
    const { plug, apply } = setUp();
    apply({ "auto-exposure": false, exposure: 10_000 });
    apply({ "auto-exposure": true });
    const after = webcamControls();
    plug(after);
    expect(after.getControl(CONTROL_ID.exposureAuto)).toBe(3);
    expect(after.getControl(CONTROL_ID.exposureAbsolute)).toBe(250);
  });

  test("moves brightness between the camera's control and the pixel stage as another camera needs it", () => {
    const { settings, levels, plug, apply, changes } = setUp();
    apply({ brightness: 75, saturation: 40 });
    expect(levels).toEqual([{ brightness: 0, contrast: 0, saturation: -20 }]);
    plug(new SimulatedControls([control("saturation", 0, 10, 5)]));
    expect(levels.at(-1)).toEqual({ brightness: 50, contrast: 0, saturation: 0 });
    expect([settings.read("brightness"), settings.read("saturation")]).toEqual([75, 40]);
    expect(settings.facts("gain").supported).toBe(false);
    expect(changes.at(-1)).toContain("gain");
  });

  test("has three settings of a picture without any controls", () => {
    const { settings, levels, apply } = setUp("none");
    expect(settings.keys.filter((key) => settings.facts(key).supported)).toEqual([
      "brightness",
      "contrast",
      "saturation",
    ]);
    apply({ contrast: 100 });
    expect(levels).toEqual([{ brightness: 0, contrast: 100, saturation: 0 }]);
    expect(kindOf(() => apply({ gain: 1 }))).toBe(
      "not-supported: gain is not supported: the camera has no such control",
    );
  });

  test("takes one that answers nothing for one without controls", () => {
    const camera = webcamControls();
    camera.failure = RESULT.EIO;
    const { settings } = setUp(camera);
    expect(settings.facts("gain").supported).toBe(false);
  });
});
