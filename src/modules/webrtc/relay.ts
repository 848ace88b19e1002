import type { Library } from "bun-ffi-v4l2";
import type { Clock } from "../../core/clock.ts";
import type { Crypto } from "../../core/crypto-port.ts";
import type { Scheduler } from "../../core/scheduler.ts";
import { candidatePriority } from "../../ice/candidate.ts";
import type { LocalPath } from "../../ice/candidate-pair.ts";
import type { TransportAddress } from "../../ice/ip-address.ts";
import type { IceServerUrl } from "../../ice/server-url.ts";
import { TurnClient } from "../../ice/turn-client.ts";
import type { TurnCredentials } from "../../ice/turn-requests.ts";
import type { MediaWay } from "./media-terms.ts";
import { openStreamLink, openUdpLink, type TurnLink } from "./turn-link.ts";

/** Below relays over UDP, because TCP delays what it repeats. */
const STREAM_PENALTY = 32_768;
const BEST_PREFERENCE = 65_535;

/** What a relay is made of. */
export interface RelayOptions {
  readonly library: Library;
  readonly scheduler: Scheduler;
  readonly connecting: Set<string>;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly server: IceServerUrl;
  /** Address of the server, and ours to reach it from. */
  readonly address: string;
  readonly local: string;
  readonly credentials: TurnCredentials | undefined;
  /** Of its path: unique among those that there are. */
  readonly id: string;
  /** Place among the servers: the first is the best. */
  readonly rank: number;
  readonly onReady: (path: LocalPath) => void;
  /** `bytes` are valid during the call. */
  readonly onPacket: (bytes: Uint8Array, path: LocalPath, from: TransportAddress) => void;
  /** It is no more, or never was; `reason`: a clause for people; `path`: what it had. Called once at most, and not after `close`. */
  readonly onEnded: (reason: string, path: LocalPath | undefined) => void;
}

/** One allocation on a TURN server, which all sessions share as they share the sockets. */
export class Relay {
  readonly #options: RelayOptions;
  #client: TurnClient | undefined;
  #link: TurnLink | undefined;
  #path: LocalPath | undefined;
  #isOver = false;

  constructor(options: RelayOptions) {
    this.#options = options;
    void this.#open();
  }

  /** Undefined: not allocated. */
  get path(): LocalPath | undefined {
    return this.#path;
  }

  /** Lets an address send to us. */
  permit(address: string): void {
    this.#client?.permit(address, this.#nowMs());
  }

  send(bytes: Uint8Array, remote: TransportAddress): void {
    this.#client?.send(bytes, remote, this.#nowMs());
  }

  /** Undefined until a channel to the peer is bound, which this begins. */
  wayTo(remote: TransportAddress): MediaWay | undefined {
    const channel = this.#client?.channelTo(remote, this.#nowMs());
    if (channel === undefined || this.#link === undefined) return undefined;
    const { destination, output } = this.#link;
    if (destination !== undefined) return { destination, channel };
    return output && { connection: output, channel };
  }

  tick(): void {
    this.#client?.tick(this.#nowMs());
  }

  /** Gives the allocation back. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#client?.close(this.#nowMs());
    this.#link?.close();
  }

  async #open(): Promise<void> {
    const { server, credentials, crypto, address } = this.#options;
    const link = {
      ...this.#options,
      server: { address, port: server.port },
      onMessage: (bytes: Uint8Array) => this.#client?.receive(bytes, this.#nowMs()),
      onClosed: (reason: string) => this.#end(reason),
    };
    try {
      const opened = await (server.transport === "udp"
        ? openUdpLink(link)
        : openStreamLink(link, server.transport === "tls" ? server.host : undefined));
      if (this.#isOver) {
        opened.close();
        return;
      }
      this.#link = opened;
    } catch (error) {
      this.#end(`there is no connection to the server: ${error instanceof Error ? error.message : error}`);
      return;
    }
    const isReliable = this.#link.output !== undefined;
    const send = (bytes: Uint8Array) => this.#link?.send(bytes);
    const client = new TurnClient(
      { credentials, isReliable, crypto, send },
      {
        onAllocated: () => this.#allocated(client, isReliable),
        onPeerBytes: (bytes, peer) => this.#path && this.#options.onPacket(bytes, this.#path, peer),
        onFailed: (reason) => this.#end(reason),
      },
    );
    this.#client = client;
    client.allocate(this.#nowMs());
  }

  #allocated({ relayed, mapped }: TurnClient, isReliable: boolean): void {
    if (relayed === undefined) return;
    const { id, rank, onReady } = this.#options;
    const preference = BEST_PREFERENCE - rank - (isReliable ? STREAM_PENALTY : 0);
    const priority = candidatePriority("relay", "udp", preference);
    const related = mapped === undefined ? {} : { related: mapped };
    const candidate = { foundation: `relay${rank}`, transport: "udp", priority, type: "relay" } as const;
    this.#path = { id, candidate: { ...candidate, ...relayed, ...related } };
    onReady(this.#path);
  }

  #end(reason: string): void {
    if (this.#isOver) return;
    this.close();
    this.#options.onEnded(reason, this.#path);
  }

  #nowMs(): number {
    return this.#options.clock.monotonicUs() / 1000;
  }
}
