import { describe, expect, test } from "bun:test";
import type { CameraStatus } from "../../../src/camera/camera-status.ts";
import type { CameraNumber } from "../../../src/camera/member.ts";
import { PresenceSettings } from "../../../src/camera/presence-settings.ts";
import type { InsetPlace } from "../../../src/camera/programme.ts";
import type { SettingName } from "../../../src/settings/keys.ts";
import { CAMERA } from "../../support/http-front.ts";

/** A programme that does what it is told, of as many cameras as there are states. */
function setUp(...states: CameraStatus["state"][]) {
  const statuses = states.map((state, index): CameraStatus => ({ ...CAMERA, id: `cam${index + 1}`, state }));
  let notice: () => void = () => undefined;
  const events: string[] = [];
  const changes: (readonly SettingName[])[] = [];
  const programme = {
    number: 1 as CameraNumber,
    inset: "off" as InsetPlace,
    get hasSecond() {
      return statuses.length > 1;
    },
    get cameras() {
      return statuses.map((status) => ({ status: () => status }));
    },
    select(number: CameraNumber) {
      programme.number = number;
    },
    setInset(place: InsetPlace) {
      programme.inset = place;
    },
    onChanged: (listener: () => void) => {
      notice = listener;
    },
  };
  const settings = new PresenceSettings({
    programme,
    publish: (kind, { camera }) => void events.push(`${kind} ${camera}`),
  });
  settings.onChanged((keys) => changes.push(keys));
  const become = (number: CameraNumber, state: CameraStatus["state"], substitute = false) => {
    statuses[number - 1] = { ...CAMERA, id: `cam${number}`, state, substitute };
    notice();
  };
  return { settings, programme, events, changes, become };
}

describe("PresenceSettings", () => {
  test("follow unplugging and plugging in, and tell of it, not of the start", () => {
    const { settings, events, changes, become } = setUp("offline");
    for (const state of ["opening", "online"] as const) become(1, state);
    expect([settings.read("cam1-exists"), events]).toEqual([true, []]);
    become(1, "offline");
    expect(settings.read("cam1-exists")).toBe(false);
    for (const state of ["opening", "online"] as const) become(1, state);
    expect(events).toEqual(["camera-offline cam1", "camera-online cam1"]);
    expect(changes).toEqual([["cam1-exists"], ["cam1-exists"], ["cam1-exists"]]);
  });

  test("a silent camera is there, but offline", () => {
    const { settings, events, become } = setUp("offline");
    become(1, "online");
    become(1, "stalled");
    expect([settings.read("cam1-exists"), events]).toEqual([true, ["camera-offline cam1"]]);
  });

  test("the test picture in a camera's place is no camera", () => {
    const { settings, events, become } = setUp("offline");
    become(1, "online", true);
    expect(settings.read("cam1-exists")).toBe(false);
    become(1, "online");
    expect([settings.read("cam1-exists"), events]).toEqual([true, ["camera-online cam1"]]);
  });

  test("one camera is the programme, and nothing can be inset", () => {
    const { settings } = setUp("online");
    expect(settings.facts("main-camera")).toEqual({ supported: true, options: [1] });
    expect(settings.facts("pip-mode")).toEqual({ supported: false, reason: "there is no second camera" });
    expect([settings.read("main-camera"), settings.read("cam2-exists"), settings.read("pip-mode")]).toEqual([
      1,
      false,
      undefined,
    ]);
  });

  test("of two cameras either is the programme, and the other may be inset", () => {
    const { settings, programme } = setUp("online", "resting");
    expect(settings.facts("main-camera")).toEqual({ supported: true, options: [1, 2] });
    expect([settings.facts("pip-mode"), settings.read("pip-mode")]).toEqual([{ supported: true }, "off"]);
    settings.apply(
      new Map<SettingName, string | number>([
        ["main-camera", 2],
        ["pip-mode", "top-right"],
      ]),
    );
    expect([programme.number, programme.inset]).toEqual([2, "top-right"]);
    expect([settings.read("main-camera"), settings.read("pip-mode")]).toEqual([2, "top-right"]);
  });

  test("a camera that rests is there, and waking or resting is no news", () => {
    const { settings, events, changes, become } = setUp("online", "offline");
    become(2, "resting");
    for (const state of ["opening", "online", "resting"] as const) become(2, state);
    expect([settings.read("cam2-exists"), events]).toEqual([true, []]);
    become(2, "offline");
    expect([settings.read("cam2-exists"), events]).toEqual([false, ["camera-offline cam2"]]);
    expect(changes.flat().filter((key) => key === "cam2-exists")).toHaveLength(2);
  });

  test("what was kept waits for the second camera, unless somebody chooses before", () => {
    const kept = new Map<SettingName, string | number>([
      ["main-camera", 2],
      ["pip-mode", "bottom-left"],
    ]);
    const { settings, programme, changes, become } = setUp("online");
    settings.restore(kept);
    expect([programme.number, programme.inset]).toEqual([1, "off"]);
    become(2, "resting");
    expect([programme.number, programme.inset]).toEqual([2, "bottom-left"]);
    expect(changes.at(-1)).toEqual(["main-camera", "pip-mode", "cam1-exists", "cam2-exists"]);

    const other = setUp("online");
    other.settings.restore(kept);
    other.settings.apply(new Map([["main-camera", 1]]));
    other.become(2, "resting");
    expect([other.programme.number, other.programme.inset]).toEqual([1, "bottom-left"]);
  });
});
