import { formatChannelMessage, readChannelMessage } from "./channel-message.ts";
import { addressFamily, isPublishable, type TransportAddress } from "./ip-address.ts";
import { KEEPALIVE_PERIOD_MS } from "./reflexive-probe.ts";
import {
  attributeOf,
  parseStun,
  STUN_ATTRIBUTE,
  STUN_METHOD,
  type StunMessage,
  TRANSACTION_ID_BYTES,
  uint32Of,
  xorAddressOf,
} from "./stun-message.ts";
import { StunWriter } from "./stun-writer.ts";
import { TurnPeers } from "./turn-peers.ts";
import { TurnRequests, type TurnRequestsOptions } from "./turn-requests.ts";

/** UDP, by its IP protocol number (RFC 8656 §18.7). */
const REQUESTED_UDP = 17 * 2 ** 24;
/** RFC 8656 §3.2, for a server that names none. */
const DEFAULT_LIFETIME_S = 600;
/** However short a server's lifetimes are. */
const MIN_REFRESH_PERIOD_MS = 1000;
/** What we have to send is at most 1200 bytes, and has to fit a message with its headers. */
const MAX_PEER_BYTES = 1400;

/** What a client tells its owner. */
export interface TurnEvents {
  /** `relayed` is there now. */
  onAllocated(): void;
  /** `bytes`: a view, valid during the call. */
  onPeerBytes(bytes: Uint8Array, peer: TransportAddress): void;
  /** There is no relay, or no more; `reason` is a clause for people. Nothing follows. */
  onFailed(reason: string): void;
}

/**
 * One allocation on a TURN server (RFC 8656), as a state machine: messages in, messages out through `send`. Relays UDP over IPv4. The allocation is refreshed
 * every 15 s, which keeps NATs open and shows soon that a server lost it. Times are milliseconds of any clock that never jumps.
 */
export class TurnClient {
  readonly #options: TurnRequestsOptions;
  readonly #events: TurnEvents;
  readonly #requests: TurnRequests;
  readonly #peers: TurnPeers;
  #relayed: TransportAddress | undefined;
  #mapped: TransportAddress | undefined;
  #refreshMs = Number.POSITIVE_INFINITY;
  #isOver = false;

  constructor(options: TurnRequestsOptions, events: TurnEvents) {
    this.#options = options;
    this.#events = events;
    this.#requests = new TurnRequests(options);
    this.#peers = new TurnPeers(this.#requests);
  }

  /** Where peers send to; undefined: not allocated. */
  get relayed(): TransportAddress | undefined {
    return this.#relayed;
  }

  /** Where the server sees us. */
  get mapped(): TransportAddress | undefined {
    return this.#mapped;
  }

  /** Asks for the allocation; to be called once. */
  allocate(nowMs: number): void {
    this.#requests.ask(
      {
        method: STUN_METHOD.allocate,
        fill: (writer) => void writer.addUint32(STUN_ATTRIBUTE.requestedTransport, REQUESTED_UDP),
        onSuccess: (message, answeredMs) => this.#allocated(message, answeredMs),
        onFailure: (reason) => this.#fail(reason),
      },
      nowMs,
    );
  }

  /** Lets an address send to us from any port, and whoever is relayed by the same server. To be called while there is an allocation. */
  permit(address: string, nowMs: number): void {
    if (this.#isOver || this.#relayed === undefined) return;
    this.#peers.permit(this.#relayed.address, nowMs);
    if (addressFamily(address) === 4) this.#peers.permit(address, nowMs);
  }

  /** Sends a datagram to a peer; lost where the server does not let it through. */
  send(data: Uint8Array, peer: TransportAddress, nowMs: number): void {
    if (this.#isOver || this.#relayed === undefined || data.length > MAX_PEER_BYTES) return;
    if (addressFamily(peer.address) !== 4) return;
    const channel = this.#peers.boundChannelTo(peer, nowMs);
    if (channel !== undefined) {
      this.#options.send(formatChannelMessage({ channel, data }, this.#options.isReliable));
      return;
    }
    // the permission goes first on the same way, and what is lost all the same is repeated by ICE and DTLS
    this.#peers.permit(peer.address, nowMs);
    const { crypto, send } = this.#options;
    const writer = new StunWriter("indication", STUN_METHOD.send, crypto.randomBytes(TRANSACTION_ID_BYTES));
    send(
      writer
        .addXorAddress(STUN_ATTRIBUTE.xorPeerAddress, peer)
        .add(STUN_ATTRIBUTE.data, data)
        .finish(undefined, crypto),
    );
  }

  /** The channel to a peer, which is bound when there is none; undefined: not there yet. */
  channelTo(peer: TransportAddress, nowMs: number): number | undefined {
    const isUsable = !this.#isOver && this.#relayed !== undefined && addressFamily(peer.address) === 4;
    return isUsable ? this.#peers.channelTo(peer, nowMs) : undefined;
  }

  /** Takes what came from the server: a datagram, or one message of a stream. */
  receive(bytes: Uint8Array, nowMs: number): void {
    if (this.#isOver) return;
    const channelMessage = readChannelMessage(bytes);
    if (channelMessage !== undefined) {
      const peer = this.#peers.peerOf(channelMessage.channel);
      if (peer !== undefined) this.#events.onPeerBytes(channelMessage.data, peer);
      return;
    }
    const message = parseStun(bytes);
    if (message?.class === "indication") this.#indicated(message);
    else if (message !== undefined) this.#requests.receive(message, nowMs);
  }

  /** Repetitions, refreshes and time-outs that are due. */
  tick(nowMs: number): void {
    if (this.#isOver) return;
    this.#requests.tick(nowMs);
    if (this.#isOver || this.#relayed === undefined) return;
    this.#peers.tick(nowMs);
    if (nowMs < this.#refreshMs) return;
    // until the answer says when next
    this.#refreshMs = Number.POSITIVE_INFINITY;
    this.#refresh(undefined, nowMs);
  }

  /** Gives the allocation back, in one message that is not repeated. Nothing happens afterwards. */
  close(nowMs: number): void {
    if (this.#isOver) return;
    this.#refresh(0, nowMs);
    this.#isOver = true;
    this.#requests.clear();
  }

  #allocated(message: StunMessage, nowMs: number): void {
    const relayed = xorAddressOf(message, STUN_ATTRIBUTE.xorRelayedAddress);
    if (relayed === undefined || !isPublishable(relayed) || addressFamily(relayed.address) !== 4) {
      const place = relayed === undefined ? "no address" : `${relayed.address}, where nobody can send to,`;
      this.#fail(`the server names ${place} as our relay`);
      return;
    }
    this.#relayed = relayed;
    this.#mapped = xorAddressOf(message, STUN_ATTRIBUTE.xorMappedAddress);
    this.#planRefresh(message, nowMs);
    this.#events.onAllocated();
  }

  /** `lifetimeS` 0 ends the allocation; undefined: as the server likes. */
  #refresh(lifetimeS: number | undefined, nowMs: number): void {
    this.#requests.ask(
      {
        method: STUN_METHOD.refresh,
        fill: (writer) => {
          if (lifetimeS !== undefined) writer.addUint32(STUN_ATTRIBUTE.lifetime, lifetimeS);
        },
        onSuccess: (message, answeredMs) => this.#planRefresh(message, answeredMs),
        onFailure: (reason) => this.#fail(reason),
      },
      nowMs,
    );
  }

  #planRefresh(message: StunMessage, nowMs: number): void {
    const lifetimeMs = (uint32Of(message, STUN_ATTRIBUTE.lifetime) ?? DEFAULT_LIFETIME_S) * 1000;
    this.#refreshMs = nowMs + Math.min(KEEPALIVE_PERIOD_MS, Math.max(MIN_REFRESH_PERIOD_MS, lifetimeMs / 2));
  }

  #indicated(message: StunMessage): void {
    const peer = xorAddressOf(message, STUN_ATTRIBUTE.xorPeerAddress);
    const data = attributeOf(message, STUN_ATTRIBUTE.data);
    if (message.method === STUN_METHOD.data && peer !== undefined && data !== undefined)
      this.#events.onPeerBytes(data, peer);
  }

  #fail(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#requests.clear();
    this.#events.onFailed(reason);
  }
}
