import { afterEach, describe, expect, test } from "bun:test";
import { StreamSettings } from "../../../../src/camera/streams/stream-settings.ts";
import { AppError } from "../../../../src/core/errors.ts";
import type { Json } from "../../../../src/core/json.ts";
import type { SettingName } from "../../../../src/settings/keys.ts";
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
