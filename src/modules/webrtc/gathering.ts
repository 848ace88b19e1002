import type { Log } from "../../core/log.ts";
import type { Candidate } from "../../ice/candidate.ts";
import type { LocalPath } from "../../ice/candidate-pair.ts";
import { addressKey, type TransportAddress } from "../../ice/ip-address.ts";
import { parseIceServerUrl } from "../../ice/server-url.ts";
import type { StunMessage } from "../../ice/stun-message.ts";
import type { MediaWay } from "./media-terms.ts";
import type { Relay } from "./relay.ts";
import { type GatheringParts, ServerGathering, type ServerReading } from "./server-gathering.ts";
import type { Arrival } from "./sockets.ts";

/** Servers that are asked; browsers warn of five. */
const MAX_SERVERS = 8;
/** What a first description waits for servers (contract: the first picture comes within 500 ms where servers answer). */
const PATIENCE_MS = 500;
/** Addresses that are let through by a relay that comes after them: those of whoever is connecting. */
const MAX_WELCOME = 64;
/** Whoever has not connected by then never will. */
const WELCOME_MS = 30_000;

/** What gathering needs. */
export interface GatheringOptions extends Omit<GatheringParts, "connecting" | "onRelay"> {
  readonly log: Log;
  /** As configured. */
  readonly urls: readonly string[];
  readonly onRelay: (path: LocalPath) => void;
}

/**
 * Our server-reflexive and relayed candidates, one set for all sessions: they share the sockets, so they share what servers see of them; and
 * one relay of each server carries them all, so that offers cost a server nothing and wait only once. Servers are asked while there are sessions.
 */
export class Gathering {
  readonly #options: GatheringOptions;
  #servers: readonly ServerGathering[] = [];
  #settled: PromiseWithResolvers<void> | undefined;
  #cancelPatience: (() => void) | undefined;
  readonly #relays = new Map<string, Relay>();
  readonly #connecting = new Set<string>();
  /** When an address was last let through. */
  readonly #welcome = new Map<string, number>();
  /** Servers that let a description wait in vain; none waits for them again until they have given something. */
  readonly #slow = new Set<string>();
  /** Failures that the log has told, by server. */
  readonly #told = new Map<string, string>();

  constructor(options: GatheringOptions) {
    this.#options = options;
  }

  /** Begins where it has not; resolves when every server has answered, or half a second after the beginning. */
  async gather(): Promise<void> {
    if (this.#options.urls.length === 0) return;
    if (this.#settled === undefined) this.#start();
    await this.#settled?.promise;
  }

  /** Candidates beside those of the sockets; what no NAT changed is among those already. */
  candidates(host: readonly Candidate[]): readonly Candidate[] {
    const known = new Set(host.filter(({ transport }) => transport === "udp").map(addressKey));
    const found = this.#servers.flatMap((server) => server.candidates());
    return found.filter((candidate) => {
      const isNew = !known.has(addressKey(candidate));
      known.add(addressKey(candidate));
      return isNew;
    });
  }

  /** Ways of relays. */
  get paths(): readonly LocalPath[] {
    return [...this.#relays.values()].flatMap(({ path }) => path ?? []);
  }

  /** False: it is no path of a relay. */
  send(bytes: Uint8Array, path: LocalPath, remote: TransportAddress): boolean {
    const relay = this.#relays.get(path.id);
    relay?.send(bytes, remote);
    return relay !== undefined;
  }

  wayTo(path: LocalPath, remote: TransportAddress): MediaWay | undefined {
    return this.#relays.get(path.id)?.wayTo(remote);
  }

  /** Lets an address send to us through the relays, those to come included. */
  permit(address: string): void {
    if (this.#options.urls.length === 0) return;
    this.#welcome.delete(address);
    this.#welcome.set(address, this.#nowMs());
    for (const oldest of this.#welcome.keys()) {
      if (this.#welcome.size <= MAX_WELCOME) break;
      this.#welcome.delete(oldest);
    }
    for (const relay of this.#relays.values()) relay.permit(address);
  }

  /** Takes an answer that came to a socket; false: it is none to us. */
  receive(message: StunMessage, arrival: Arrival): boolean {
    const isOurs = this.#servers.some((server) => server.receive(message, arrival));
    if (isOurs) this.#noteProgress();
    return isOurs;
  }

  /** To be called about every 50 ms while there are sessions. */
  tick(): void {
    for (const server of this.#servers) server.tick();
    this.#noteProgress();
  }

  /** What each server gave. */
  read(): readonly ServerReading[] {
    return this.#servers.map((server) => server.read());
  }

  /** Gives the relays back; the next `gather` begins anew. */
  stop(): void {
    for (const server of this.#servers) server.stop();
    this.#servers = [];
    this.#relays.clear();
    this.#endPatience();
    this.#settled = undefined;
  }

  #start(): void {
    const { urls, scheduler } = this.#options;
    this.#settled = Promise.withResolvers();
    this.#cancelPatience = scheduler.after(PATIENCE_MS, () => {
      for (const { url, isSettled } of this.#servers) if (!isSettled) this.#slow.add(url);
      this.#endPatience();
    });
    const parts = {
      ...this.#options,
      connecting: this.#connecting,
      onRelay: (path: LocalPath, relay: Relay) => this.#relayReady(path, relay),
      onRelayLost: (path: LocalPath) => {
        this.#relays.delete(path.id);
        this.#options.onRelayLost(path);
      },
    };
    this.#servers = urls.slice(0, MAX_SERVERS).flatMap((url, rank) => {
      const server = parseIceServerUrl(url);
      return server === undefined ? [] : [new ServerGathering(parts, server, rank)];
    });
    this.#noteProgress();
  }

  #relayReady(path: LocalPath, relay: Relay): void {
    this.#relays.set(path.id, relay);
    const sinceMs = this.#nowMs() - WELCOME_MS;
    for (const [address, atMs] of this.#welcome) if (atMs >= sinceMs) relay.permit(address);
    this.#options.onRelay(path);
    this.#noteProgress();
  }

  #noteProgress(): void {
    for (const { url, serverReflexive, relay, failure } of this.read()) {
      if (serverReflexive.length > 0 || relay !== undefined) this.#slow.delete(url);
      if (failure === undefined || this.#told.get(url) === failure) continue;
      this.#told.set(url, failure);
      this.#options.log.warn("a STUN or TURN server is of no use", { url, reason: failure });
    }
    if (this.#servers.every(({ url, isSettled }) => isSettled || this.#slow.has(url))) this.#endPatience();
  }

  #endPatience(): void {
    this.#cancelPatience?.();
    this.#settled?.resolve();
  }

  #nowMs(): number {
    return this.#options.clock.monotonicUs() / 1000;
  }
}
