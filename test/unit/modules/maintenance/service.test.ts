import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { createHostControl } from "../../../../src/app/host-control.ts";
import { AppError } from "../../../../src/core/errors.ts";
import { createLog, lineSink } from "../../../../src/core/log.ts";
import { createBackups } from "../../../../src/modules/maintenance/backup.ts";
import { createPresetsPart } from "../../../../src/modules/maintenance/presets-part.ts";
import { createMaintenanceService } from "../../../../src/modules/maintenance/service.ts";
import { AuditLog } from "../../../../src/storage/audit-log.ts";
import { createCrypto } from "../../../../src/storage/crypto.ts";
import { createTestDatabase, type TestDatabase } from "../../../support/database.ts";
import { ADMIN_PASSWORD as PASSWORD, startTestIdentity } from "../../../support/identity.ts";
import { createManualTime } from "../../../support/manual-scheduler.ts";

const ADMIN = { user: "admin", address: "192.0.2.1", isSecure: true };

let made: TestDatabase;
let restarts: number;
let steps: string[];
beforeEach(() => {
  made = createTestDatabase();
  restarts = 0;
  steps = [];
});
afterEach(() => made[Symbol.dispose]());

interface Options {
  readonly managesHost?: boolean;
  readonly reboot?: readonly string[];
  readonly removeInitialPassword?: () => void;
  readonly onReplaced?: () => void;
}

async function setUp(options: Options = {}) {
  const { database } = made;
  const { clock, scheduler } = createManualTime();
  const crypto = createCrypto();
  const audit = new AuditLog(database, clock);
  const log = createLog(
    lineSink("error", false, clock.wallMs, () => undefined),
    "test",
  );
  const service = createMaintenanceService({
    database,
    audit,
    authenticator: (await startTestIdentity({ clock, scheduler, log, loginFailures: 2 })).authenticator,
    backups: createBackups({ database, clock, crypto, productVersion: "1", parts: [createPresetsPart(database)] }),
    host: createHostControl(() => {
      restarts += 1;
    }, options.reboot),
    removeInitialPassword: options.removeInitialPassword ?? (() => void steps.push("password removed")),
    onReplaced: options.onReplaced ?? (() => void steps.push("replaced")),
    managesHost: options.managesHost ?? false,
    limits: () => ({ loginFailures: 2 }),
  });
  return {
    service,
    audit,
    actions: () => audit.list({ limit: 10 }).map(({ action, subject }) => `${action} ${subject}`),
  };
}

const failure = (result: Promise<unknown>) =>
  result.then(
    () => undefined,
    (error: unknown) => (error instanceof AppError ? error : undefined),
  );

test("a restart is written down and asked for", async () => {
  const { service, actions } = await setUp();
  service.restart(ADMIN);
  expect([restarts, actions()]).toEqual([1, ["system-restarted restart"]]);
});

test("the machine is rebooted only where it is the server's, and a refusal is told", async () => {
  const foreign = await failure((await setUp()).service.reboot(ADMIN));
  expect([foreign?.kind, foreign?.detail.key]).toEqual(["not-supported", "onvif.manage_host"]);
  expect(await failure((await setUp({ managesHost: true, reboot: ["true"] })).service.reboot(ADMIN))).toBeUndefined();
  for (const command of ["false", "no-such-command"]) {
    const refused = await failure((await setUp({ managesHost: true, reboot: [command] })).service.reboot(ADMIN));
    expect(refused?.kind).toBe("unavailable");
  }
});

test("a factory reset empties every table, also on disk, and leaves the line that tells of it", async () => {
  const { database, folder } = made;
  database.run("INSERT INTO users VALUES ('eve', 'viewer', '[]', 'hash', x'00', NULL, 0, 0, 0, 1)");
  database.run(
    "INSERT INTO tokens (id, kind, secret_hash, user, name, created_ms) VALUES ('t', 'token', x'01', 'eve', 'n', 0)",
  );
  database.run("INSERT INTO settings VALUES ('overlay', 'something private', 0)");
  database.run("INSERT INTO ptz_presets VALUES ('1', 'door', 0, 0, 1)");
  database.run("INSERT INTO events (time_ms, kind, data) VALUES (0, 'motion-start', '{}')");
  const { service, actions } = await setUp();
  await service.factoryReset(ADMIN, PASSWORD);
  const tables = database
    .query<{ name: string }, []>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .all()
    .map(({ name }) => name);
  expect(tables.length).toBeGreaterThan(5);
  const counts = tables.map((name) => [name, database.query(`SELECT count(*) AS n FROM ${name}`).get()]);
  expect(Object.fromEntries(counts)).toEqual(
    Object.fromEntries(tables.map((name) => [name, { n: name === "audit" ? 1 : 0 }])),
  );
  expect(actions()).toEqual(["factory-reset device"]);
  expect(restarts).toBe(1);
  database.run("PRAGMA wal_checkpoint(TRUNCATE)");
  for (const file of ["rotordream.db", "rotordream.db-wal"])
    expect(readFileSync(`${folder}/${file}`, "latin1")).not.toContain("something private");
});

const settings = () => made.database.query("SELECT key FROM settings").all();

test("a factory reset is done or not: with its line, and with the restart whatever fails after it", async () => {
  const { database } = made;
  database.run("INSERT INTO settings VALUES ('overlay', '1', 0)");
  const fails = () => {
    throw new Error("no");
  };
  await expect((await setUp({ removeInitialPassword: fails })).service.factoryReset(ADMIN, PASSWORD)).rejects.toThrow();
  database.run("ALTER TABLE audit RENAME TO gone");
  await expect((await setUp()).service.factoryReset(ADMIN, PASSWORD)).rejects.toThrow("audit");
  database.run("ALTER TABLE gone RENAME TO audit");
  expect([settings().length, restarts, steps]).toEqual([1, 0, ["password removed"]]);
  await expect((await setUp({ onReplaced: fails })).service.factoryReset(ADMIN, PASSWORD)).rejects.toThrow("no");
  expect([settings().length, restarts]).toEqual([0, 1]);
});

describe("what is still under way when everything was replaced", () => {
  /** Rows of each table after all of them were written to. */
  function written(): Readonly<Record<string, number>> {
    const { database } = made;
    database.run("INSERT INTO users VALUES ('eve', 'viewer', '[]', 'hash', x'00', NULL, 0, 0, 0, 1)");
    database.run("INSERT INTO settings VALUES ('fps', '1', 0) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
    database.run("INSERT INTO ptz_presets VALUES ('2', 'window', 0, 0, 1)");
    database.run("UPDATE ptz_presets SET name = 'changed'");
    database.run("INSERT INTO events (time_ms, kind, data) VALUES (0, 'motion-start', '{}')");
    const count = (table: string) =>
      database.query<{ n: number }, []>(`SELECT count(*) AS n FROM ${table}`).get()?.n ?? -1;
    const tables = ["users", "tokens", "settings", "ptz_presets", "events", "audit"];
    return Object.fromEntries(tables.map((table) => [table, count(table)]));
  }

  test("gets nothing into a restored backup, while what ends in order goes on", async () => {
    made.database.run("INSERT INTO ptz_presets VALUES ('1', 'door', 0, 0, 1)");
    const { service } = await setUp();
    const backup = await service.backup(ADMIN, undefined);
    await service.restore(ADMIN, backup);
    expect([restarts, steps]).toEqual([1, ["replaced"]]);
    expect(written()).toEqual({ users: 0, tokens: 0, settings: 0, ptz_presets: 1, events: 1, audit: 2 });
    expect(made.database.query("SELECT name FROM ptz_presets").all()).toEqual([{ name: "door" }]);
    for (const late of [service.restore(ADMIN, backup), service.factoryReset(ADMIN, PASSWORD)])
      expect(await failure(late)).toMatchObject({ kind: "unavailable" });
    expect(restarts).toBe(1);
  });

  test("gets nothing into a device after its factory reset", async () => {
    const { service } = await setUp();
    await service.factoryReset(ADMIN, PASSWORD);
    expect([restarts, steps]).toEqual([1, ["password removed", "replaced"]]);
    expect(written()).toEqual({ users: 0, tokens: 0, settings: 0, ptz_presets: 0, events: 0, audit: 1 });
  });
});

test("a backup whose line cannot be written is not restored", async () => {
  const { database } = made;
  const { service } = await setUp();
  const backup = await service.backup(ADMIN, undefined);
  database.run("INSERT INTO ptz_presets VALUES ('1', 'door', 0, 0, 1)");
  database.run("ALTER TABLE audit RENAME TO gone");
  await expect(service.restore(ADMIN, backup)).rejects.toThrow("audit");
  expect([database.query("SELECT id FROM ptz_presets").all().length, restarts]).toEqual([1, 0]);
});

test("a wrong password changes nothing and counts as a failed login", async () => {
  const { service } = await setUp();
  made.database.run("INSERT INTO settings VALUES ('overlay', '1', 0)");
  const kinds = [];
  for (const password of ["no", "no", PASSWORD])
    kinds.push((await failure(service.factoryReset(ADMIN, password)))?.kind);
  expect(kinds).toEqual(["forbidden", "forbidden", "locked-out"]);
  expect(settings()).toEqual([{ key: "overlay" }]);
  expect(restarts).toBe(0);
});

test("a backup is written down; a restored one restarts, one that fails does not", async () => {
  const { service, actions } = await setUp();
  const backup = await service.backup(ADMIN, undefined);
  expect(await service.restore(ADMIN, backup)).toEqual(["presets"]);
  expect(restarts).toBe(1);
  expect(await failure(service.restore(ADMIN, { parts: { presets: 1 } }))).toMatchObject({ kind: "bad-request" });
  expect([restarts, actions()]).toEqual([1, ["backup-restored device", "backup-made device"]]);
});
