import { afterEach, describe, expect, test } from "bun:test";
import { followViewers } from "../../../../src/camera/streams/bitrate-follower.ts";
import { StreamSettings } from "../../../../src/camera/streams/stream-settings.ts";
import { AppError } from "../../../../src/core/errors.ts";
import type { Json } from "../../../../src/core/json.ts";
import type { SettingName } from "../../../../src/settings/keys.ts";
import type { MainViewers } from "../../../../src/stream/bitrate-choice.ts";
import { createManualTime } from "../../../support/manual-scheduler.ts";
import { createRealCamera } from "../../../support/real-camera.ts";
import { until } from "../../../support/until.ts";

const BAD_OVERLAY = { enabled: true, position: "top-left", format: "%n", text: "" };
const open: { close(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

type Values = Partial<Record<SettingName, Json>>;
const asMap = (values: Values) => new Map(Object.entries(values)) as ReadonlyMap<SettingName, Json>;

async function setUp(restored: Values = {}, start = true) {
  const real = createRealCamera();
  open.push(real);
  const { camera, library } = real;
  const settings = new StreamSettings({ camera, canDrawText: (text) => library.canDrawText(text) });
  settings.restore(asMap(restored));
  const changes: (readonly SettingName[])[] = [];
  settings.onChanged((keys) => changes.push(keys));
  if (start) camera.start();
  const apply = (values: Values) => settings.apply(asMap(values));
  const read = (...keys: SettingName[]) => keys.map((key) => settings.read(key));
  const online = () => until(() => camera.status().state === "online");
  const shows = (width: number, height: number) => {
    const from = real.main.length;
    return until(() => real.main.slice(from).some((unit) => unit.width === width && unit.height === height));
  };
  return { ...real, settings, changes, apply, read, online, shows };
}

function messageOf(call: () => void): string {
  try {
    call();
    return "none";
  } catch (error) {
    return error instanceof AppError ? `${error.kind}: ${error.message}` : String(error);
  }
}

describe("StreamSettings on the test source", () => {
  test("have the contract's defaults", async () => {
    const { read, settings, online } = await setUp();
    await online();
    expect(read("resolution", "fps", "bitrate", "gop")).toEqual(["1920x1080", 30, 4000, 30]);
    expect(read("stream2-resolution", "stream2-fps", "stream2-bitrate")).toEqual(["640x360", 30, 500]);
    expect(settings.facts("resolution")).toEqual({
      supported: true,
      initial: "1920x1080",
      options: ["3840x2160", "2560x1440", "1920x1080", "1280x720", "640x480", "640x360", "320x180"],
    });
  });

  test("have no sizes before the camera is found", async () => {
    const { settings, read } = await setUp({ fps: 10 }, false);
    expect(settings.facts("resolution")).toEqual({ supported: false, reason: "the camera is not connected" });
    expect(read("fps", "gop")).toEqual([10, 10]);
  });

  test("change while pictures go on", async () => {
    const { apply, read, online, shows, main, sub, camera } = await setUp();
    await online();
    apply({ resolution: "640x360", "stream2-resolution": "320x180", fps: 15 });
    await shows(640, 360);
    expect(read("resolution", "fps", "gop", "stream2-fps")).toEqual(["640x360", 15, 15, 15]);
    await until(() => camera.counters.sourceWidth === 640 && sub.at(-1)?.width === 320);
    expect(camera.status().state).toBe("online");
    const before = main.length;
    apply({ bitrate: 300 });
    await until(() => main.length > before + 10);
    expect(main.at(-1)?.width).toBe(640);
  });

  test("are restored before the camera is opened", async () => {
    const { read, online, main, camera } = await setUp({
      resolution: "640x360",
      fps: 10,
      gop: 20,
      overlay: BAD_OVERLAY,
    });
    await online();
    await until(() => main.at(-1)?.width === 640);
    // the slate that every camera begins with, and the camera once
    expect(camera.counters.sourceGeneration).toBe(2);
    expect(read("resolution", "fps", "gop")).toEqual(["640x360", 10, 20]);
  });

  test("turn the picture with its sides", async () => {
    const { apply, read, online, shows } = await setUp();
    await online();
    apply({ resolution: "640x360", rotation: 90 });
    await shows(360, 640);
    expect(read("resolution", "rotation")).toEqual(["640x360", 90]);
    apply({ rotation: 0, flip: "both" });
    await shows(640, 360);
    expect(read("flip")).toEqual(["both"]);
  });

  test("gop follows the rate until it is set, and again when it is set to it", async () => {
    const { apply, read, online } = await setUp();
    await online();
    apply({ gop: 60 });
    apply({ fps: 10 });
    expect(read("gop")).toEqual([60]);
    apply({ gop: 10 });
    apply({ fps: 20 });
    expect(read("gop")).toEqual([20]);
  });

  test("refuse what the streams cannot be, and change nothing", async () => {
    const { apply, read, online } = await setUp();
    await online();
    expect(messageOf(() => apply({ fps: 10, resolution: "800x600" }))).toStartWith(
      "bad-request: resolution must be one of 3840x2160",
    );
    expect(messageOf(() => apply({ resolution: "640x360", "stream2-resolution": "1280x720" }))).toBe(
      "bad-request: stream2-resolution must have even sides from 64x64 to 640x360, the size of stream1",
    );
    expect(messageOf(() => apply({ overlay: BAD_OVERLAY }))).toStartWith("bad-request: overlay.format has %n");
    expect(read("fps", "resolution")).toEqual([30, "1920x1080"]);
  });

  test("tell what a camera that was found changes", async () => {
    const { changes, online } = await setUp();
    await online();
    expect(changes.flat()).toContain("resolution");
  });
});

describe("the adaptive bitrate", () => {
  const bitrates = ["bitrate", "adaptive-bitrate", "bitrate-min", "bitrate-max"] as const;

  test("is off; its bounds follow the bitrate until they are set, and again when they are set to that", async () => {
    const { apply, read } = await setUp();
    expect(read(...bitrates)).toEqual([4000, false, 1000, 4000]);
    apply({ bitrate: 3000, "adaptive-bitrate": true });
    expect(read(...bitrates)).toEqual([3000, true, 1000, 3000]);
    apply({ "bitrate-min": 500, "bitrate-max": 8000 });
    apply({ bitrate: 2000 });
    expect(read(...bitrates)).toEqual([2000, true, 500, 8000]);
    apply({ "bitrate-max": 2000 });
    apply({ bitrate: 5000 });
    expect(read(...bitrates)).toEqual([5000, true, 500, 5000]);
  });

  test("has no bounds that contradict each other, and a low bitrate bends the lower one", async () => {
    const { apply, read } = await setUp({ "bitrate-min": 2000, "bitrate-max": 6000 });
    const contradiction = "contradicts the other: bitrate-min 7000 is above bitrate-max 6000";
    expect(messageOf(() => apply({ "bitrate-min": 7000 }))).toBe(`bad-request: bitrate-min ${contradiction}`);
    expect(messageOf(() => apply({ "bitrate-max": 1999 }))).toStartWith("bad-request: bitrate-max contradicts");
    apply({ "bitrate-min": 7000, "bitrate-max": 9000 });
    expect(read("bitrate-min", "bitrate-max")).toEqual([7000, 9000]);
    const other = await setUp({ "bitrate-min": 2000 });
    other.apply({ bitrate: 1500 });
    expect(other.read("bitrate-min", "bitrate-max")).toEqual([1500, 1500]);
    other.apply({ bitrate: 4000 });
    expect(other.read("bitrate-min")).toEqual([2000]);
  });

  test("the encoder follows while it is on; the setting shows what was asked for", async () => {
    const { camera, online, apply, read } = await setUp();
    await online();
    const time = createManualTime();
    let viewers: MainViewers = { budgetsKbps: [1500], hasOthers: true, isRecorded: false };
    const stop = followViewers(camera, () => viewers, time.scheduler);
    const coded = () => {
      time.advanceMs(200);
      return camera.main.bitrateKbps;
    };
    expect(coded()).toBe(4000);
    apply({ "adaptive-bitrate": true });
    expect([coded(), ...read("bitrate")]).toEqual([1500, 4000]);
    apply({ bitrate: 1200 });
    expect(coded()).toBe(1200);
    apply({ bitrate: 4000, fps: 15 });
    expect([coded(), camera.main.fps]).toEqual([1500, 15]);
    viewers = { budgetsKbps: [], hasOthers: false, isRecorded: false };
    expect(coded()).toBe(4000);
    viewers = { budgetsKbps: [2000], hasOthers: false, isRecorded: false };
    expect(coded()).toBe(2000);
    viewers = { ...viewers, isRecorded: true };
    expect(coded()).toBe(4000);
    viewers = { ...viewers, isRecorded: false };
    expect(coded()).toBe(2000);
    apply({ "adaptive-bitrate": false });
    expect(camera.main.bitrateKbps).toBe(4000);
    apply({ "adaptive-bitrate": true });
    expect(coded()).toBe(2000);
    stop();
    expect(coded()).toBe(4000);
  });
});
