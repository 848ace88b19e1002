import type { Clock } from "../../core/clock.ts";
import type { UsernameToken } from "../../soap/username-token.ts";

/** How far the client's clock may be off ours. */
const MAX_SKEW_MS = 5 * 60_000;
/** Twice the skew: a token that is still young enough by its own clock may not come again. */
const REMEMBERED_US = 10 * 60 * 1_000_000;
/** About 2 MB; only right passwords get in here, so the oldest leaves in no attack by strangers. */
const MAX_TOKENS = 10_000;

/** WS-UsernameTokens that were taken: each is good once. */
export class UsedTokens {
  readonly #clock: Clock;
  /** When each was taken, monotonic microseconds; oldest first. */
  readonly #taken = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes a token whose digest is right; false: it is too old, from the future, or was taken before. */
  take({ user, nonce, created, createdMs }: UsernameToken): boolean {
    if (Math.abs(createdMs - this.#clock.wallMs()) > MAX_SKEW_MS) return false;
    const nowUs = this.#clock.monotonicUs();
    for (const [key, takenUs] of this.#taken) {
      if (nowUs - takenUs < REMEMBERED_US && this.#taken.size < MAX_TOKENS) break;
      this.#taken.delete(key);
    }
    const key = JSON.stringify([user, nonce.toBase64(), created]);
    if (this.#taken.has(key)) return false;
    this.#taken.set(key, nowUs);
    return true;
  }
}
