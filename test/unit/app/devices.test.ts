import type { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDeviceSettings, type DeviceFoundation } from "../../../src/app/devices.ts";
import { createTestSource } from "../../../src/camera/test-source.ts";
import type { VideoSource } from "../../../src/camera/video-source.ts";
import { createLog } from "../../../src/core/log.ts";
import { systemScheduler } from "../../../src/core/scheduler.ts";
import { PERMISSIONS } from "../../../src/identity/permissions.ts";
import type { SettingName } from "../../../src/settings/keys.ts";
import { SettingsStore } from "../../../src/settings/settings-store.ts";
import { openDatabase } from "../../../src/storage/database.ts";
import { EventLog } from "../../../src/storage/event-log.ts";
import { SettingsTable } from "../../../src/storage/settings-table.ts";
import { createRealCamera } from "../../support/real-camera.ts";
import { until } from "../../support/until.ts";

const log = createLog({ level: "error", write: () => undefined }, "test");
const ACTOR = { user: "admin", address: "::1", permissions: new Set(PERMISSIONS), client: "ws-1" };
const NO_HARDWARE = { lights: [], ptz: [], rotors: [] } as const;

let folder: string;
let database: Database;
const running: { close(): void }[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
  database = openDatabase(folder);
});
afterEach(() => {
  for (const one of running.splice(0).reverse()) one.close();
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The device's settings as the server puts them together, on the real library. */
function start(config: DeviceFoundation["config"] = NO_HARDWARE, source: VideoSource = createTestSource(false)) {
  const real = createRealCamera(source);
  const { camera, library, clock } = real;
  const foundation = { config, library, clock, log, database, events: new EventLog(database, clock, log) };
  const devices = createDeviceSettings(foundation, camera, folder);
  const table = new SettingsTable(database, clock);
  const store = new SettingsStore({ owners: devices.owners, table, scheduler: systemScheduler, log });
  camera.start();
  running.push({
    close() {
      store.close();
      devices.close();
      real.close();
    },
  });
  const online = () => until(() => camera.status().state === "online");
  const stop = () => running.pop()?.close();
  return { ...real, devices, store, online, stop };
}

function supported(store: SettingsStore): readonly SettingName[] {
  return store.readable(ACTOR.permissions).filter((key) => store.facts(key).supported);
}

describe("the settings of the virtual camera", () => {
  test("are those that its picture can show", async () => {
    const { store, devices, online } = start();
    await online();
    expect(supported(store)).toEqual([
      ...(["main-camera", "brightness", "contrast", "saturation", "resolution", "fps", "bitrate"] as const),
      ...(["adaptive-bitrate", "bitrate-min", "bitrate-max", "gop"] as const),
      ...(["stream2-resolution", "stream2-fps", "stream2-bitrate", "rotation", "flip", "overlay"] as const),
      ...(["zoom", "pan", "tilt", "rotor", "cam1-light", "cam1-light-level"] as const),
      ...(["motion-detection", "motion-sensitivity", "motion-zones", "motion", "jpeg-quality"] as const),
      ...(["cam1-exists", "cam2-exists"] as const),
    ]);
    expect(store.facts("cam2-light")).toMatchObject({ reason: "no light is configured" });
    expect(devices.hardware()).toEqual({ lights: ["cam1-light"], ptz: true });
  });

  test("can all be reset together", async () => {
    const { store, online } = start();
    await online();
    await store.update({ brightness: 80, fps: 10, zoom: 3, resolution: "640x360" }, ACTOR);
    await store.reset(undefined, ACTOR);
    expect(["brightness", "fps", "gop", "zoom", "resolution"].map((key) => store.read(key as SettingName))).toEqual([
      50,
      30,
      30,
      1,
      "1920x1080",
    ]);
  });

  test("survive a restart, moves included", async () => {
    const first = start();
    await first.online();
    await first.store.update(
      {
        brightness: 70,
        resolution: "640x360",
        fps: 15,
        "cam1-light": true,
        "cam1-light-level": 30,
        rotor: { enabled: true, speed: 20 },
        "jpeg-quality": 40,
        zoom: 2,
      },
      ACTOR,
    );
    await first.store.update({ ptz: { move: { pan: 1, timeout: 200 } } }, ACTOR);
    await until(() => Number(first.store.read("pan")) > 0.05);
    first.devices.onClientGone("ws-1");
    const pan = first.store.read("pan");
    expect(first.devices.jpegQuality()).toBe(40);
    first.stop();

    const second = start();
    await second.online();
    const values = (keys: readonly SettingName[]) => keys.map((key) => second.store.read(key));
    expect(values(["brightness", "resolution", "fps", "gop", "cam1-light", "cam1-light-level"])).toEqual([
      70,
      "640x360",
      15,
      15,
      true,
      30,
    ]);
    expect(values(["rotor", "zoom", "pan"])).toEqual([{ enabled: true, direction: "clockwise", speed: 20 }, 2, pan]);
    await until(() => second.main.at(-1)?.width === 640);
  });

  test("are told to everyone while the camera moves", async () => {
    const { store, devices, online } = start();
    await online();
    const pans: unknown[] = [];
    store.subscribe(({ values, actor }) => {
      if (values.has("pan") && actor === undefined) pans.push(values.get("pan"));
    });
    devices.ptz.move({ pan: 1, timeout: 5000 }, "rest");
    await until(() => pans.length >= 4);
    devices.ptz.stop();
    expect(pans).toEqual(pans.toSorted((a, b) => Number(a) - Number(b)));
  });
});

describe("hardware of the configuration", () => {
  test("that a later version brings is not supported, with the reason", async () => {
    const { store, online } = start({
      lights: [{ driver: "gpio", camera: 2, chip: "/dev/gpiochip0", line: 4, active_low: false }],
      ptz: [{ driver: "pelco-d", camera: 1, port: "/dev/ttyUSB0", address: 1, baud: 9600 }],
      rotors: [],
    });
    await online();
    expect(store.facts("cam2-light")).toMatchObject({ reason: "the driver gpio comes with a later version" });
    expect(store.facts("zoom")).toMatchObject({ reason: "the driver pelco-d comes with a later version" });
  });
});
