import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "../../../../src/core/log.ts";
import { RightsChanges, watchRights } from "../../../../src/modules/session/rights-changes.ts";
import { openDatabase } from "../../../../src/storage/database.ts";
import { createManualTime } from "../../../support/manual-scheduler.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("what another connection changes is noticed within two seconds, our own changes are not told again", () => {
  const { scheduler, advanceMs } = createManualTime();
  const [database, other] = [openDatabase(folder), openDatabase(folder)];
  const log = createLog({ level: "error", write: () => undefined }, "test");
  const changes = new RightsChanges(log);
  let told = 0;
  let ended = 0;
  changes.subscribe(() => {
    told += 1;
  });
  const stop = watchRights({ database, scheduler, log, changes, removeEnded: () => ended });
  const change = (from: typeof database) =>
    from.run("INSERT INTO events (time_ms, kind, data) VALUES (0, 'motion-start', '{}')");

  advanceMs(5000);
  change(database);
  advanceMs(5000);
  expect(told).toBe(0);
  change(other);
  advanceMs(2000);
  expect(told).toBe(1);
  ended = 1;
  advanceMs(30_000);
  expect(told).toBe(2);
  stop();
  change(other);
  advanceMs(60_000);
  expect(told).toBe(2);
  database.close();
  other.close();
});

test("who fails at a change keeps it from nobody else, and is logged", () => {
  const errors: string[] = [];
  const log = createLog({ level: "error", write: (_level, _module, message) => void errors.push(message) }, "test");
  const changes = new RightsChanges(log);
  const told: number[] = [];
  changes.subscribe(() => void told.push(1));
  changes.subscribe(() => {
    throw new Error("no");
  });
  changes.subscribe(() => void told.push(3));
  changes.notify();
  expect([told, errors]).toEqual([[1, 3], ["a part of the server could not follow a change of rights"]]);
});

test("a database that fails is logged, and looked at again", () => {
  const { scheduler, advanceMs } = createManualTime();
  const database = openDatabase(folder);
  const errors: string[] = [];
  const log = createLog({ level: "error", write: (_level, _module, message) => void errors.push(message) }, "test");
  watchRights({ database, scheduler, log, changes: new RightsChanges(log), removeEnded: () => 0 });
  database.close();
  advanceMs(2000);
  expect(errors).toEqual(Array(2).fill("changes of users could not be looked up"));
});
