import { FIRST_CHANNEL, LAST_CHANNEL } from "./channel-message.ts";
import { addressKey, type TransportAddress } from "./ip-address.ts";
import { STUN_ATTRIBUTE, STUN_METHOD } from "./stun-message.ts";
import type { TurnRequests } from "./turn-requests.ts";

/** Permissions of one relay; the one that was not used for longest makes room. Every session has a few dozen at most. */
const MAX_PERMISSIONS = 256;
/** Channels of one relay: viewers of the last ten minutes. */
const MAX_CHANNELS = 1024;
/** A permission lasts 5 minutes, with or without a channel (RFC 8656 §9). */
const RENEWAL_PERIOD_MS = 4 * 60_000;
/** A channel lasts 10 minutes (RFC 8656 §12). */
const CHANNEL_LIFETIME_MS = 10 * 60_000;
/** What was refused is asked for again after this. */
const RETRY_PERIOD_MS = 5000;

interface Grant {
  /** When it was last asked for; undefined: never. */
  askedMs: number | undefined;
  usedMs: number;
  state: "unasked" | "asked" | "granted" | "refused";
}

interface Channel extends Grant {
  readonly peer: TransportAddress;
  number: number;
  grantedMs: number;
}

/** Whom a relay lets through, and the channels to them. What is used is renewed, the rest lapses. */
export class TurnPeers {
  readonly #requests: TurnRequests;
  /** By IP address; least lately used first. */
  readonly #permissions = new Map<string, Grant>();
  readonly #channels = new Map<string, Channel>();
  readonly #byNumber = new Map<number, Channel>();
  #nextNumber = FIRST_CHANNEL;

  constructor(requests: TurnRequests) {
    this.#requests = requests;
  }

  /** Lets an address send to us from any port. */
  permit(address: string, nowMs: number): void {
    const known = this.#permissions.get(address);
    const grant: Grant = known ?? { askedMs: undefined, usedMs: nowMs, state: "unasked" };
    grant.usedMs = nowMs;
    this.#permissions.delete(address);
    this.#permissions.set(address, grant);
    if (this.#permissions.size > MAX_PERMISSIONS) this.#forgetOldestPermission();
    const isDue = known === undefined || (grant.state === "refused" && isPast(grant, RETRY_PERIOD_MS, nowMs));
    if (isDue) this.#askPermission(address, grant, nowMs);
  }

  /** Number of the channel to a peer, which is asked for when there is none; undefined: not there yet. */
  channelTo(peer: TransportAddress, nowMs: number): number | undefined {
    const channel = this.#channels.get(addressKey(peer)) ?? this.#createChannel(peer, nowMs);
    if (channel === undefined) return undefined;
    channel.usedMs = nowMs;
    if (channel.state === "granted") return channel.number;
    const isDue =
      channel.state === "unasked" || (channel.state === "refused" && isPast(channel, RETRY_PERIOD_MS, nowMs));
    if (isDue) this.#bind(channel, nowMs);
    return undefined;
  }

  /** The same, where it is there. */
  boundChannelTo(peer: TransportAddress, nowMs: number): number | undefined {
    const channel = this.#channels.get(addressKey(peer));
    if (channel?.state !== "granted") return undefined;
    channel.usedMs = nowMs;
    return channel.number;
  }

  /** Who is at the other end of a channel. */
  peerOf(number: number): TransportAddress | undefined {
    return this.#byNumber.get(number)?.peer;
  }

  /** Renews what was used, and forgets what was not. */
  tick(nowMs: number): void {
    for (const [address, grant] of this.#permissions) {
      if (grant.askedMs === undefined || !isPast(grant, RENEWAL_PERIOD_MS, nowMs)) continue;
      if (grant.usedMs > grant.askedMs) this.#askPermission(address, grant, nowMs);
      else this.#permissions.delete(address);
    }
    for (const channel of this.#channels.values()) {
      if (channel.askedMs === undefined || !isPast(channel, RENEWAL_PERIOD_MS, nowMs)) continue;
      if (nowMs - channel.grantedMs >= CHANNEL_LIFETIME_MS) this.#forget(channel);
      else if (channel.usedMs > channel.askedMs && channel.state === "granted") this.#renew(channel, nowMs);
    }
  }

  #askPermission(address: string, grant: Grant, nowMs: number): void {
    if (grant.state === "unasked" || grant.state === "refused") grant.state = "asked";
    grant.askedMs = nowMs;
    this.#requests.ask(
      {
        method: STUN_METHOD.createPermission,
        fill: (writer) => void writer.addXorAddress(STUN_ATTRIBUTE.xorPeerAddress, { address, port: 0 }),
        onSuccess: () => {
          grant.state = "granted";
        },
        onFailure: () => {
          grant.state = "refused";
        },
      },
      nowMs,
    );
  }

  #createChannel(peer: TransportAddress, nowMs: number): Channel | undefined {
    if (this.#channels.size >= MAX_CHANNELS) return undefined;
    const channel: Channel = {
      peer,
      number: 0,
      askedMs: undefined,
      usedMs: nowMs,
      grantedMs: nowMs,
      state: "unasked",
    };
    this.#channels.set(addressKey(peer), channel);
    return channel;
  }

  /** Takes the next number: one that was used for another peer stays that one's for 15 minutes (RFC 8656 §12). */
  #bind(channel: Channel, nowMs: number): void {
    this.#byNumber.delete(channel.number);
    while (this.#byNumber.has(this.#nextNumber)) this.#stepNumber();
    channel.number = this.#nextNumber;
    this.#stepNumber();
    this.#byNumber.set(channel.number, channel);
    channel.state = "asked";
    this.#renew(channel, nowMs);
  }

  #renew(channel: Channel, nowMs: number): void {
    channel.askedMs = nowMs;
    const { number, peer } = channel;
    this.#requests.ask(
      {
        method: STUN_METHOD.channelBind,
        fill: (writer) =>
          void writer
            .addUint32(STUN_ATTRIBUTE.channelNumber, number * 2 ** 16)
            .addXorAddress(STUN_ATTRIBUTE.xorPeerAddress, peer),
        onSuccess: (_message, answeredMs) => {
          channel.state = "granted";
          channel.grantedMs = answeredMs;
        },
        onFailure: () => {
          channel.state = "refused";
        },
      },
      nowMs,
    );
  }

  #stepNumber(): void {
    this.#nextNumber = this.#nextNumber === LAST_CHANNEL ? FIRST_CHANNEL : this.#nextNumber + 1;
  }

  #forget(channel: Channel): void {
    this.#channels.delete(addressKey(channel.peer));
    this.#byNumber.delete(channel.number);
  }

  #forgetOldestPermission(): void {
    const [oldest] = this.#permissions.keys();
    if (oldest !== undefined) this.#permissions.delete(oldest);
  }
}

function isPast({ askedMs }: Grant, periodMs: number, nowMs: number): boolean {
  return askedMs !== undefined && nowMs - askedMs >= periodMs;
}
