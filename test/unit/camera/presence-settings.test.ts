import { describe, expect, test } from "bun:test";
import type { CameraStatus } from "../../../src/camera/camera-status.ts";
import { PresenceSettings } from "../../../src/camera/presence-settings.ts";
import type { SettingName } from "../../../src/settings/keys.ts";
import { CAMERA } from "../../support/http-front.ts";

function setUp() {
  let status: CameraStatus = { ...CAMERA, state: "offline" };
  let notice: () => void = () => undefined;
  const events: string[] = [];
  const changes: (readonly SettingName[])[] = [];
  const settings = new PresenceSettings({
    camera: {
      status: () => status,
      onChanged: (listener) => {
        notice = listener;
      },
    },
    publish: (kind, { camera }) => void events.push(`${kind} ${camera}`),
  });
  settings.onChanged((keys) => changes.push(keys));
  const become = (state: CameraStatus["state"], substitute = false) => {
    status = { ...CAMERA, state, substitute };
    notice();
  };
  return { settings, events, changes, become };
}

describe("PresenceSettings", () => {
  test("follow unplugging and plugging in, and tell of it, not of the start", () => {
    const { settings, events, changes, become } = setUp();
    for (const state of ["opening", "online"] as const) become(state);
    expect([settings.read("cam1-exists"), events]).toEqual([true, []]);
    become("offline");
    expect(settings.read("cam1-exists")).toBe(false);
    for (const state of ["opening", "online"] as const) become(state);
    expect(events).toEqual(["camera-offline cam1", "camera-online cam1"]);
    expect(changes).toEqual([["cam1-exists"], ["cam1-exists"], ["cam1-exists"]]);
  });

  test("a silent camera is there, but offline", () => {
    const { settings, events, become } = setUp();
    become("online");
    become("stalled");
    expect([settings.read("cam1-exists"), events]).toEqual([true, ["camera-offline cam1"]]);
  });

  test("the test picture in a camera's place is no camera", () => {
    const { settings, events, become } = setUp();
    become("online", true);
    expect(settings.read("cam1-exists")).toBe(false);
    become("online");
    expect([settings.read("cam1-exists"), events]).toEqual([true, ["camera-online cam1"]]);
  });

  test("there is one camera", () => {
    const { settings } = setUp();
    expect(settings.facts("main-camera")).toEqual({ supported: true, options: [1] });
    expect(settings.facts("pip-mode")).toEqual({ supported: false, reason: "there is no second camera" });
    expect([settings.read("main-camera"), settings.read("cam2-exists"), settings.read("pip-mode")]).toEqual([
      1,
      false,
      undefined,
    ]);
  });
});
