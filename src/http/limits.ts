import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { Identity } from "../identity/authenticator.ts";
import { limitedAddress } from "../identity/network-address.ts";

/** What a request counts as. */
export type RateClass = "api" | "media" | "onvif" | "unlimited";

/** How much a caller has left. */
export interface RateState {
  readonly limit: number;
  readonly remaining: number;
  readonly resetSeconds: number;
  /** To be thrown when the limit is exceeded. */
  readonly refusal: AppError | undefined;
}

/** Counts requests of all listeners. */
export interface RequestLimits {
  /** Counts one request; undefined where no limit applies. */
  take(rate: RateClass, caller: Pick<Identity, "user">, address: string): RateState | undefined;
  /** What one more request of this user would be told, without counting it; undefined where there is nothing to refuse. */
  look(rate: RateClass, user: string): RateState | undefined;
}

/** Callers remembered for each class, about 1 MB; the one whose window began first leaves. */
const MAX_CALLERS = 10_000;

/** Requests allowed for each user or, anonymous, each address; 0 turns a limit off. Asked for at each request, so that they can change. */
export function createRequestLimits(
  clock: Clock,
  allowed: () => { readonly apiPerMinute: number; readonly mediaPerSecond: number; readonly onvifPerMinute: number },
): RequestLimits {
  const windows = {
    api: new FixedWindows(clock, () => allowed().apiPerMinute, "minute"),
    media: new FixedWindows(clock, () => allowed().mediaPerSecond, "second"),
    onvif: new FixedWindows(clock, () => allowed().onvifPerMinute, "minute"),
  };
  return {
    take(rate, { user }, address) {
      if (rate === "unlimited") return undefined;
      return windows[rate].take(user === undefined ? `address ${limitedAddress(address)}` : `user ${user}`);
    },
    look: (rate, user) => (rate === "unlimited" ? undefined : windows[rate].look(`user ${user}`)),
  };
}

const PERIOD_US = { minute: 60_000_000, second: 1_000_000 } as const;

/**
 * Counters that start over a period after a caller's first request.
 * Own code because rate-limiter-flexible's memory limiter bounds no number of callers, takes no clock and keeps a timer for each caller.
 */
class FixedWindows {
  // The order of insertion is the order in which windows end.
  readonly #windows = new Map<string, { readonly startUs: number; count: number }>();
  readonly #clock: Clock;
  readonly #limit: () => number;
  readonly #period: keyof typeof PERIOD_US;

  constructor(clock: Clock, limit: () => number, period: keyof typeof PERIOD_US) {
    this.#clock = clock;
    this.#limit = limit;
    this.#period = period;
  }

  take(caller: string): RateState | undefined {
    const limit = this.#limit();
    if (limit === 0) return undefined;
    const nowUs = this.#clock.monotonicUs();
    this.#dropEnded(nowUs);
    const window = this.#windows.get(caller) ?? { startUs: nowUs, count: 0 };
    this.#windows.set(caller, window);
    window.count += 1;
    return this.#state(window, nowUs);
  }

  look(caller: string): RateState | undefined {
    if (this.#limit() === 0) return undefined;
    const nowUs = this.#clock.monotonicUs();
    this.#dropEnded(nowUs);
    const window = this.#windows.get(caller);
    return window && this.#state({ ...window, count: window.count + 1 }, nowUs);
  }

  #state(window: { readonly startUs: number; readonly count: number }, nowUs: number): RateState {
    const limit = this.#limit();
    const resetSeconds = Math.ceil((window.startUs + PERIOD_US[this.#period] - nowUs) / 1_000_000);
    return {
      limit,
      remaining: Math.max(0, limit - window.count),
      resetSeconds,
      refusal: this.#refusal(window.count, limit, resetSeconds),
    };
  }

  #refusal(count: number, limit: number, retryAfterSeconds: number): AppError | undefined {
    if (count <= limit) return undefined;
    return new AppError("rate-limited", "Rate limit exceeded", {
      limit,
      period: this.#period,
      retryAfterSeconds,
    });
  }

  #dropEnded(nowUs: number): void {
    for (const [caller, { startUs }] of this.#windows) {
      if (nowUs - startUs < PERIOD_US[this.#period] && this.#windows.size < MAX_CALLERS) break;
      this.#windows.delete(caller);
    }
  }
}
