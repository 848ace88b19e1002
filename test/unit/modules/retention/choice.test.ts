import type { Database } from "bun:sqlite";
import { beforeEach, expect, test } from "bun:test";
import type { ServerConfig } from "../../../../src/config/server-config.ts";
import { createLog } from "../../../../src/core/log.ts";
import { createRetentionPart } from "../../../../src/modules/retention/backup-part.ts";
import { RetentionChoice } from "../../../../src/modules/retention/choice.ts";
import { AuditLog } from "../../../../src/storage/audit-log.ts";
import { EventLog } from "../../../../src/storage/event-log.ts";
import { RetentionTable } from "../../../../src/storage/retention-table.ts";
import { createManualClock } from "../../../support/manual-clock.ts";
import { memoryDatabase } from "../../../support/memory-database.ts";

const ACTOR = { user: "admin", address: "192.0.2.1" };
const DEFAULTS = { days: 0, bytes: 0, overwrite: false, delete_tagged: false };

type Config = Pick<ServerConfig, "recording" | "retention" | "origins">;

let database: Database;
let config: { -readonly [K in keyof Config]: Config[K] };
let changes: number;
beforeEach(() => {
  database = memoryDatabase();
  changes = 0;
  config = {
    recording: { minFreeBytes: 1, minFreePercent: 2, splitMinutes: 3 },
    retention: { days: 0, bytes: 0, overwrite: false, deleteTagged: false },
    origins: {},
  };
});

function setUp() {
  const clock = createManualClock();
  const table = new RetentionTable(database);
  const audit = new AuditLog(database, clock);
  const events = new EventLog(database, clock, createLog({ level: "error", write: () => undefined }, "test"));
  const onChanged = () => {
    changes += 1;
  };
  return { choice: new RetentionChoice({ config, table, audit, events, onChanged }), table, audit, events };
}

test("a choice is in force, written down, told and there after a restart", () => {
  const { choice, audit, events } = setUp();
  expect(choice.describe()).toEqual({ ...DEFAULTS, fixed: {} });
  expect(choice.change({ days: 30, overwrite: true }, ACTOR)).toEqual({
    ...{ ...DEFAULTS, days: 30, overwrite: true },
    fixed: {},
  });
  // what stays as it is, is no change
  choice.change({ days: 30, bytes: 0 }, ACTOR);
  expect(changes).toBe(1);
  const values = { "retention.days": 30, "retention.overwrite": true };
  expect(audit.list({ limit: 9 })).toMatchObject([
    { action: "settings-changed", user: "admin", subject: "retention.days,retention.overwrite", detail: values },
  ]);
  expect(events.list({ limit: 9 })).toMatchObject([{ kind: "settings-changed", data: { user: "admin", values } }]);
  expect(setUp().choice.rules()).toEqual({
    ...{ minFreeBytes: 1, minFreePercent: 2, days: 30, bytes: 0, overwrite: true, deleteTagged: false },
  });
});

test("what the configuration gives comes before, says where, and what was chosen is back without it", () => {
  const { choice } = setUp();
  choice.change({ days: 30 }, ACTOR);
  config.retention = { ...config.retention, days: 7, bytes: 5, deleteTagged: true };
  config.origins = { "retention.days": "file", "retention.bytes": "environment", "retention.delete_tagged": "flag" };
  expect(choice.describe()).toEqual({
    ...{ days: 7, bytes: 5, overwrite: false, delete_tagged: true },
    fixed: { days: "file", bytes: "environment", delete_tagged: "flag" },
  });
  for (const [change, words] of [
    [{ days: 8, overwrite: true }, "retention.days is set in the configuration file"],
    [{ bytes: 6 }, "by the variable ROTORDREAM_RETENTION_BYTES"],
    [{ delete_tagged: false }, "by a flag"],
  ] as const)
    expect(() => choice.change(change, ACTOR)).toThrow(words);
  expect([choice.rules().overwrite, changes]).toEqual([false, 1]);
  expect(choice.change({ days: 7, overwrite: true }, ACTOR).overwrite).toBe(true);
  config.retention = { ...config.retention, days: 0 };
  config.origins = {};
  expect(choice.rules().days).toBe(30);
});

test("a disk that refuses changes nothing", () => {
  const { choice, table } = setUp();
  database.run("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk full'); END");
  expect(() => choice.change({ days: 1 }, ACTOR)).toThrow("storage failed");
  expect([choice.rules().days, table.load().size, changes]).toEqual([0, 0, 0]);
});

test("rows of other versions are left out, and a backup takes rules alone", () => {
  database.run("INSERT INTO retention VALUES ('days', '\"x\"'), ('hours', '1'), ('bytes', '9')");
  const { choice, table } = setUp();
  expect([choice.rules().days, choice.rules().bytes]).toEqual([0, 9]);
  const part = createRetentionPart(table);
  for (const strange of [{ hours: 1 }, { days: -1 }, "x"]) expect(() => part.check(strange)).toThrow("no rule");
  part.check({});
  part.import({ days: 4, overwrite: true });
  expect(part.export(false)).toEqual({ days: 4, overwrite: true });
  expect(setUp().choice.rules()).toMatchObject({ days: 4, bytes: 0, overwrite: true });
});
