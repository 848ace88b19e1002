import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCommandDriver } from "../../../../src/camera/ptz/command-driver.ts";
import { createLog } from "../../../../src/core/log.ts";
import { createCommandFile } from "../../../support/command-file.ts";
import { createManualTime } from "../../../support/manual-scheduler.ts";
import { createPtzDatabase, createTestPtz } from "../../../support/ptz.ts";
import { until } from "../../../support/until.ts";

test("a camera that a program moves is in motion while that runs", async () => {
  using stored = createPtzDatabase();
  const folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
  try {
    const gate = join(folder, "gate");
    const file = createCommandFile(folder, `while [ ! -e ${gate} ]; do sleep 0.01; done`);
    const log = createLog({ level: "error", write: () => undefined }, "device");
    const { scheduler } = createManualTime();
    const { ptz } = createTestPtz(stored.database, () => createCommandDriver({ command: [file.path], scheduler, log }));
    expect(ptz.moving).toEqual({ panTilt: false, zoom: false });
    ptz.travel({ pan: 0.5 }, { panTilt: 1, zoom: 1 }, "one");
    expect(ptz.moving.panTilt).toBe(true);
    await until(() => file.runs().length === 1);
    expect(ptz.moving.panTilt).toBe(true);
    writeFileSync(gate, "");
    await until(() => !ptz.moving.panTilt);
    expect([file.runs(), ptz.position.pan]).toEqual([["0.5 0 1"], 0.5]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
