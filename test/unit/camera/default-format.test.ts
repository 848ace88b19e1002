import { describe, expect, test } from "bun:test";
import { defaultMainSize, defaultSubSize } from "../../../src/camera/default-format.ts";

const mode = (width: number, height: number, fps: number, readable = true) => ({
  fourcc: 0x56595559,
  width,
  height,
  fps,
  readable,
});

describe("defaultMainSize", () => {
  test("takes 1920x1080 even beside larger modes", () => {
    expect(defaultMainSize([mode(3840, 2160, 30), mode(1920, 1080, 60), mode(640, 480, 30)])).toEqual({
      width: 1920,
      height: 1080,
    });
  });

  test("takes the largest mode at 25 fps or more where 1920x1080 is too slow", () => {
    const modes = [mode(1920, 1080, 5), mode(1280, 720, 10), mode(800, 600, 25), mode(640, 480, 30)];
    expect(defaultMainSize(modes)).toEqual({ width: 800, height: 600 });
  });

  test("takes the liveliest where nothing is lively, ignores what cannot be read, and has an answer for nothing", () => {
    expect(defaultMainSize([mode(1600, 1200, 5), mode(640, 480, 15), mode(320, 240, 15)])).toEqual({
      width: 640,
      height: 480,
    });
    expect(defaultMainSize([mode(1920, 1080, 30, false), mode(640, 480, 30)])).toEqual({ width: 640, height: 480 });
    expect(defaultMainSize([mode(4096, 3072, 30), mode(3840, 2160, 30)])).toEqual({ width: 3840, height: 2160 });
    expect(defaultMainSize([])).toEqual({ width: 1920, height: 1080 });
  });
});

describe("defaultSubSize", () => {
  test("keeps the shape, stays even and never larger than the main stream", () => {
    expect(defaultSubSize({ width: 1920, height: 1080 })).toEqual({ width: 640, height: 360 });
    expect(defaultSubSize({ width: 1600, height: 1200 })).toEqual({ width: 640, height: 480 });
    expect(defaultSubSize({ width: 320, height: 240 })).toEqual({ width: 320, height: 240 });
  });
});
