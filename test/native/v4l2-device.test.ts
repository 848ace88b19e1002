import { expect } from "bun:test";
import { join } from "node:path";
import {
  BOOT_LIMIT_MS,
  describeWithMachine,
  testInMachine,
  VIVID_WEBCAM,
  VirtualMachine,
} from "../support/virtual-machine.ts";

const ROOT = join(import.meta.dir, "../..");

describeWithMachine("Device in a virtual machine", () => {
  for (const multiplanar of [0, 1])
    testInMachine(
      multiplanar ? "multi-planar" : "single-planar",
      async () => {
        const module = `${VIVID_WEBCAM} multiplanar=${multiplanar + 1}`;
        const machine = await VirtualMachine.boot({ modules: [module] });
        const tests = `${process.execPath} test ./test/native/v4l2-device.guest.ts`;
        const { exitCode, stderr } = await machine.run(`cd ${ROOT} && MULTIPLANAR=${multiplanar} ${tests}`);
        await machine.stop();
        expect({ exitCode, report: exitCode === 0 ? "" : stderr }).toEqual({ exitCode: 0, report: "" });
      },
      BOOT_LIMIT_MS,
    );
});
