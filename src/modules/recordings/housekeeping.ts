import { sentenceOf } from "../../core/disk-failure.ts";
import type { Log } from "../../core/log.ts";
import type { Scheduler } from "../../core/scheduler.ts";
import { type RecoveryParts, recover } from "./recovery.ts";
import { type RetentionParts, tidy } from "./retention.ts";

const TIDY_EVERY_MS = 60_000;

/** Brings rows and files together at the start, and deletes what is to go from time to time; one after the other, in the background. */
export class Housekeeping {
  readonly #parts: RecoveryParts & RetentionParts & { readonly log: Log };
  readonly #cancel: () => void;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: RecoveryParts & RetentionParts, scheduler: Scheduler) {
    this.#parts = parts;
    this.#inTurn(async () => {
      const done = await recover(parts);
      if (Object.values(done).some((count) => count > 0)) parts.log.info("recordings were looked through", { ...done });
    });
    this.#cancel = scheduler.every(TIDY_EVERY_MS, () => this.tidy());
  }

  /** Deletes now what is to go: the rules are others. */
  tidy(): void {
    this.#inTurn(() => tidy(this.#parts));
  }

  /** Resolves when nothing is under way. */
  async close(): Promise<void> {
    this.#cancel();
    await this.#last;
  }

  /** Failures are told in the log. */
  #inTurn(task: () => Promise<unknown>): void {
    this.#last = this.#last.then(task).catch((error: unknown) => {
      this.#parts.log.warn("recordings could not be looked after", { reason: sentenceOf(error) });
    });
  }
}
