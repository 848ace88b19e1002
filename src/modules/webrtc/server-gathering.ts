import { lookup } from "node:dns/promises";
import type { Library } from "bun-ffi-v4l2";
import type { Clock } from "../../core/clock.ts";
import type { Crypto } from "../../core/crypto-port.ts";
import type { Scheduler } from "../../core/scheduler.ts";
import { type Candidate, candidatePriority } from "../../ice/candidate.ts";
import type { LocalPath } from "../../ice/candidate-pair.ts";
import {
  addressFamily,
  addressKey,
  canonicalIpAddress,
  isPublishable,
  type TransportAddress,
} from "../../ice/ip-address.ts";
import { RETRY_PERIOD_MS, ReflexiveProbe } from "../../ice/reflexive-probe.ts";
import type { IceServerUrl } from "../../ice/server-url.ts";
import type { StunMessage } from "../../ice/stun-message.ts";
import type { TurnCredentials } from "../../ice/turn-requests.ts";
import { Relay } from "./relay.ts";
import type { Arrival, SocketBase, WebRtcSockets } from "./sockets.ts";

/** A relay that was there and is lost is asked for again after this. */
const RENEWAL_DELAY_MS = 1000;
const BEST_PREFERENCE = 65_535;

/** What all servers share. */
export interface GatheringParts {
  readonly library: Library;
  readonly scheduler: Scheduler;
  /** See TurnLinkOptions. */
  readonly connecting: Set<string>;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly sockets: Pick<WebRtcSockets, "bases" | "send">;
  /** Fresh ones for a new allocation; undefined: none are configured. */
  readonly credentials: () => TurnCredentials | undefined;
  /** `bytes` are valid during the call. */
  readonly onPacket: (bytes: Uint8Array, arrival: Arrival) => void;
  readonly onRelay: (path: LocalPath, relay: Relay) => void;
  readonly onRelayLost: (path: LocalPath) => void;
}

/** What one server gave, for people. */
export interface ServerReading {
  readonly url: string;
  readonly serverReflexive: readonly TransportAddress[];
  readonly relay: TransportAddress | undefined;
  readonly failure: string | undefined;
}

interface Probe {
  readonly base: SocketBase;
  readonly probe: ReflexiveProbe;
}

/** One server of the configuration, while there are sessions: what it sees of us, and its relay. */
export class ServerGathering {
  readonly #parts: GatheringParts;
  readonly #server: IceServerUrl;
  readonly #rank: number;
  #probes: readonly Probe[] = [];
  #relay: Relay | undefined;
  #relays = 0;
  #failure: string | undefined;
  #isResolved = false;
  /** When to ask for its address and relay again. */
  #retryMs: number | undefined;
  #isOver = false;

  /** `rank`: place among the servers. */
  constructor(parts: GatheringParts, server: IceServerUrl, rank: number) {
    this.#parts = parts;
    this.#server = server;
    this.#rank = rank;
    void this.#resolve();
  }

  get url(): string {
    return this.#server.url;
  }

  /** Whether everything it can give is there, or will not come soon. */
  get isSettled(): boolean {
    const isProbed = this.#probes.every(({ probe }) => probe.mapped !== undefined || probe.failure !== undefined);
    return this.#isResolved && isProbed && (this.#relay === undefined || this.#relay.path !== undefined);
  }

  /** Where the server sees our sockets, and its relay. */
  candidates(): readonly Candidate[] {
    const reflexive = this.#probes.flatMap(({ base, probe }, index): readonly Candidate[] => {
      if (probe.mapped === undefined) return [];
      const preference = BEST_PREFERENCE - this.#rank * 2 - (addressFamily(probe.mapped.address) === 6 ? 1 : 0);
      const related = { address: base.path.candidate.address, port: base.port };
      return [
        {
          foundation: `srflx${this.#rank}${index}`,
          transport: "udp",
          priority: candidatePriority("srflx", "udp", preference),
          type: "srflx",
          ...probe.mapped,
          related,
        },
      ];
    });
    return [...reflexive, ...(this.#relay?.path === undefined ? [] : [this.#relay.path.candidate])];
  }

  /** Takes an answer that came to one of the sockets; false: it is none to us. */
  receive(message: StunMessage, { path, remote }: Arrival): boolean {
    return this.#probes.some(
      ({ base, probe }) => base.path.id === path.id && probe.receive(message, remote, this.#nowMs()),
    );
  }

  tick(): void {
    const nowMs = this.#nowMs();
    const { sockets } = this.#parts;
    for (const { base, probe } of this.#probes)
      probe.tick(nowMs, (bytes) => sockets.send(bytes, base.path, probe.server));
    this.#relay?.tick();
    if (this.#retryMs === undefined || nowMs < this.#retryMs) return;
    this.#retryMs = undefined;
    void this.#resolve();
  }

  read(): ServerReading {
    const probed = this.#probes.map(({ probe }) => probe);
    const serverReflexive = probed.flatMap(({ mapped }) => mapped ?? []);
    const relay = this.#relay?.path?.candidate;
    // of two families one may lead nowhere
    const isOfUse = serverReflexive.length > 0 || relay !== undefined;
    const unseen = isOfUse ? undefined : probed.find(({ failure }) => failure !== undefined)?.failure;
    return { url: this.url, serverReflexive, relay, failure: this.#failure ?? unseen };
  }

  stop(): void {
    this.#isOver = true;
    this.#relay?.close();
  }

  async #resolve(): Promise<void> {
    const { host, transport } = this.#server;
    if (transport === "dtls" || (!this.#server.isTurn && transport !== "udp")) {
      this.#settle(`${transport.toUpperCase()} is only for turn servers over TCP, others are asked over plain UDP`);
      return;
    }
    let found: readonly string[] = [];
    try {
      const answers = await lookup(host, { all: true });
      found = answers.flatMap(({ address }) => canonicalIpAddress(address) ?? []);
    } catch {
      // told below
    }
    if (this.#isOver) return;
    const { bases } = this.#parts.sockets;
    const reached = bases.flatMap((base) => {
      const address = found.find((each) => addressFamily(each) === addressFamily(base.address));
      return address === undefined || !isPublishable(base.path.candidate) ? [] : [{ base, address }];
    });
    const [first] = reached;
    if (first === undefined) {
      this.#settle(found.length === 0 ? "its name is not known to DNS" : "this device has no address to reach it from");
      this.#retryMs = this.#nowMs() + RETRY_PERIOD_MS;
      return;
    }
    if (transport === "udp") this.#probe(reached);
    if (this.#server.isTurn) this.#allocate(first.address, first.base.address);
    this.#settle(undefined);
  }

  #probe(reached: readonly { readonly base: SocketBase; readonly address: string }[]): void {
    const { crypto } = this.#parts;
    this.#probes = reached.map(({ base, address }) => {
      const server = { address, port: this.#server.port };
      const known = this.#probes.find((each) => isSame(each, base, server));
      return known ?? { base, probe: new ReflexiveProbe(server, crypto) };
    });
  }

  #allocate(address: string, local: string): void {
    const { credentials, onPacket, onRelay, onRelayLost } = this.#parts;
    this.#relays += 1;
    const relay = new Relay({
      ...this.#parts,
      server: this.#server,
      address,
      local,
      credentials: credentials(),
      id: `relay ${this.#rank} ${this.#relays}`,
      rank: this.#rank,
      onReady: (path) => {
        this.#failure = undefined;
        onRelay(path, relay);
      },
      onPacket: (bytes, path, remote) => onPacket(bytes, { path, remote, connection: undefined }),
      onEnded: (reason, path) => {
        this.#relay = undefined;
        this.#failure = reason;
        this.#retryMs = this.#nowMs() + (path === undefined ? RETRY_PERIOD_MS : RENEWAL_DELAY_MS);
        if (path !== undefined) onRelayLost(path);
      },
    });
    this.#relay = relay;
  }

  #settle(failure: string | undefined): void {
    this.#isResolved = true;
    // of a relay that failed, until there is another
    if (failure !== undefined || !this.#server.isTurn) this.#failure = failure;
  }

  #nowMs(): number {
    return this.#parts.clock.monotonicUs() / 1000;
  }
}

function isSame({ base, probe }: Probe, otherBase: SocketBase, server: TransportAddress): boolean {
  return base.path.id === otherBase.path.id && addressKey(probe.server) === addressKey(server);
}
