import { describe, expect, test } from "bun:test";
import { CONTROL_ID } from "bun-ffi-v4l2";
import { CameraControls } from "../../../../src/camera/controls/camera-controls.ts";
import { ImageSettings } from "../../../../src/camera/controls/image-settings.ts";
import { createLog } from "../../../../src/core/log.ts";
import { createImagingService } from "../../../../src/modules/onvif/imaging/service.ts";
import type { SettingName } from "../../../../src/settings/keys.ts";
import type { QualifiedName } from "../../../../src/soap/namespaces.ts";
import { findChild, findPath, type XmlElement } from "../../../../src/soap/xml-element.ts";
import { createManualTime } from "../../../support/manual-scheduler.ts";
import { callOperation } from "../../../support/onvif-operation.ts";
import { createTestSettings } from "../../../support/settings-store.ts";
import { type SimulatedControls, webcamControls } from "../../../support/simulated-controls.ts";

const SOURCE = "<timg:VideoSourceToken>VideoSource_1</timg:VideoSourceToken>";

/** The service over the settings of a webcam; "none": of a camera without controls. */
function setUp(camera: SimulatedControls | "none" = webcamControls()) {
  const log = createLog({ level: "error", write: () => undefined }, "camera");
  const controls = new CameraControls(log);
  const image = new ImageSettings({ controls, log, ...createManualTime(), setLevels: () => undefined });
  controls.open({ openControls: () => (camera === "none" ? undefined : camera) });
  const { store, changes, advanceMs } = createTestSettings([image]);
  const service = createImagingService(store);
  const call = async (name: string, content = SOURCE) => {
    const answer = callOperation(service, `timg:${name}` as QualifiedName, content);
    await Promise.resolve();
    advanceMs(1);
    return await answer;
  };
  const set = (settings: string) =>
    call("SetImagingSettings", `${SOURCE}<timg:ImagingSettings>${settings}</timg:ImagingSettings>`);
  const read = (...keys: SettingName[]) => keys.map((key) => store.read(key));
  return { call, set, read, changes };
}

/** An element as `name(children or text)`. */
function outline(element: XmlElement | string | undefined): string {
  if (typeof element !== "object") return String(element);
  const inner = element.children.length === 0 ? element.text : element.children.map(outline).join(" ");
  return `${element.name}(${inner})`;
}

describe("on a webcam", () => {
  test("settings and options are what it has, in the schema's order", async () => {
    const { call } = setUp();
    const settings = await call("GetImagingSettings");
    expect(outline(findChild(settings as XmlElement, "timg:ImagingSettings"))).toBe(
      "ImagingSettings(Brightness(50) ColorSaturation(50) Contrast(50) Exposure(Mode(AUTO) ExposureTime(25000) Gain(20)) Focus(AutoFocusMode(AUTO)) Sharpness(50) WhiteBalance(Mode(AUTO)))",
    );
    const options = await call("GetOptions");
    expect(outline(findChild(options as XmlElement, "timg:ImagingOptions"))).toBe(
      "ImagingOptions(Brightness(Min(0) Max(100)) ColorSaturation(Min(0) Max(100)) Contrast(Min(0) Max(100)) Exposure(Mode(AUTO) Mode(MANUAL) ExposureTime(Min(300) Max(204700)) Gain(Min(0) Max(100))) Focus(AutoFocusModes(AUTO) AutoFocusModes(MANUAL)) Sharpness(Min(0) Max(100)) WhiteBalance(Mode(AUTO) Mode(MANUAL)))",
    );
  });

  test("what was read can be set, and changes nothing", async () => {
    const { call, set, changes } = setUp();
    const xml = (element: XmlElement): string =>
      `<tt:${element.name}>${element.text}${element.children.map(xml).join("")}</tt:${element.name}>`;
    const settings = findChild((await call("GetImagingSettings")) as XmlElement, "timg:ImagingSettings");
    expect(await set((settings?.children ?? []).map(xml).join(""))).toBeObject();
    expect(changes).toEqual([]);
  });

  test("everything is set at once, as one change", async () => {
    const camera = webcamControls();
    const { set, read, changes } = setUp(camera);
    await set(
      "<tt:Brightness>75</tt:Brightness><tt:Exposure><tt:Mode>MANUAL</tt:Mode><tt:ExposureTime>1.0e4</tt:ExposureTime></tt:Exposure><tt:WhiteBalance><tt:Mode>MANUAL</tt:Mode></tt:WhiteBalance>",
    );
    expect(read("brightness", "auto-exposure", "exposure", "auto-white-balance")).toEqual([75, false, 10_000, false]);
    expect(camera.getControl(CONTROL_ID.exposureAbsolute)).toBe(100);
    expect(changes.map(({ asked }) => asked)).toEqual([
      ["brightness", "auto-exposure", "exposure", "auto-white-balance"],
    ]);
    expect(changes[0]?.actor).toMatchObject({ user: "admin", address: "192.0.2.1", client: "onvif" });
  });

  test("the automatic keeps what it decides", async () => {
    const { set, read } = setUp();
    const exposure = "<tt:Exposure><tt:Mode>AUTO</tt:Mode><tt:ExposureTime>1000</tt:ExposureTime></tt:Exposure>";
    expect(await set(exposure)).toBeObject();
    expect(read("auto-exposure", "exposure")).toEqual([true, 25_000]);
  });

  test("the lens is moved to a place and by a distance, by hand", async () => {
    const { call, read } = setUp();
    const move = (how: string) => call("Move", `${SOURCE}<timg:Focus>${how}</timg:Focus>`);
    await move("<tt:Absolute><tt:Position>40</tt:Position></tt:Absolute>");
    expect(read("auto-focus", "focus")).toEqual([false, 39]);
    await move("<tt:Relative><tt:Distance>-100</tt:Distance></tt:Relative>");
    const status = findPath((await call("GetStatus")) as XmlElement, "timg:Status", "tt:FocusStatus20");
    expect(outline(status)).toBe("FocusStatus20(Position(0) MoveStatus(IDLE))");
    expect(outline(await call("GetMoveOptions"))).toBe(
      "GetMoveOptionsResponse(MoveOptions(Absolute(Position(Min(0) Max(100))) Relative(Distance(Min(-100) Max(100)))))",
    );
    expect(await call("Stop")).toBeObject();
    for (const wrong of [
      "",
      "<tt:Continuous><tt:Speed>1</tt:Speed></tt:Continuous>",
      "<tt:Absolute><tt:Position>101</tt:Position></tt:Absolute>",
      "<tt:Absolute><tt:Position>NaN</tt:Position></tt:Absolute>",
    ])
      expect(await move(wrong)).toBe("ter:InvalidArgVal");
    expect(read("focus")).toEqual([0]);
  });
});

test("a camera without a lens to move says so", async () => {
  const { call } = setUp("none");
  const settings = await call("GetImagingSettings");
  expect(outline(settings)).toBe(
    "GetImagingSettingsResponse(ImagingSettings(Brightness(50) ColorSaturation(50) Contrast(50)))",
  );
  expect(outline(await call("GetMoveOptions"))).toBe("GetMoveOptionsResponse(MoveOptions())");
  expect(outline(await call("GetStatus"))).toBe("GetStatusResponse(Status())");
  const focus = `${SOURCE}<timg:Focus><tt:Absolute><tt:Position>1</tt:Position></tt:Absolute></timg:Focus>`;
  expect(await call("Move", focus)).toBe("ter:ActionNotSupported ter:NoImagingForSource");
  expect(await call("Stop")).toBe("ter:ActionNotSupported ter:NoImagingForSource");
});

test("a camera that refuses a value changes none", async () => {
  const camera = webcamControls();
  const { set, read } = setUp(camera);
  camera.setControl(CONTROL_ID.sharpness, 2);
  const { setControl } = camera;
  camera.setControl = (id, value) => {
    if (id === CONTROL_ID.sharpness) camera.failure = 0;
    return id === CONTROL_ID.sharpness ? setControl.call(camera, id, 99) : setControl.call(camera, id, value);
  };
  expect(await set("<tt:Brightness>75</tt:Brightness><tt:Sharpness>60</tt:Sharpness>")).toBe(
    "ter:InvalidArgVal ter:SettingsInvalid",
  );
  expect(read("brightness", "sharpness")).toEqual([50, 50]);
});
