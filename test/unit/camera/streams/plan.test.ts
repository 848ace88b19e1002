import { describe, expect, test } from "bun:test";
import { fourccCode, type Mode } from "bun-ffi-v4l2";
import { NO_WISHES, planStreams, type StreamWishes, tabulate } from "../../../../src/camera/streams/plan.ts";

const mode = (width: number, height: number, fps: number, format = "YUYV"): Mode => ({
  fourcc: fourccCode(format),
  width,
  height,
  fps,
  readable: true,
});
const plan = (modes: readonly Mode[], wishes: Partial<StreamWishes> = {}) =>
  planStreams(tabulate(modes), { ...NO_WISHES, ...wishes });

const WEBCAM = [
  ...[10, 15, 30, 60].map((fps) => mode(640, 480, fps)),
  mode(1280, 720, 7.5),
  mode(1280, 720, 29.97, "MJPG"),
  mode(1920, 1080, 12.5),
];

describe("the size of the main stream", () => {
  test("is what was asked for among the camera's, largest first", () => {
    const { resolutions, resolution, capture, main } = plan(WEBCAM, { resolution: "640x480" });
    expect(resolutions).toEqual(["1920x1080", "1280x720", "640x480"]);
    expect([resolution, main.width, main.height]).toEqual(["640x480", 640, 480]);
    expect(capture).toEqual({ width: 640, height: 480, fps: 30, allowPassthrough: false });
  });

  test("gives way to the default where the camera lacks it", () => {
    expect(plan(WEBCAM, { resolution: "800x600" }).resolution).toBe("1280x720");
    expect(plan([]).resolution).toBe("1920x1080");
  });

  test("is even and keeps its name where the camera's is not", () => {
    const { resolution, main, capture } = plan([mode(641, 481, 30)]);
    expect([resolution, main.width, main.height, capture.width]).toEqual(["641x481", 642, 482, 641]);
  });

  test("lies on its side at 90 and 270 degrees", () => {
    for (const rotation of [90, 270] as const) {
      const { resolution, main, sub, capture } = plan(WEBCAM, { rotation });
      expect([resolution, capture.width]).toEqual(["1280x720", 1280]);
      expect([main.width, main.height, sub.width, sub.height]).toEqual([720, 1280, 360, 640]);
    }
    expect(plan(WEBCAM, { rotation: 180 }).main.width).toBe(1280);
  });
});

describe("the rate", () => {
  const rates = (fps: number, resolution = "640x480") => {
    const { capture, main } = plan(WEBCAM, { fps, resolution });
    return [capture.fps, main.fps];
  };

  test.each([
    [30, 30, 30],
    [20, 30, 20],
    [31, 60, 31],
    [5, 10, 5],
    [60, 60, 60],
  ])("%i comes from the mode of %i as %i", (fps, capture, main) => expect(rates(fps)).toEqual([capture, main]));

  test("above the camera's best is that mode's", () => {
    expect(rates(30, "1920x1080")).toEqual([12, 12]);
    expect(rates(60, "1280x720")).toEqual([30, 30]);
  });

  test("is the wish where the driver names none", () => {
    const { capture, main } = plan([mode(640, 480, 0)], { fps: 24 });
    expect([capture.fps, main.fps]).toEqual([24, 24]);
  });

  test("is the camera's own where it has only H.264", () => {
    const { capture, main } = plan([mode(1280, 720, 30, "H264")], { fps: 10, gop: 5 });
    expect([capture.allowPassthrough, main.fps]).toEqual([true, 30]);
  });
});

describe("keyframes", () => {
  test("come each second until asked otherwise", () => {
    expect(plan(WEBCAM, { fps: 15 }).main.gop).toBe(15);
    expect(plan(WEBCAM, { fps: 15, gop: 60 }).main.gop).toBe(60);
  });

  test("of the sub stream come at the same times", () => {
    const { sub } = plan(WEBCAM, { gop: 60, subFps: 10 });
    expect([sub.fps, sub.gop]).toEqual([10, 20]);
  });
});

describe("the sub stream", () => {
  test("has its default until a size that the main stream allows is asked for", () => {
    expect(plan(WEBCAM).subResolution).toBe("640x360");
    expect(plan(WEBCAM, { subResolution: "320x240" }).sub).toMatchObject({ width: 320, height: 240 });
    for (const subResolution of ["1282x720", "321x240", "62x64", "1280x722"])
      expect(plan(WEBCAM, { subResolution }).subResolution).toBe("640x360");
    expect(plan(WEBCAM, { subResolution: "1280x720" }).subResolution).toBe("1280x720");
  });

  test("is never faster than the main stream", () => {
    expect(plan(WEBCAM, { subFps: 60, fps: 20 }).sub.fps).toBe(20);
  });
});

describe("the camera's own H.264", () => {
  const both = [mode(1280, 720, 30, "H264"), mode(1280, 720, 30, "MJPG")];
  const passes = (wishes: Partial<StreamWishes> = {}) => plan(both, wishes).capture.allowPassthrough;

  test("serves while nobody asked for what it cannot do", () => {
    expect(passes()).toBe(true);
    expect(passes({ subFps: 5, subBitrateKbps: 200 })).toBe(true);
    expect(passes({ gop: 10 })).toBe(false);
    expect(passes({ bitrateKbps: 1000 })).toBe(false);
    expect(passes({ fps: 15 })).toBe(false);
  });
});

describe("an adaptive bitrate", () => {
  test("moves between 1000 kbit/s and what was asked for, unless told; a low bitrate does not move", () => {
    expect(plan(WEBCAM).bitrates).toEqual({ isAdaptive: false, askedKbps: 4000, minKbps: 1000, maxKbps: 4000 });
    expect(plan(WEBCAM, { bitrateKbps: 6000 }).bitrates).toMatchObject({ minKbps: 1000, maxKbps: 6000 });
    expect(plan(WEBCAM, { bitrateKbps: 800 }).bitrates).toMatchObject({ minKbps: 800, maxKbps: 800 });
    const told = { minBitrateKbps: 300, maxBitrateKbps: 9000 };
    expect(plan(WEBCAM, told).bitrates).toMatchObject({ askedKbps: 4000, minKbps: 300, maxKbps: 9000 });
  });

  test("needs an encoder of ours: a camera's own H.264 has its own bitrate", () => {
    const both = [mode(1920, 1080, 30, "H264"), mode(1920, 1080, 30, "MJPG")];
    expect(plan(both).capture.allowPassthrough).toBe(true);
    expect(plan(both, { isAdaptive: true }).capture.allowPassthrough).toBe(false);
    expect(plan(both.slice(0, 1), { isAdaptive: true }).capture.allowPassthrough).toBe(true);
  });
});
