import { afterAll, beforeAll, expect } from "bun:test";
import { EXECUTABLE } from "../support/server.ts";
import {
  BOOT_LIMIT_MS,
  describeWithMachine,
  testInMachine,
  VIVID_WEBCAM,
  VirtualMachine,
} from "../support/virtual-machine.ts";

describeWithMachine("doctor on real drivers", () => {
  let machine: VirtualMachine;
  beforeAll(async () => {
    machine = await VirtualMachine.boot({ modules: [VIVID_WEBCAM, "vicodec"] });
  }, BOOT_LIMIT_MS);
  afterAll(() => machine.stop());

  const doctor = (prefix = "") => machine.run(`${prefix} ${EXECUTABLE} doctor --demo --source auto`);

  testInMachine("names the camera, its modes and the codecs beside it", async () => {
    const { stdout, exitCode } = await doctor();
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /ok {7}\/dev\/video0 vivid-\S+ \(driver vivid, id vivid\.0-video-index0\): YUYV, .* up to \d+x\d+ at \d+ fps\./,
    );
    expect(stdout).toContain("/dev/video0 will be used");
    expect(stdout).toMatch(/\/dev\/video1 \(stateful-encoder\) is a hardware codec/);
  });

  testInMachine("names who has the camera open", async () => {
    const holder = await machine.start("holder", "tail -f /dev/null 3</dev/video0");
    await machine.waitFor("ls -l /proc/*/fd 2>/dev/null | grep -q /dev/video0", 5000);
    expect((await doctor()).stdout).toMatch(/PROBLEM {2}\/dev\/video0 is open in tail \(pid \d+\)/);
    await machine.run(`kill ${holder}`);
  });

  testInMachine("tells a user without rights the line that gives them", async () => {
    const nobody = "setpriv --reuid nobody --regid nogroup --clear-groups";
    await machine.run("chgrp video /dev/video0 && chmod 660 /dev/video0");
    const { stdout, exitCode } = await doctor(nobody);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /\/dev\/video0 \(vivid-\S+\): nobody may not open it, not being in the group video\.\n +→ sudo usermod -aG video nobody/,
    );
    expect((await doctor("setpriv --reuid nobody --regid nogroup --groups video")).stdout).toContain(
      "/dev/video0 will be used",
    );
  });
});
