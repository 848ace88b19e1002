import { describe, expect, test } from "bun:test";
import { Library } from "bun-ffi-v4l2";
import { checkOverlay } from "../../../../src/camera/streams/overlay-format.ts";

const library = Library.open();
const check = (format: string, text: string) => () =>
  checkOverlay({ enabled: true, position: "top-left", format, text }, (drawn) => library.canDrawText(drawn));

describe("checkOverlay", () => {
  test.each([
    ["%Y-%m-%d %H:%M:%S", "Camera 1"],
    ["", ""],
    ["100%% %A", "Einfahrt Süd"],
    ["%c", "Вход"],
  ])("takes %p with %p", (format, text) => expect(check(format, text)).not.toThrow());

  test.each([
    ["%n", "overlay.format has %n, which is no conversion that the overlay knows"],
    ["%Ey", "overlay.format has %E, which is no conversion that the overlay knows"],
    ["%Y %", "overlay.format has %, which is no conversion that the overlay knows"],
    ["%%%", "overlay.format has %, which is no conversion that the overlay knows"],
    ["%5Y", "overlay.format has %5, which is no conversion that the overlay knows"],
    ["%😀", "overlay.format has %😀, which is no conversion that the overlay knows"],
    ["入口", "overlay.format has 入, which the overlay's font lacks"],
  ])("refuses the format %p", (format, message) => expect(check(format, "")).toThrow(message));

  test("names the character that cannot be drawn", () => {
    expect(check("", "Door 🚪")).toThrow("overlay.text has 🚪, which the overlay's font lacks");
    expect(check("", "e\u0301")).not.toThrow();
  });
});
