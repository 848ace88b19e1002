import { expect, test } from "bun:test";
import { AuditLog } from "../../../src/storage/audit-log.ts";
import { OnvifStore } from "../../../src/storage/onvif-store.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { memoryDatabase } from "../../support/memory-database.ts";
import { ACTOR } from "../../support/stores.ts";

test("the endpoint stays, every start counts, and versions grow only with the metadata", () => {
  const database = memoryDatabase();
  const audit = new AuditLog(database, createManualClock());
  const first = new OnvifStore(database, audit);
  expect(first.endpoint).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
  expect([first.metadataVersion("a"), first.metadataVersion("a"), first.metadataVersion("b")]).toEqual([1, 1, 2]);
  const second = new OnvifStore(database, audit);
  expect([second.endpoint, second.instance]).toEqual([first.endpoint, first.instance + 1]);
  expect([second.metadataVersion("b"), second.metadataVersion("a")]).toEqual([2, 3]);
});

test("what is saved is there again, with a line in the audit log", () => {
  const database = memoryDatabase();
  const audit = new AuditLog(database, createManualClock());
  const store = new OnvifStore(database, audit);
  expect(store.load("scopes")).toBeUndefined();
  store.save(ACTOR, "scopes", ["a:b"]);
  store.save(ACTOR, "scopes", ["a:c"]);
  expect(new OnvifStore(database, audit).load("scopes")).toEqual(["a:c"]);
  expect(audit.latest("settings-changed")).toMatchObject({
    user: "admin",
    subject: "onvif.scopes",
    detail: { value: ["a:c"] },
  });
});
