import { expect, test } from "bun:test";
import { fourccCode, type Mode } from "bun-ffi-v4l2";
import { NO_WISHES, planStreams, type StreamWishes, tabulate } from "../../../../src/camera/streams/plan.ts";
import { encoderOptions } from "../../../../src/modules/onvif/media/encoder-options.ts";
import { osdOf, overlayOf } from "../../../../src/modules/onvif/media/osd.ts";
import type { Overlay } from "../../../../src/settings/keys.ts";

const mode = (width: number, height: number, fps: number): Mode => ({
  fourcc: fourccCode("YUYV"),
  width,
  height,
  fps,
  readable: true,
});

function options(stream: "main" | "sub" | "jpeg", modes: readonly Mode[], wishes: Partial<StreamWishes> = {}) {
  const table = tabulate(modes);
  const camera = {
    plan: planStreams(table, { ...NO_WISHES, ...wishes }),
    planFor: (others: StreamWishes) => planStreams(table, others),
  };
  return encoderOptions(stream, { camera, rotation: wishes.rotation ?? 0, h264Profile: () => "Baseline" });
}

const sizes = (found: ReturnType<typeof options>) => found.sizes.map(({ width, height }) => `${width}x${height}`);

test("the main stream has the camera's sizes as they are coded, and its fastest rate", () => {
  const modes = [mode(641, 481, 30), mode(1280, 720, 10), mode(320, 240, 50)];
  const main = options("main", modes);
  expect(sizes(main)).toEqual(["1280x720", "642x482", "320x240"]);
  expect(main.fps).toEqual({ minimum: 5, maximum: 50 });
  expect(sizes(options("main", modes, { rotation: 90 }))).toEqual(["720x1280", "482x642", "240x320"]);
});

test("a camera slower than the setting's least rate has that one rate", () => {
  expect(options("main", [mode(1280, 720, 2)]).fps).toEqual({ minimum: 2, maximum: 2 });
});

test("the sub stream is offered even parts of the main stream, and what it has", () => {
  const sub = options("sub", [mode(1280, 720, 30)], { subResolution: "500x300" });
  expect(sizes(sub)).toEqual(["1280x720", "854x480", "640x360", "500x300", "426x240", "320x180", "214x120"]);
  expect(sub.gop).toEqual({ minimum: 30, maximum: 30 });
  expect(sizes(options("sub", [mode(80, 64, 30)]))).toEqual(["80x64", "64x64"]);
});

test("JPEG has the streams' sizes that RTP can carry", () => {
  expect(sizes(options("jpeg", [mode(1920, 1080, 30)]))).toEqual(["1920x1080", "640x360"]);
  expect(sizes(options("jpeg", [mode(3840, 2160, 30)]))).toEqual(["640x360"]);
  expect(sizes(options("jpeg", [mode(642, 362, 30)], { subResolution: "642x362" }))).toEqual(["642x362"]);
});

test("overlays are texts of ONVIF and back", () => {
  const overlay = (format: string, text: string): Overlay => ({ enabled: true, position: "top-left", format, text });
  for (const [format, text, type] of [
    ["", "Yard", "Plain"],
    ["%Y-%m-%d", "", "Date"],
    ["%I:%M:%S %p", "Yard", "Time"],
    ["%d %B, %Y %H:%M:%S", "", "DateAndTime"],
    ["%H o'clock", "", "DateAndTime"],
  ] as const) {
    const osd = osdOf(overlay(format, text));
    expect(osd?.type).toBe(type);
    if (osd !== undefined) expect(overlayOf(osd, overlay(format, text))).toEqual(overlay(format, text));
  }
  expect(osdOf(overlay("", ""))).toBeUndefined();
  expect(osdOf({ ...overlay("", "x"), enabled: false })).toBeUndefined();
});
