import { afterEach, beforeEach, expect, test } from "bun:test";
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
beforeEach(() => {
  made = createTestDatabase();
  restarts = 0;
});
afterEach(() => made[Symbol.dispose]());

async function setUp(options: { managesHost?: boolean; reboot?: readonly string[] } = {}) {
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

test("a wrong password changes nothing and counts as a failed login", async () => {
  const { service } = await setUp();
  made.database.run("INSERT INTO settings VALUES ('overlay', '1', 0)");
  const kinds = [];
  for (const password of ["no", "no", PASSWORD])
    kinds.push((await failure(service.factoryReset(ADMIN, password)))?.kind);
  expect(kinds).toEqual(["forbidden", "forbidden", "locked-out"]);
  expect(made.database.query("SELECT key FROM settings").all()).toEqual([{ key: "overlay" }]);
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
