import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCommandDrive, createUnusableDrive } from "../../../../src/camera/rotor/drives.ts";
import { RotorSettings } from "../../../../src/camera/rotor/rotor-settings.ts";
import { createLog } from "../../../../src/core/log.ts";
import { systemScheduler } from "../../../../src/core/scheduler.ts";
import type { Rotor } from "../../../../src/settings/keys.ts";
import { createCommandFile } from "../../../support/command-file.ts";
import { until } from "../../../support/until.ts";

const log = createLog({ level: "error", write: () => undefined }, "rotor");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function setUp(script = "") {
  const file = createCommandFile(folder, script);
  const parts = { command: [file.path], scheduler: systemScheduler, log };
  const settings: RotorSettings = new RotorSettings([
    createCommandDrive(parts, (speed) => settings.followDrive(speed)),
  ]);
  let changes = 0;
  settings.onChanged(() => {
    changes += 1;
  });
  const apply = (rotor: Rotor) => settings.apply(new Map([["rotor", rotor]]));
  const runs = async (count: number) => {
    await until(() => file.runs().length === count);
    return file.runs();
  };
  return { settings, apply, runs, changes: () => changes };
}

describe("a rotor that a program drives", () => {
  test("is given its speed with its direction as the sign", async () => {
    const { apply, runs } = setUp();
    apply({ enabled: true, direction: "clockwise", speed: 30 });
    await runs(1);
    apply({ enabled: true, direction: "counterclockwise", speed: 70 });
    await runs(2);
    apply({ enabled: false, direction: "counterclockwise", speed: 70 });
    expect(await runs(3)).toEqual(["30", "-70", "0"]);
  });

  test("tells that it goes on as before when the program fails", async () => {
    const { apply, settings, runs, changes } = setUp(`[ "$1" -lt 50 ]`);
    apply({ enabled: true, direction: "clockwise", speed: 30 });
    await runs(1);
    apply({ enabled: true, direction: "counterclockwise", speed: 20 });
    await runs(2);
    apply({ enabled: true, direction: "clockwise", speed: 90 });
    await until(() => changes() === 1);
    expect(settings.read()).toEqual({ enabled: true, direction: "counterclockwise", speed: 20 });
  });

  test("stops at the end, since nobody could stop it later", async () => {
    const { apply, settings, runs } = setUp();
    apply({ enabled: true, direction: "clockwise", speed: 30 });
    await runs(1);
    settings.close();
    expect(await runs(2)).toEqual(["30", "0"]);
  });

  test("says why it cannot be used", () => {
    const drive = createUnusableDrive("the driver stepper comes with a later version");
    expect(new RotorSettings([drive]).facts()).toMatchObject({
      supported: false,
      reason: "the driver stepper comes with a later version",
    });
    expect(new RotorSettings([]).facts()).toMatchObject({ reason: "no rotor is configured" });
  });
});
