import { AppError, defectText } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { Log } from "../core/log.ts";
import type { Scheduler } from "../core/scheduler.ts";

/** Values by key; undefined removes one. */
export type WrittenValues = ReadonlyMap<string, Json | undefined>;

/** What nobody waits for is written together with the next that somebody does, at the latest after this. */
const LATER_MS = 1000;

/**
 * Writes changed settings to disk, those of one turn of the event loop in one transaction: where a disk takes long to confirm, more
 * of them share it, and nobody waits for more than two.
 */
export class WriteBehind {
  readonly #table: { load(): ReadonlyMap<string, Json>; save(values: WrittenValues): void };
  readonly #scheduler: Scheduler;
  readonly #log: Log;
  #waiting = new Map<string, Json | undefined>();
  #done: PromiseWithResolvers<void> | undefined;
  /** How to take back what waits, in the order of the changes. */
  #takeBacks: (() => void)[] = [];
  #cancelLater: (() => void) | undefined;

  constructor(
    table: { load(): ReadonlyMap<string, Json>; save(values: WrittenValues): void },
    scheduler: Scheduler,
    log: Log,
  ) {
    this.#table = table;
    this.#scheduler = scheduler;
    this.#log = log;
  }

  /**
   * Resolves when the values are on disk. AppError `unavailable` (`STORAGE_UNAVAILABLE`) when they cannot be written: then none of this
   * turn is, and all of its changes were taken back with `takeBack`, the last one first, so that what was before the first one is left.
   */
  write(values: WrittenValues, takeBack: () => void): Promise<void> {
    if (values.size === 0) return Promise.resolve();
    this.#takeBacks.push(takeBack);
    for (const [key, value] of values) this.#waiting.set(key, value);
    if (this.#done === undefined) {
      this.#done = Promise.withResolvers();
      this.#scheduler.after(0, () => this.flush());
    }
    return this.#done.promise;
  }

  /** Writes within a second; a failure is only logged. */
  writeLater(values: WrittenValues): void {
    for (const [key, value] of values) this.#waiting.set(key, value);
    this.#cancelLater ??= this.#scheduler.after(LATER_MS, () => this.flush());
  }

  /** Everything that is kept, what waits included. */
  all(): ReadonlyMap<string, Json> {
    const rows = new Map(this.#table.load());
    for (const [key, value] of this.#waiting) {
      if (value === undefined) rows.delete(key);
      else rows.set(key, value);
    }
    return rows;
  }

  /** Writes now what waits. */
  flush(): void {
    const { values, done, takeBacks } = this.#take();
    try {
      if (values.size > 0) this.#table.save(values);
    } catch (error) {
      this.#log.error("settings cannot be written", { reason: defectText(error) });
      this.#fail(takeBacks);
      done?.reject(storageFailed());
      return;
    }
    done?.resolve();
  }

  /** Writes nothing of what waits; who waits for it gets `reason`. */
  discard(reason: AppError): void {
    const { done, takeBacks } = this.#take();
    this.#fail(takeBacks);
    done?.reject(reason);
  }

  #take() {
    const taken = { values: this.#waiting, done: this.#done, takeBacks: this.#takeBacks };
    this.#cancelLater?.();
    [this.#waiting, this.#done, this.#takeBacks, this.#cancelLater] = [new Map(), undefined, [], undefined];
    return taken;
  }

  #fail(takeBacks: readonly (() => void)[]): void {
    for (const takeBack of takeBacks.toReversed()) {
      try {
        takeBack();
      } catch (error) {
        this.#log.error("a change could not be taken back", { reason: defectText(error) });
      }
    }
  }
}

function storageFailed(): AppError {
  return new AppError(
    "unavailable",
    "The setting cannot be kept because the storage failed; free some space and try again",
    { errorCode: "STORAGE_UNAVAILABLE" },
  );
}
