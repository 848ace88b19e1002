import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import type { Library } from "./library.ts";

/** Of all clients together: each is a file that is brought to the disk at once. */
const MAX_PER_SECOND = 5;
const SECOND_US = 1e6;

/** What stored pictures are made of. */
export interface SnapshotParts {
  readonly library: Pick<Library, "addSnapshot">;
  readonly clock: Clock;
  /** A JPEG of the newest picture and its size in pixels. */
  readonly take: () => Promise<{ readonly jpeg: Uint8Array; readonly width: number; readonly height: number }>;
}

/** Stores pictures of the camera that clients ask for. */
export class Snapshots {
  readonly #parts: SnapshotParts;
  /** When the newest ones were asked for. */
  readonly #askedUs: number[] = [];

  constructor(parts: SnapshotParts) {
    this.#parts = parts;
  }

  /** Answers the row's id when the picture is on disk. Throws AppError `rate-limited`, `unavailable`. */
  async keep(): Promise<string> {
    this.#count();
    const { jpeg, ...size } = await this.#parts.take();
    return (await this.#parts.library.addSnapshot(jpeg, size)).id;
  }

  #count(): void {
    const nowUs = this.#parts.clock.monotonicUs();
    const oldestUs = this.#askedUs.at(-MAX_PER_SECOND);
    if (oldestUs !== undefined && nowUs - oldestUs < SECOND_US) {
      const detail = { limit: MAX_PER_SECOND, period: "second", retryAfterSeconds: 1 };
      throw new AppError("rate-limited", "Rate limit exceeded", detail);
    }
    this.#askedUs.push(nowUs);
    if (this.#askedUs.length > MAX_PER_SECOND) this.#askedUs.shift();
  }
}
