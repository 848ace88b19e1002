import { expect, test } from "bun:test";
import { createLog } from "../../../src/core/log.ts";
import { EventLog } from "../../../src/storage/event-log.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { memoryDatabase } from "../../support/memory-database.ts";

test("a listener that fails keeps nobody from hearing, and the event is written down", () => {
  const lines: string[] = [];
  const sink = { level: "error", write: (_: string, __: string, message: string) => void lines.push(message) } as const;
  const events = new EventLog(memoryDatabase(), createManualClock(), createLog(sink, "test"));
  const told: string[] = [];
  events.subscribe(() => {
    throw new Error("a defect");
  });
  events.subscribe(({ kind }) => told.push(kind));
  events.publish("storage-low", {});
  expect(told).toEqual(["storage-low"]);
  expect(lines).toEqual(["an event could not be told"]);
  expect(events.list({ limit: 9 }).length).toBe(1);
});

test("an event that cannot be written down is told all the same, and the log says so", () => {
  const database = memoryDatabase();
  const lines: string[] = [];
  const sink = { level: "error", write: (_: string, __: string, message: string) => void lines.push(message) } as const;
  const events = new EventLog(database, createManualClock(), createLog(sink, "test"));
  const told: string[] = [];
  events.subscribe(({ kind }) => told.push(kind));
  database.run("PRAGMA query_only = ON"); // as where the disk is read-only or full
  events.publish("storage-low", {});
  database.run("PRAGMA query_only = OFF");
  events.publish("recording-failed", { reason: "the disk is full" });
  expect(told).toEqual(["storage-low", "recording-failed"]);
  expect(lines).toEqual(["an event could not be written down"]);
  expect(events.list({ limit: 9 }).map(({ kind }) => kind)).toEqual(["recording-failed"]);
});
