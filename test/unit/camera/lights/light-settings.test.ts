import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCommandLamp } from "../../../../src/camera/lights/command-lamp.ts";
import type { Lamp } from "../../../../src/camera/lights/lamp.ts";
import { createLedLamp } from "../../../../src/camera/lights/led-lamp.ts";
import { LightSettings } from "../../../../src/camera/lights/light-settings.ts";
import { createUnusableLamp } from "../../../../src/camera/lights/unusable-lamp.ts";
import { AppError } from "../../../../src/core/errors.ts";
import type { Json } from "../../../../src/core/json.ts";
import { createLog } from "../../../../src/core/log.ts";
import { systemScheduler } from "../../../../src/core/scheduler.ts";
import type { SettingName } from "../../../../src/settings/keys.ts";
import { createCommandFile } from "../../../support/command-file.ts";
import { until } from "../../../support/until.ts";

const log = createLog({ level: "error", write: () => undefined }, "light");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** As the kernel's LED class shows one. */
function createLed(name: string, most: number, brightness = 0) {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, "max_brightness"), `${most}\n`);
  writeFileSync(join(folder, name, "brightness"), `${brightness}\n`);
  return () => Number(readFileSync(join(folder, name, "brightness"), "utf8"));
}

function setUp(lamps: readonly Lamp[]) {
  const settings = new LightSettings(1, lamps, log);
  const changes: (readonly SettingName[])[] = [];
  settings.onChanged((keys) => changes.push(keys));
  const map = (values: Partial<Record<SettingName, Json>>) => new Map(Object.entries(values)) as Map<SettingName, Json>;
  return {
    settings,
    changes,
    apply: (values: Partial<Record<SettingName, Json>>) => settings.apply(map(values)),
    restore: (values: Partial<Record<SettingName, Json>>) => settings.restore(map(values)),
    read: () => [settings.read("cam1-light"), settings.read("cam1-light-level")],
  };
}

describe("a light of the LED class", () => {
  test("is scaled to its brightest, and keeps its level while it is off", () => {
    const brightness = createLed("torch", 255);
    const { apply, read } = setUp([createLedLamp("torch", folder)]);
    expect(read()).toEqual([false, 100]);
    apply({ "cam1-light": true, "cam1-light-level": 40 });
    expect([brightness(), ...read()]).toEqual([102, true, 40]);
    apply({ "cam1-light": false });
    apply({ "cam1-light-level": 60 });
    expect([brightness(), ...read()]).toEqual([0, false, 60]);
    apply({ "cam1-light": true });
    expect(brightness()).toBe(153);
    apply({ "cam1-light-level": 0 });
    expect([brightness(), ...read()]).toEqual([0, true, 0]);
  });

  test("that is only on or off says so, and never rounds to off", () => {
    const brightness = createLed("torch", 1);
    const { apply, read } = setUp([createLedLamp("torch", folder)]);
    apply({ "cam1-light": true, "cam1-light-level": 1 });
    expect([brightness(), ...read()]).toEqual([1, true, 100]);
  });

  test("shows what it is, whoever set it, and is left alone until somebody sets it", () => {
    const brightness = createLed("torch", 100, 30);
    const { restore, read } = setUp([createLedLamp("torch", folder)]);
    restore({});
    expect([brightness(), ...read()]).toEqual([30, true, 30]);
    restore({ "cam1-light": false, "cam1-light-level": 80 });
    expect([brightness(), ...read()]).toEqual([0, false, 80]);
  });

  test("is freed from a trigger of the kernel", () => {
    createLed("torch", 100);
    writeFileSync(join(folder, "torch", "trigger"), "heartbeat");
    setUp([createLedLamp("torch", folder)]).apply({ "cam1-light": true });
    expect(readFileSync(join(folder, "torch", "trigger"), "utf8")).toBe("none");
  });

  test("that is not there is not supported", () => {
    const { settings, restore } = setUp([createLedLamp("torch", folder)]);
    expect(settings.facts()).toEqual({ supported: false, reason: "this machine has no LED torch" });
    expect(() => restore({ "cam1-light": true })).not.toThrow();
  });
});

describe("several lights of a camera", () => {
  test("all follow", () => {
    const [left, right] = [createLed("left", 10), createLed("right", 255)];
    setUp([createLedLamp("left", folder), createLedLamp("right", folder)]).apply({ "cam1-light": true });
    expect([left(), right()]).toEqual([10, 255]);
  });

  test("none changes when one cannot be set", () => {
    const left = createLed("left", 10);
    createLed("right", 10);
    const broken: Lamp = {
      problem: undefined,
      read: () => 0,
      close: () => undefined,
      set() {
        throw new AppError("unavailable", "The LED right cannot be set; check that it is there");
      },
    };
    const { apply, read } = setUp([createLedLamp("left", folder), broken]);
    expect(() => apply({ "cam1-light": true })).toThrow("The LED right cannot be set");
    expect([left(), ...read()]).toEqual([0, false, 100]);
  });

  test("those whose driver is missing do not keep the others from working", () => {
    const left = createLed("left", 10);
    const missing = createUnusableLamp("the driver gpio comes with a later version");
    expect(setUp([missing]).settings.facts()).toMatchObject({ reason: "the driver gpio comes with a later version" });
    setUp([missing, createLedLamp("left", folder)]).apply({ "cam1-light": true });
    expect(left()).toBe(10);
    expect(setUp([]).settings.facts()).toMatchObject({ reason: "no light is configured" });
  });
});

describe("a light that a program sets", () => {
  const lampOf = (path: string, onFailed: () => void) =>
    createCommandLamp({ command: [path], scheduler: systemScheduler, log }, onFailed);

  test("is given the level, the newest one", async () => {
    const file = createCommandFile(folder);
    const { apply, read } = setUp([lampOf(file.path, () => undefined)]);
    for (const level of [10, 20, 30]) apply({ "cam1-light": true, "cam1-light-level": level });
    expect(read()).toEqual([true, 30]);
    await until(() => file.runs().at(-1) === "30");
    apply({ "cam1-light": false });
    await until(() => file.runs().at(-1) === "0");
    const runs = file.runs().length;
    apply({ "cam1-light-level": 70 });
    apply({ "cam1-light": true });
    await until(() => file.runs().length > runs);
    expect(file.runs().slice(runs)).toEqual(["70"]);
  });

  test("tells that it is not as it was asked to be", async () => {
    const file = createCommandFile(folder, "exit 1");
    const lights = setUp([lampOf(file.path, () => lights.settings.tell())]);
    lights.apply({ "cam1-light": true });
    expect(lights.read()).toEqual([true, 100]);
    await until(() => lights.changes.length > 0);
    expect(lights.changes).toEqual([["cam1-light", "cam1-light-level"]]);
    expect(lights.read()).toEqual([false, 100]);
  });
});

test.skipIf(process.getuid?.() === 0)("a light that may not be written says what to do", () => {
  createLed("torch", 1);
  chmodSync(join(folder, "torch", "brightness"), 0o444);
  expect(() => createLedLamp("torch", folder).set(100)).toThrow("There is no permission to set the LED torch");
});
