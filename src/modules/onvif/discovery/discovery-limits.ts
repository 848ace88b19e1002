import type { Clock } from "../../../core/clock.ts";
import { limitedAddress } from "../../../identity/network-address.ts";

/** So many at once, and so many more a second. */
interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** What one address may have, and everybody together. */
interface Rates {
  readonly address: Rate;
  readonly total: Rate;
}

/** Datagrams that are read, which costs more than to pass them over; a client sends a few, and other devices talk too. */
const READ: Rates = { address: { burst: 40, perSecond: 20 }, total: { burst: 200, perSecond: 100 } };
/** A client asks for a few types, each with its own MessageID. */
const ANSWERED: Rates = { address: { burst: 10, perSecond: 2 }, total: { burst: 50, perSecond: 20 } };
/** Addresses that are remembered; the oldest leaves. */
const MAX_ADDRESSES = 256;
/** MessageIDs that are remembered; clients repeat theirs within a second. */
const MAX_MESSAGES = 512;

class Allowance {
  readonly #rate: Rate;
  #left: number;
  #atUs: number;

  constructor(rate: Rate, nowUs: number) {
    this.#rate = rate;
    this.#left = rate.burst;
    this.#atUs = nowUs;
  }

  take(nowUs: number): boolean {
    const { burst, perSecond } = this.#rate;
    this.#left = Math.min(burst, this.#left + ((nowUs - this.#atUs) / 1_000_000) * perSecond);
    this.#atUs = nowUs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

class Allowances {
  readonly #clock: Clock;
  readonly #rates: Rates;
  readonly #total: Allowance;
  readonly #addresses = new Map<string, Allowance>();

  constructor(clock: Clock, rates: Rates) {
    this.#clock = clock;
    this.#rates = rates;
    this.#total = new Allowance(rates.total, clock.monotonicUs());
  }

  take(peer: string): boolean {
    const nowUs = this.#clock.monotonicUs();
    const address = limitedAddress(peer);
    const own = this.#addresses.get(address) ?? new Allowance(this.#rates.address, nowUs);
    this.#addresses.delete(address);
    this.#addresses.set(address, own);
    keepNewest(this.#addresses, MAX_ADDRESSES);
    return own.take(nowUs) && this.#total.take(nowUs);
  }
}

/** Keeps answers few, one a message and not too many an address, and reading too. Nobody can have us flood a third, or keep us busy. */
export class DiscoveryLimits {
  readonly #reads: Allowances;
  readonly #answers: Allowances;
  readonly #messages = new Map<string, true>();

  constructor(clock: Clock) {
    this.#reads = new Allowances(clock, READ);
    this.#answers = new Allowances(clock, ANSWERED);
  }

  /** Whether one more datagram of this address is read. */
  mayRead(address: string): boolean {
    return this.#reads.take(address);
  }

  /** Whether a message is another one than those before; remembers it. */
  isNew(messageId: string): boolean {
    if (this.#messages.has(messageId)) return false;
    this.#messages.set(messageId, true);
    keepNewest(this.#messages, MAX_MESSAGES);
    return true;
  }

  /** Whether one more answer may go to this address. */
  mayAnswer(address: string): boolean {
    return this.#answers.take(address);
  }
}

function keepNewest(map: Map<string, unknown>, most: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= most) break;
    map.delete(oldest);
  }
}
