import type { Clock } from "../../../core/clock.ts";

/** Answers that one address may get at once: a client asks for a few types, each with its own MessageID. */
const ADDRESS_BURST = 10;
const ADDRESS_PER_SECOND = 2;
/** Of everybody together. */
const TOTAL_BURST = 50;
const TOTAL_PER_SECOND = 20;
/** Addresses that are remembered; the oldest leaves. */
const MAX_ADDRESSES = 256;
/** MessageIDs that are remembered; clients repeat theirs within a second. */
const MAX_MESSAGES = 512;

/** So many at once, and so many more a second. */
class Allowance {
  readonly #burst: number;
  readonly #perSecond: number;
  #left: number;
  #atUs: number;

  constructor(burst: number, perSecond: number, nowUs: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#left = burst;
    this.#atUs = nowUs;
  }

  take(nowUs: number): boolean {
    this.#left = Math.min(this.#burst, this.#left + ((nowUs - this.#atUs) / 1_000_000) * this.#perSecond);
    this.#atUs = nowUs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

/** Keeps answers few: one a message, some an address, not too many in all. Nobody can have us flood a third. */
export class AnswerLimits {
  readonly #clock: Clock;
  readonly #total: Allowance;
  readonly #addresses = new Map<string, Allowance>();
  readonly #messages = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#total = new Allowance(TOTAL_BURST, TOTAL_PER_SECOND, clock.monotonicUs());
  }

  /** Whether a message is another one than those before; remembers it. */
  isNew(messageId: string): boolean {
    if (this.#messages.has(messageId)) return false;
    this.#messages.add(messageId);
    for (const oldest of this.#messages) {
      if (this.#messages.size <= MAX_MESSAGES) break;
      this.#messages.delete(oldest);
    }
    return true;
  }

  /** Whether one more answer may go to this address. */
  take(address: string): boolean {
    const nowUs = this.#clock.monotonicUs();
    const own = this.#addresses.get(address) ?? new Allowance(ADDRESS_BURST, ADDRESS_PER_SECOND, nowUs);
    this.#addresses.delete(address);
    this.#addresses.set(address, own);
    for (const oldest of this.#addresses.keys()) {
      if (this.#addresses.size <= MAX_ADDRESSES) break;
      this.#addresses.delete(oldest);
    }
    return own.take(nowUs) && this.#total.take(nowUs);
  }
}
