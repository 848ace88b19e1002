import type { Clock } from "../../../core/clock.ts";
import type { Scheduler } from "../../../core/scheduler.ts";
import type { Identity } from "../../../identity/authenticator.ts";
import type { NotificationFilter } from "./filter.ts";
import type { Notification } from "./notification.ts";

/** What waits for a subscriber; then the oldest leaves. */
const MAX_WAITING = 100;

/** What is subscribed to, by whom. */
export interface SubscriptionOrder {
  readonly identity: Identity;
  readonly filter: NotificationFilter;
  /** States that are there are not told, only changes. */
  readonly isChangedOnly: boolean;
  readonly lifetimeMs: number;
  /** Messages are pushed; nobody pulls them. */
  readonly isPushed: boolean;
}

/** What a subscription is made with. */
export interface SubscriptionParts {
  readonly id: string;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** It has ended: its time is over, or somebody ended it. */
  readonly onEnd: () => void;
}

/** A subscriber's queue, its time, and whoever waits at it. */
export class Subscription {
  readonly #parts: SubscriptionParts;
  readonly #order: SubscriptionOrder;
  #queue: Notification[] = [];
  #endsUs = 0;
  #cancelEnd: (() => void) | undefined;
  /** Ends the wait of who waits now. */
  #release: (() => void) | undefined;
  readonly #ending = new AbortController();

  constructor(parts: SubscriptionParts, order: SubscriptionOrder) {
    this.#parts = parts;
    this.#order = order;
    this.liveFor(order.lifetimeMs);
  }

  get id(): string {
    return this.#parts.id;
  }

  get identity(): Identity {
    return this.#order.identity;
  }

  get isPushed(): boolean {
    return this.#order.isPushed;
  }

  /** Aborted when it is over. */
  get ended(): AbortSignal {
    return this.#ending.signal;
  }

  /** Wall clock, Unix milliseconds. */
  get endsMs(): number {
    const { clock } = this.#parts;
    return clock.wallMs() + (this.#endsUs - clock.monotonicUs()) / 1000;
  }

  /** Lives for this long from now. */
  liveFor(lifetimeMs: number): void {
    const { clock, scheduler } = this.#parts;
    if (this.ended.aborted) return;
    this.#endsUs = clock.monotonicUs() + lifetimeMs * 1000;
    this.#cancelEnd?.();
    this.#cancelEnd = scheduler.after(lifetimeMs, () => this.end());
  }

  /** Lives for this long from now at least. */
  prolong(lifetimeMs: number): void {
    if (this.#endsUs < this.#parts.clock.monotonicUs() + lifetimeMs * 1000) this.liveFor(lifetimeMs);
  }

  /** Keeps it for the subscriber if it is wanted. */
  offer(notification: Notification): void {
    const { filter, isChangedOnly } = this.#order;
    if (this.ended.aborted || !filter(notification)) return;
    if (isChangedOnly && notification.operation === "Initialized") return;
    if (this.#queue.length >= MAX_WAITING) this.#queue.shift();
    this.#queue.push(notification);
    this.#release?.();
  }

  /**
   * Waits until something is there, at most this long; resolves with up to `limit` of it, oldest first. A later wait ends this one with
   * nothing, as the end of the subscription and `signal` do.
   */
  async next(limit: number, timeoutMs: number, signal?: AbortSignal): Promise<readonly Notification[]> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#release?.();
    this.#release = resolve;
    if (this.#queue.length === 0 && !this.ended.aborted && !signal?.aborted) {
      const cancel = this.#parts.scheduler.after(timeoutMs, resolve);
      signal?.addEventListener("abort", () => resolve(), { once: true });
      await promise;
      cancel();
    }
    if (this.#release !== resolve) return [];
    this.#release = undefined;
    return signal?.aborted ? [] : this.#queue.splice(0, limit);
  }

  end(): void {
    if (this.ended.aborted) return;
    this.#ending.abort();
    this.#queue = [];
    this.#cancelEnd?.();
    this.#release?.();
    this.#parts.onEnd();
  }
}
