import type { Database } from "bun:sqlite";
import { defectText } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { Scheduler } from "../../core/scheduler.ts";

/** `rotordream user` works beside a running server, which notices within 2 s (auth.md). */
const LOOK_EVERY_MS = 1000;
/** Tokens that expired end what they opened so much later at most. */
const SWEEP_EVERY_MS = 30_000;

/** Tells everybody who serves somebody that rights shrank or logins ended; one who fails keeps it from nobody else. */
export class RightsChanges {
  readonly #log: Pick<Log, "error">;
  readonly #listeners = new Set<() => void>();

  constructor(log: Pick<Log, "error">) {
    this.#log = log;
  }

  /** Returns how to stop listening. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  notify(): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener();
      } catch (error) {
        this.#log.error("a part of the server could not follow a change of rights", { error: defectText(error) });
      }
    }
  }
}

/** What is watched. */
export interface WatchedRights {
  readonly database: Database;
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly changes: RightsChanges;
  /** Forgets ended tokens; returns how many. */
  readonly removeEnded: () => number;
}

/** Notifies of what other processes change in the database and of logins that end by time. Returns how to stop. */
export function watchRights({ database, scheduler, log, changes, removeEnded }: WatchedRights): () => void {
  // Changes when another connection commits, never by our own writes.
  const version = () => database.query<{ data_version: number }, []>("PRAGMA data_version").get()?.data_version;
  let seen = version();
  const attempt = (work: () => void) => () => {
    try {
      work();
    } catch (error) {
      log.error("changes of users could not be looked up", { error: defectText(error) });
    }
  };
  const stops = [
    scheduler.every(
      LOOK_EVERY_MS,
      attempt(() => {
        const now = version();
        if (now === seen) return;
        seen = now;
        changes.notify();
      }),
    ),
    scheduler.every(
      SWEEP_EVERY_MS,
      attempt(() => {
        if (removeEnded() > 0) changes.notify();
      }),
    ),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
