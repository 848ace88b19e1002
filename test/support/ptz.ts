import type { Database } from "bun:sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PictureStage } from "../../native/ts/index.ts";
import { createDigitalDriver } from "../../src/camera/ptz/digital-driver.ts";
import type { PtzDriver } from "../../src/camera/ptz/driver.ts";
import { PtzPresets } from "../../src/camera/ptz/presets.ts";
import { Ptz } from "../../src/camera/ptz/ptz.ts";
import { PtzSettings } from "../../src/camera/ptz/ptz-settings.ts";
import { AppError } from "../../src/core/errors.ts";
import type { Json } from "../../src/core/json.ts";
import { createLog } from "../../src/core/log.ts";
import type { SettingName } from "../../src/settings/keys.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { createManualTime } from "./manual-scheduler.ts";

const log = createLog({ level: "error", write: () => undefined }, "ptz");

/** A database in a folder of its own; disposing it removes both. */
export function createPtzDatabase(): Disposable & { readonly database: Database } {
  const folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
  const database = openDatabase(folder);
  return {
    database,
    [Symbol.dispose]() {
      database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Movement on a real database and a clock that tests move; digital unless another driver is made. */
export function createTestPtz(database: Database, makeDriver?: () => PtzDriver) {
  const time = createManualTime();
  const stages: Partial<PictureStage>[] = [];
  const driver = makeDriver?.() ?? createDigitalDriver({ adjust: (stage) => void stages.push(stage) });
  const ptz = new Ptz({ driver, presets: new PtzPresets(database), log, ...time });
  const settings = new PtzSettings(ptz, log);
  let changes = 0;
  settings.onChanged(() => {
    changes += 1;
  });
  const apply = (values: Partial<Record<SettingName, Json>>, client = "one") =>
    settings.apply(new Map(Object.entries(values)) as ReadonlyMap<SettingName, Json>, client);
  return { ptz, settings, stages, apply, changes: () => changes, ...time };
}

/** What an act is refused with. */
export function kindOf(act: () => void): string {
  try {
    act();
    return "none";
  } catch (error) {
    return error instanceof AppError ? `${error.kind}: ${error.message}` : String(error);
  }
}
