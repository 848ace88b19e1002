import type { Database } from "bun:sqlite";
import type { Clock } from "../core/clock.ts";
import { defectText } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { Log } from "../core/log.ts";
import type { AuditAction } from "./audit-actions.ts";
import { filterSql, type LogFilter } from "./log-filter.ts";

/** Who does something, from where. */
export interface Actor {
  /** Undefined: nobody is logged in. */
  readonly user: string | undefined;
  /** Peer address; `local` for the command line. */
  readonly address: string;
}

/** One line. */
export interface AuditEntry {
  readonly id: number;
  readonly timeMs: number;
  readonly user: string | undefined;
  readonly address: string;
  readonly action: AuditAction;
  /** What it was done to: a user name, a settings key, a token's name. */
  readonly subject: string;
  readonly detail: Readonly<Record<string, Json>>;
}

/** What part of the log to show. */
export interface AuditQuery extends LogFilter {
  /** Exactly this user's lines. */
  readonly user?: string | undefined;
  readonly action?: AuditAction | undefined;
}

/** Years of an ordinary device, some megabytes of a busy one. */
const CAPACITY = 20_000;
const TRIM_EVERY = 100;
/** Slider changes of one key by one user within this time are one line. */
const MERGE_MS = 2000;
const SEARCHED = ["user", "address", "subject", "detail"];

type Row = {
  readonly id: number;
  readonly time_ms: number;
  readonly user: string | null;
  readonly address: string;
  readonly action: AuditAction;
  readonly subject: string;
  readonly detail: string;
};

/** Who did what, kept in the database, oldest leaving. */
export class AuditLog {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** `detail` never holds secrets. */
  record(actor: Actor, action: AuditAction, subject: string, detail: AuditEntry["detail"] = {}): void {
    const { lastInsertRowid } = this.#database
      .query(
        `INSERT INTO audit (time_ms, user, address, action, subject, detail)
         VALUES ($timeMs, $user, $address, $action, $subject, $detail)`,
      )
      .run({
        timeMs: Math.trunc(this.#clock.wallMs()),
        user: actor.user ?? null,
        address: actor.address,
        action,
        subject,
        detail: JSON.stringify(detail),
      });
    const id = Number(lastInsertRowid);
    if (id % TRIM_EVERY === 0) this.#database.query("DELETE FROM audit WHERE id <= $last").run({ last: id - CAPACITY });
  }

  /** The same for what must be done on a full disk too: then the log says what could not be written down. */
  recordAnyway(log: Pick<Log, "error">, ...line: Parameters<AuditLog["record"]>): void {
    try {
      this.record(...line);
    } catch (error) {
      const [{ user = null, address }, action, subject] = line;
      log.error("the audit log could not be written", { user, address, action, subject, reason: defectText(error) });
    }
  }

  /** The same, but becomes part of the line before when that one is of the same user, address and subject and at most 2 s old. */
  recordMerged(actor: Actor, action: AuditAction, subject: string, detail: AuditEntry["detail"]): void {
    const since = Math.trunc(this.#clock.wallMs()) - MERGE_MS;
    const { changes } = this.#database
      .query(
        `UPDATE audit SET time_ms = $timeMs, detail = $detail WHERE id = (
           SELECT id FROM (SELECT * FROM audit ORDER BY id DESC LIMIT 32)
           WHERE action = $action AND subject = $subject AND user IS $user AND address = $address AND time_ms BETWEEN $since AND $timeMs
           ORDER BY id DESC LIMIT 1)`,
      )
      .run({
        timeMs: since + MERGE_MS,
        since,
        action,
        subject,
        user: actor.user ?? null,
        address: actor.address,
        detail: JSON.stringify(detail),
      });
    if (changes === 0) this.record(actor, action, subject, detail);
  }

  /** The newest line of an action. */
  latest(action: AuditAction): AuditEntry | undefined {
    const row = this.#database
      .query<Row, Record<string, string>>("SELECT * FROM audit WHERE action = $action ORDER BY id DESC LIMIT 1")
      .get({ action });
    return row === null ? undefined : entryOf(row);
  }

  /** Newest first. */
  list({ user, action, ...filter }: AuditQuery): readonly AuditEntry[] {
    const own = [["user = ?", user] as const, ["action = ?", action] as const];
    const { sql, values } = filterSql(filter, SEARCHED, own);
    return this.#database
      .query<Row, (string | number)[]>(`SELECT * FROM audit ${sql}`)
      .all(...values)
      .map(entryOf);
  }
}

function entryOf(row: Row): AuditEntry {
  return {
    id: row.id,
    timeMs: row.time_ms,
    user: row.user ?? undefined,
    address: row.address,
    action: row.action,
    subject: row.subject,
    detail: JSON.parse(row.detail),
  };
}
