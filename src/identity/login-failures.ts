import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { limitedAddress } from "./network-address.ts";

const PERIOD_US = 5 * 60 * 1_000_000;
/** An address may fail this many times as often as one user name from it: 20 for the default of 5. */
const NAMES_PER_ADDRESS = 4;
/** Entries of each table; the oldest leaves. */
const CAPACITY = 10_000;
/** User names have at most 32 characters; longer ones are attacks on memory and share an entry. */
const MAX_NAME_LENGTH = 33;

/** Counts failed logins of all protocols, so that guessing stops early. */
export interface LoginFailures {
  /** Seconds until (address, user) may try again; 0: now. */
  retryAfterSeconds(address: string, user: string): number;
  /** Notes a wrong password or an unknown user. */
  failed(address: string, user: string): void;
  /** Forgets the failures of this pair; those of the address stay. */
  succeeded(address: string, user: string): void;
}

/**
 * Failures allowed in any 5 minutes: `limit` for each (address, user name), four times that for an address over all names; 0 turns it off. Asked for each time, because it may change.
 * Own code because rate-limiter-flexible's memory limiter takes no clock, bounds no number of keys, and its fixed windows let twice the limit pass around their border.
 */
export function createLoginFailures(clock: Clock, limit: () => number): LoginFailures {
  const pairs = new FailureTable(limit);
  const addresses = new FailureTable(() => limit() * NAMES_PER_ADDRESS);
  const pair = (address: string, user: string) => `${limitedAddress(address)} ${user.slice(0, MAX_NAME_LENGTH)}`;
  return {
    retryAfterSeconds(address, user) {
      const nowUs = clock.monotonicUs();
      const untilUs = Math.max(
        pairs.lockedUntilUs(pair(address, user)),
        addresses.lockedUntilUs(limitedAddress(address)),
      );
      return Math.max(0, Math.ceil((untilUs - nowUs) / 1_000_000));
    },
    failed(address, user) {
      const nowUs = clock.monotonicUs();
      pairs.add(pair(address, user), nowUs);
      addresses.add(limitedAddress(address), nowUs);
    },
    succeeded: (address, user) => pairs.delete(pair(address, user)),
  };
}

/** The times of the last `limit` failures of each key, in the order of the keys' latest failure. */
class FailureTable {
  readonly #times = new Map<string, readonly number[]>();
  readonly #limit: () => number;

  constructor(limit: () => number) {
    this.#limit = limit;
  }

  add(key: string, nowUs: number): void {
    const limit = this.#limit();
    if (limit === 0) return;
    const times = [...(this.#times.get(key) ?? []), nowUs].slice(-limit);
    this.#times.delete(key);
    this.#times.set(key, times);
    const [oldest] = this.#times.keys();
    if (this.#times.size > CAPACITY && oldest !== undefined) this.#times.delete(oldest);
  }

  delete(key: string): void {
    this.#times.delete(key);
  }

  /** When the oldest of the last `limit` failures leaves the period; −Infinity below the limit. */
  lockedUntilUs(key: string): number {
    const limit = this.#limit();
    const oldest = limit === 0 ? undefined : this.#times.get(key)?.at(-limit);
    return oldest === undefined ? Number.NEGATIVE_INFINITY : oldest + PERIOD_US;
  }
}

/** What a locked login is answered with; `limit` is that of one user name. */
export function lockedOut(retryAfterSeconds: number, limit: number): AppError {
  return new AppError("locked-out", "Too many failed logins", { limit, period: "5 minutes", retryAfterSeconds });
}
