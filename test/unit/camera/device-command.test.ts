import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeviceCommand } from "../../../src/camera/device-command.ts";
import { createLog } from "../../../src/core/log.ts";
import { createCommandFile } from "../../support/command-file.ts";
import { createManualTime } from "../../support/manual-scheduler.ts";
import { until } from "../../support/until.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function setUp(command: readonly string[]) {
  const { scheduler, advanceMs } = createManualTime();
  const warnings: string[] = [];
  const failures: (readonly number[] | undefined)[] = [];
  const log = createLog({ level: "warn", write: (_level, _module, message) => void warnings.push(message) }, "device");
  const device = new DeviceCommand({ command, scheduler, log }, (reached) => failures.push(reached));
  return { device, warnings, failures, advanceMs };
}

describe("DeviceCommand", () => {
  test("runs the program with its arguments and the values, without a shell", async () => {
    const file = createCommandFile(folder);
    const { device, failures } = setUp([file.path, "$HOME; rm", "two words"]);
    device.run([42, -0.5]);
    await until(() => file.runs().length === 1);
    expect(file.runs()).toEqual(["$HOME; rm two words 42 -0.5"]);
    expect(failures).toEqual([]);
  });

  test("runs once at a time and skips all but the newest of what waits", async () => {
    const gate = join(folder, "gate");
    const file = createCommandFile(folder, `while [ ! -e ${gate} ]; do sleep 0.01; done`);
    const { device } = setUp([file.path]);
    for (let value = 1; value <= 50; value++) device.run([value]);
    await until(() => file.runs().length === 1);
    writeFileSync(gate, "");
    await until(() => file.runs().length === 2);
    expect(file.runs()).toEqual(["1", "50"]);
  });

  test("says which values were the last that worked", async () => {
    const file = createCommandFile(folder, `[ "$1" -lt 50 ]`);
    const { device, failures, warnings } = setUp([file.path]);
    device.run([20]);
    await until(() => file.runs().length === 1);
    device.run([60]);
    await until(() => failures.length === 1);
    expect(failures).toEqual([[20]]);
    expect(warnings).toEqual(["a device's command failed"]);
  });

  test("a failure that newer values follow is not told", async () => {
    const gate = join(folder, "gate");
    const file = createCommandFile(folder, `while [ ! -e ${gate} ]; do sleep 0.01; done; [ "$1" -lt 50 ]`);
    const { device, failures, warnings } = setUp([file.path]);
    device.run([60]);
    device.run([20]);
    writeFileSync(gate, "");
    await until(() => file.runs().length === 2 && warnings.length === 1);
    expect(failures).toEqual([]);
  });

  test("ends a program that takes longer than five seconds", async () => {
    const file = createCommandFile(folder, "exec sleep 60");
    const { device, failures, advanceMs } = setUp([file.path]);
    device.run([1]);
    await until(() => file.runs().length === 1);
    advanceMs(4999);
    expect(failures).toEqual([]);
    advanceMs(1);
    await until(() => failures.length === 1);
  });

  test("a program that is not there is a failure", async () => {
    const { device, failures, warnings } = setUp([join(folder, "missing")]);
    device.run([1]);
    await until(() => failures.length === 1);
    expect(failures).toEqual([undefined]);
    expect(warnings[0]).toContain("cannot be started");
  });

  test("closing ends what runs and starts the program a last time where that is needed", async () => {
    const done = join(folder, "done");
    const file = createCommandFile(folder, `[ "$1" = 0 ] && : > ${done}; [ "$1" = 0 ] || exec sleep 60`);
    const { device } = setUp([file.path]);
    device.run([100]);
    await until(() => file.runs().length === 1);
    device.close([0]);
    await until(() => existsSync(done));
    expect(file.runs()).toEqual(["100", "0"]);
  });
});
