import { describe, expect, test } from "bun:test";
import { defaultMainFormat, defaultSubFormat } from "../../../src/camera/default-format.ts";

const mode = (width: number, height: number, fps: number, readable = true) => ({
  fourcc: 0x56595559,
  width,
  height,
  fps,
  readable,
});

describe("defaultMainFormat", () => {
  test("takes 1920x1080 even beside larger modes", () => {
    expect(defaultMainFormat([mode(3840, 2160, 30), mode(1920, 1080, 60), mode(640, 480, 30)])).toEqual({
      width: 1920,
      height: 1080,
      fps: 30,
    });
  });

  test("takes the largest mode at 25 fps or more where 1920x1080 is too slow", () => {
    const modes = [mode(1920, 1080, 5), mode(1280, 720, 10), mode(800, 600, 25), mode(640, 480, 30)];
    expect(defaultMainFormat(modes)).toEqual({ width: 800, height: 600, fps: 25 });
  });

  test("takes the liveliest where nothing is lively, ignores what cannot be read, and has an answer for nothing", () => {
    expect(defaultMainFormat([mode(1600, 1200, 5), mode(640, 480, 15), mode(320, 240, 15)])).toEqual({
      width: 640,
      height: 480,
      fps: 15,
    });
    expect(defaultMainFormat([mode(1920, 1080, 30, false), mode(640, 480, 30)])).toEqual({
      width: 640,
      height: 480,
      fps: 30,
    });
    expect(defaultMainFormat([mode(4096, 3072, 30), mode(3840, 2160, 30)])).toEqual({
      width: 3840,
      height: 2160,
      fps: 30,
    });
    expect(defaultMainFormat([])).toEqual({ width: 1920, height: 1080, fps: 30 });
  });
});

describe("defaultSubFormat", () => {
  test("keeps the shape, stays even and never larger than the main stream", () => {
    expect(defaultSubFormat({ width: 1920, height: 1080, fps: 30 })).toEqual({ width: 640, height: 360, fps: 30 });
    expect(defaultSubFormat({ width: 1600, height: 1200, fps: 15 })).toEqual({ width: 640, height: 480, fps: 15 });
    expect(defaultSubFormat({ width: 320, height: 240, fps: 30 })).toEqual({ width: 320, height: 240, fps: 30 });
  });
});
