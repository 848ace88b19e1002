import type { Database } from "bun:sqlite";
import type { Clock } from "../core/clock.ts";
import { defectText } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { Log } from "../core/log.ts";
import { filterSql, type LogFilter } from "./log-filter.ts";

/** What can happen to the device; the closed list of contract websocket.md. */
export const EVENT_KINDS = [
  "camera-offline",
  "camera-online",
  "motion-start",
  "motion-stop",
  "tampering",
  "recording-started",
  "recording-finished",
  "recording-failed",
  "storage-low",
  "encoder-fallback",
  "login-failed",
  "locked-out",
  "certificate-expiring",
  "settings-changed",
] as const;

/** One of them. */
export type EventKind = (typeof EVENT_KINDS)[number];

/** Something that happened. */
export interface DeviceEvent {
  /** Grows with time. */
  readonly id: number;
  readonly kind: EventKind;
  readonly timeMs: number;
  /** Never secrets. */
  readonly data: Readonly<Record<string, Json>>;
}

/** What part of the log to show. */
export interface EventQuery extends LogFilter {
  readonly kind?: EventKind | undefined;
}

/** A log of this many events holds weeks of a busy device in a few megabytes. */
const CAPACITY = 10_000;
/** Deleting what is over the capacity need not be done at each event. */
const TRIM_EVERY = 100;

/** The device's one event bus: what is published is kept, newest 10,000, and told to every listener. */
export class EventLog {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #log: Pick<Log, "error">;
  readonly #listeners = new Set<(event: DeviceEvent) => void>();
  #lastId: number;

  constructor(database: Database, clock: Clock, log: Pick<Log, "error">) {
    this.#database = database;
    this.#clock = clock;
    this.#log = log;
    // of those that were deleted too
    const row = database.query<{ seq: number }, []>("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get();
    this.#lastId = row?.seq ?? 0;
  }

  /** Tells everybody and then writes it down: who waits for an event shall not wait for the disk. Never throws: whoever publishes has more to do, so that the log says what failed. */
  publish(kind: EventKind, data: DeviceEvent["data"]): DeviceEvent {
    this.#lastId += 1;
    const event = { id: this.#lastId, kind, timeMs: Math.trunc(this.#clock.wallMs()), data };
    for (const listener of this.#listeners) this.#attempt(event, "an event could not be told", () => listener(event));
    this.#attempt(event, "an event could not be written down", () => this.#write(event));
    return event;
  }

  /** Newest first. */
  list({ kind, ...filter }: EventQuery): readonly DeviceEvent[] {
    type Row = { readonly id: number; readonly time_ms: number; readonly kind: EventKind; readonly data: string };
    const { sql, values } = filterSql(filter, ["data"], [["kind = ?", kind]]);
    return this.#database
      .query<Row, (string | number)[]>(`SELECT id, time_ms, kind, data FROM events ${sql}`)
      .all(...values)
      .map((row) => ({ id: row.id, kind: row.kind, timeMs: row.time_ms, data: JSON.parse(row.data) }));
  }

  /** Calls `listener` with each new event; returns how to stop that. */
  subscribe(listener: (event: DeviceEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #attempt({ kind }: DeviceEvent, failure: string, task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#log.error(failure, { event: kind, reason: defectText(error) });
    }
  }

  #write({ id, timeMs, kind, data }: DeviceEvent): void {
    this.#database
      .query("INSERT INTO events (id, time_ms, kind, data) VALUES ($id, $timeMs, $kind, $data)")
      .run({ id, timeMs, kind, data: JSON.stringify(data) });
    if (id % TRIM_EVERY === 0) {
      this.#database.query("DELETE FROM events WHERE id <= $last").run({ last: id - CAPACITY });
    }
  }
}
