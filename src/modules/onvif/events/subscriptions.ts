import type { Clock } from "../../../core/clock.ts";
import type { Crypto } from "../../../core/crypto-port.ts";
import { AppError } from "../../../core/errors.ts";
import type { Scheduler } from "../../../core/scheduler.ts";
import type { Authenticator, Identity } from "../../../identity/authenticator.ts";
import type { DeviceNotifications } from "./device-notifications.ts";
import type { Refuse } from "./faults.ts";
import { Subscription, type SubscriptionOrder } from "./subscription.ts";

/** Of both kinds together; the contract's. */
export const MAX_SUBSCRIPTIONS = 10;
/** Nobody guesses an id. */
const ID_BYTES = 16;

/** What subscriptions are built over. */
export interface SubscriptionsParts {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly crypto: Crypto;
  readonly authenticator: Pick<Authenticator, "refresh" | "onRightsChanged">;
  readonly notifications: DeviceNotifications;
  readonly refuse: Refuse;
}

/** Every subscription there is. */
export class Subscriptions {
  readonly #parts: SubscriptionsParts;
  readonly #all = new Map<string, Subscription>();
  readonly #stops: readonly (() => void)[];
  #isStopped = false;

  constructor(parts: SubscriptionsParts) {
    this.#parts = parts;
    this.#stops = [
      parts.notifications.subscribe((notification) => {
        for (const subscription of this.#all.values()) subscription.offer(notification);
      }),
      parts.authenticator.onRightsChanged(() => this.#refresh()),
    ];
  }

  /** Makes one, which begins with the states there are. Throws SoapFault SubscribeCreationFailed when there is no room. */
  create(order: SubscriptionOrder): Subscription {
    const { clock, scheduler, crypto, refuse } = this.#parts;
    if (this.#isStopped || this.#all.size >= MAX_SUBSCRIPTIONS) {
      throw refuse("wsnt:SubscribeCreationFailedFault", `There are at most ${MAX_SUBSCRIPTIONS} subscriptions`);
    }
    const id = crypto.randomBytes(ID_BYTES).toHex();
    const onEnd = () => void this.#all.delete(id);
    const subscription = new Subscription({ id, clock, scheduler, onEnd }, order);
    this.#all.set(id, subscription);
    this.synchronize(subscription);
    return subscription;
  }

  /** The one of this id, if the caller may use it. Throws SoapFault ResourceUnknown, AppError `forbidden`. */
  find(id: string | undefined, { user, permissions }: Identity): Subscription {
    const subscription = this.#all.get(id ?? "");
    if (subscription === undefined)
      throw this.#parts.refuse("wsrfr:ResourceUnknownFault", "There is no such subscription, or not any more");
    if (subscription.identity.user !== user && !permissions.has("System_rw"))
      throw new AppError("forbidden", "The subscription is somebody else's");
    return subscription;
  }

  /** Tells the states there are. */
  synchronize(subscription: Subscription): void {
    for (const state of this.#parts.notifications.states()) subscription.offer(state);
  }

  /** Ends all. */
  stop(): void {
    this.#isStopped = true;
    for (const stop of this.#stops) stop();
    for (const subscription of this.#all.values()) subscription.end();
  }

  /** Whose login ended, or who may no longer see, hears nothing any more. */
  #refresh(): void {
    for (const subscription of this.#all.values()) {
      const now = this.#parts.authenticator.refresh(subscription.identity);
      if (!now?.permissions.has("Media_r")) subscription.end();
    }
  }
}
