/** Runs inside the virtual machine, by v4l2-device.test.ts: vivid is the webcam at /dev/video0. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { CONTROL_ID, Device, fourccText, Library, listVideoNodes, NativeError } from "../../native/ts/index.ts";

const library = Library.open();

function result(call: () => unknown): number {
  try {
    call();
  } catch (error) {
    if (error instanceof NativeError) return error.result;
    throw error;
  }
  return 0;
}

describe("Device on vivid", () => {
  let device: Device;
  beforeAll(() => {
    device = Device.open(library, "/dev/video0");
  });
  afterAll(() => device.close());

  /** vivid's own controls, by name. */
  const named = (name: string) => {
    const found = device.controls().find((control) => control.name === name);
    if (found === undefined) throw new Error(`vivid has no control ${name}`);
    return found;
  };

  test("says who it is", () => {
    const identity = device.identify();
    expect(identity).toMatchObject({ driver: "vivid", card: "vivid", bus: "platform:vivid-000" });
    expect(identity.multiplanar).toBe(process.env.MULTIPLANAR === "1");
  });

  test("lists every size and rate", () => {
    const modes = device.modes();
    const yuyv = modes.filter(({ fourcc }) => fourccText(fourcc) === "YUYV");
    expect(new Set(yuyv.map(({ width, height }) => `${width}x${height}`))).toEqual(
      new Set(["320x180", "640x360", "640x480", "1280x720", "1920x1080", "3840x2160"]),
    );
    expect(yuyv.filter(({ width }) => width === 1280).map(({ fps }) => fps)).toEqual([
      1, 2, 4, 5, 10, 12.5, 15, 25, 30, 40, 50, 60,
    ]);
    expect(yuyv.every(({ readable }) => readable)).toBe(true);
    expect(modes.filter(({ fourcc }) => fourccText(fourcc) === "RGB3").some(({ readable }) => readable)).toBe(false);
    expect(modes.some(({ fourcc }) => fourccText(fourcc) === "Y16 -BE" || fourccText(fourcc) === "Y16-BE")).toBe(true);
  });

  test("lists controls that hold one number, with their values", () => {
    expect(named("Brightness")).toEqual({
      id: CONTROL_ID.brightness,
      name: "Brightness",
      type: "integer",
      minimum: 0,
      maximum: 255,
      step: 1,
      default: 128,
      value: 128,
      readOnly: false,
      writeOnly: false,
      inactive: false,
      grabbed: false,
      volatile: false,
    });
    expect(named("Bitmask")).toMatchObject({ type: "bitmask", maximum: 0x80402010, default: 0x80002000 });
    expect(named("Integer 64 Bits")).toMatchObject({ type: "integer64", value: 0 });
    expect(named("Button")).toMatchObject({ type: "button", writeOnly: true, value: 0 });
    expect(named("Read-Only Integer 32 Bits")).toMatchObject({ readOnly: true });
    const names = device.controls().map(({ name }) => name);
    for (const compound of ["String", "U16 8x16 Matrix", "Area", "User Controls", "Vivid Controls"])
      expect(names).not.toContain(compound);
  });

  test("reads menus with holes and menus of numbers", () => {
    expect(device.menu(named("Menu").id).map(({ index, name }) => [index, name])).toEqual([
      [1, "Menu Item 1"],
      [3, "Menu Item 3"],
      [4, "Menu Item 4"],
    ]);
    expect(device.menu(named("Integer Menu").id).map(({ value }) => value)).toEqual([2, 3, 5, 8, 13, 21, 42]);
    expect(result(() => device.menu(CONTROL_ID.brightness))).toBe(-1007);
  });

  test("sets and reads back", () => {
    expect(device.setControl(CONTROL_ID.brightness, 200)).toBe(200);
    expect(device.getControl(CONTROL_ID.brightness)).toBe(200);
    expect(device.setControl(named("Integer 64 Bits").id, -(2 ** 40))).toBe(-(2 ** 40));
    expect(device.setControl(named("Integer 32 Bits").id, -(2 ** 31))).toBe(-(2 ** 31));
    expect(device.setControl(named("Bitmask").id, 0x80000010)).toBe(0x80000010);
    expect(device.setControl(named("Menu").id, 4)).toBe(4);
    expect(result(() => device.setControl(named("Button").id, 1))).toBe(0);
    device.setControl(CONTROL_ID.brightness, 128);
  });

  test("refuses what the control cannot hold, and changes nothing", () => {
    for (const value of [256, -1, 2 ** 40])
      expect(result(() => device.setControl(CONTROL_ID.brightness, value))).toBe(-34);
    expect(result(() => device.setControl(named("Menu").id, 2))).toBe(-34);
    expect(result(() => device.setControl(named("Bitmask").id, 1))).toBe(-34);
    expect(result(() => device.setControl(named("Read-Only Integer 32 Bits").id, 1))).toBe(-13);
    expect(result(() => device.getControl(named("Button").id))).toBe(-13);
    expect(device.getControl(CONTROL_ID.brightness)).toBe(128);
    for (const value of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60])
      expect(() => device.setControl(CONTROL_ID.brightness, value)).toThrow(RangeError);
  });

  test("knows no controls that are not there", () => {
    // None, a class heading, a string, and "the next one after brightness".
    for (const id of [0, 0x00980001, 0x0098f905, 0x80000000 + CONTROL_ID.brightness, 0xffffffff])
      expect(result(() => device.getControl(id))).toBe(-22);
  });

  test("gives each node an id and opens no others", () => {
    expect(listVideoNodes()).toEqual([{ path: "/dev/video0", id: "vivid.0-video-index0", name: "vivid-000-vid-cap" }]);
    expect(result(() => Device.open(library, "/dev/video9"))).toBe(-2);
    expect(result(() => Device.open(library, "/dev/null"))).toBe(-1001);
    expect(() => Device.open(library, "/dev/video0\0")).toThrow(RangeError);
    expect(() => Device.open(library, "x".repeat(5000))).toThrow(RangeError);
  });

  test("tells when the device is gone", () => {
    const other = Device.open(library, "/dev/video0");
    other.setControl(named("Disconnect").id, 1);
    expect(result(() => other.identify())).toBe(-19);
    expect(result(() => other.modes())).toBe(-19);
    expect(result(() => other.controls())).toBe(-19);
    expect(result(() => other.getControl(CONTROL_ID.brightness))).toBe(-19);
    other.close();
    other.close();
    expect(() => other.identify()).toThrow("closed");
  });
});
