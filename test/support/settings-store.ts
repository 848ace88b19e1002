import { Database } from "bun:sqlite";
import { AppError } from "../../src/core/errors.ts";
import { createLog } from "../../src/core/log.ts";
import { type Permission, ROLE_PERMISSIONS } from "../../src/identity/permissions.ts";
import { ChangeJournal } from "../../src/settings/change-journal.ts";
import type { SettingOwner } from "../../src/settings/setting-owner.ts";
import { type SettingsChange, SettingsStore } from "../../src/settings/settings-store.ts";
import { AuditLog } from "../../src/storage/audit-log.ts";
import { EventLog } from "../../src/storage/event-log.ts";
import { MIGRATIONS } from "../../src/storage/migrations.ts";
import { SettingsTable } from "../../src/storage/settings-table.ts";
import { createManualOwner } from "./manual-owner.ts";
import { createManualTime } from "./manual-scheduler.ts";

export const OVERLAY = { enabled: false, position: "top-left", format: "%H:%M", text: "" };

/** A store over two device parts, a database in memory, and a journal; time moves by hand. */
export function createTestSettings(owners?: readonly SettingOwner[], database = openMemory()) {
  const image = createManualOwner({ brightness: 50, contrast: 50 }, { brightness: { supported: true, initial: 50 } });
  const stream = createManualOwner(
    { resolution: "1920x1080", overlay: OVERLAY, zoom: 1, "cam1-light": false, "cam1-exists": true },
    {
      resolution: { supported: true, options: ["1920x1080", "1280x720"] },
      zoom: { supported: true, minimum: 1, maximum: 4 },
      "cam1-light": { supported: false, reason: "no light is configured" },
    },
  );
  const { clock, scheduler, advanceMs } = createManualTime();
  const table = new SettingsTable(database, clock);
  const log = createLog({ level: "error", write: () => undefined }, "test");
  const store = new SettingsStore({ owners: owners ?? [image, stream], table, scheduler, log });
  const changes: SettingsChange[] = [];
  store.subscribe((change) => changes.push(change));
  const audit = new AuditLog(database, clock);
  const events = new EventLog(database, clock, log);
  const journal = new ChangeJournal({ audit, events, scheduler, log });
  store.subscribe((change) => journal.note(change));
  const actor = (permissions: readonly Permission[] = ROLE_PERMISSIONS.administrator, client = "rest") => ({
    user: "admin",
    address: "192.0.2.1",
    permissions: new Set(permissions),
    client,
  });
  /** Settles an update whose writing the manual scheduler has to be moved for. */
  const update = async (values: Readonly<Record<string, unknown>>, who = actor()) => {
    const updated = store.update(values, who);
    advanceMs(1);
    return Object.fromEntries(await updated);
  };
  return { store, image, stream, changes, table, database, audit, events, journal, actor, update, advanceMs };
}

/** An empty database. */
export function openMemory(): Database {
  const database = new Database(":memory:", { strict: true });
  for (const sql of MIGRATIONS) database.run(sql);
  return database;
}

/** The error that a promise is to end with. */
export async function failureOf(promise: Promise<unknown>): Promise<AppError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("it succeeded");
}
