import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { BOOT_LIMIT_MS, VIVID_WEBCAM, VirtualMachine, virtualMachineProblem } from "../support/virtual-machine.ts";

const ROOT = join(import.meta.dir, "../..");

const problem = virtualMachineProblem();
if (problem !== undefined) console.log(`skipped: devices and controls on a real driver: ${problem}`);

describe.skipIf(problem !== undefined)("Device in a virtual machine", () => {
  for (const multiplanar of [0, 1])
    test(
      multiplanar ? "multi-planar" : "single-planar",
      async () => {
        const module = `${VIVID_WEBCAM} multiplanar=${multiplanar + 1}`;
        const machine = await VirtualMachine.boot({ modules: [module], limitSeconds: 60 });
        const tests = `${process.execPath} test ./test/native/v4l2-device.guest.ts`;
        const { exitCode, stderr } = await machine.run(`cd ${ROOT} && MULTIPLANAR=${multiplanar} ${tests}`);
        await machine.stop();
        expect({ exitCode, report: exitCode === 0 ? "" : stderr }).toEqual({ exitCode: 0, report: "" });
      },
      BOOT_LIMIT_MS,
    );
});
