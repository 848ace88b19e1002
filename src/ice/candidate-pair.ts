import { type Candidate, type CandidateType, pairPriority } from "./candidate.ts";
import { addressKey, type TransportAddress } from "./ip-address.ts";

/** Pairs of one agent: 64 remote candidates over both families are fewer; RFC 8445 §6.1.2.5 suggests 100. */
export const MAX_PAIRS = 128;

/** One of our means of sending: a socket, a connection, a relay. What it sends comes from `candidate`. */
export interface LocalPath {
  /** Unique in the process. */
  readonly id: string;
  readonly candidate: Candidate;
}

/** RFC 8445 §6.1.2.6; without "frozen", since one component of one stream has nothing to wait for. */
export type PairState = "waiting" | "in-progress" | "succeeded" | "failed";

/** A way between both sides, and what became of it. */
export interface CandidatePair {
  readonly path: LocalPath;
  readonly remote: TransportAddress;
  readonly remoteType: CandidateType;
  readonly remotePriority: number;
  state: PairState;
  nominated: boolean;
  /** The peer nominated it before our own check had succeeded. */
  nominateOnSuccess: boolean;
  /** Of the newest authenticated message; undefined: none yet. */
  lastHeardMs: number | undefined;
  checksReceived: number;
  checksSent: number;
  rttMs: number | undefined;
  failure: string | undefined;
}

/** One pair as a person may read it. */
export interface PairDescription {
  readonly local: TransportAddress & { readonly type: CandidateType; readonly transport: "udp" | "tcp" };
  readonly remote: TransportAddress & { readonly type: CandidateType };
  readonly state: PairState;
  readonly nominated: boolean;
  readonly selected: boolean;
  readonly checksReceived: number;
  readonly checksSent: number;
  readonly rttMs: number | undefined;
  readonly failure: string | undefined;
}

/** A pair for people. */
export function describePair(pair: CandidatePair, isSelected: boolean): PairDescription {
  const { address, port, type, transport } = pair.path.candidate;
  return {
    local: { address, port, type, transport },
    remote: { ...pair.remote, type: pair.remoteType },
    state: pair.state,
    nominated: pair.nominated,
    selected: isSelected,
    checksReceived: pair.checksReceived,
    checksSent: pair.checksSent,
    rttMs: pair.rttMs,
    failure: pair.failure,
  };
}

/** The pairs of an agent by path and remote address; bounded. */
export class PairTable {
  readonly #pairs = new Map<string, CandidatePair>();

  get size(): number {
    return this.#pairs.size;
  }

  values(): Iterable<CandidatePair> {
    return this.#pairs.values();
  }

  find(path: LocalPath, remote: TransportAddress): CandidatePair | undefined {
    return this.#pairs.get(keyOf(path, remote));
  }

  /** The pair of a path and a remote address, made when it is not there; undefined when the table is full. */
  add(
    path: LocalPath,
    remote: Pick<Candidate, "address" | "port" | "type" | "priority">,
    state: PairState,
  ): CandidatePair | undefined {
    const key = keyOf(path, remote);
    const known = this.#pairs.get(key);
    if (known !== undefined) return known;
    if (this.#pairs.size >= MAX_PAIRS) return undefined;
    const pair: CandidatePair = {
      path,
      remote: { address: remote.address, port: remote.port },
      remoteType: remote.type,
      remotePriority: remote.priority,
      state,
      nominated: false,
      nominateOnSuccess: false,
      lastHeardMs: undefined,
      checksReceived: 0,
      checksSent: 0,
      rttMs: undefined,
      failure: undefined,
    };
    this.#pairs.set(key, pair);
    return pair;
  }

  /** Forgets the pairs of a path that is no more. */
  removePath(path: LocalPath): void {
    for (const [key, pair] of this.#pairs) if (pair.path.id === path.id) this.#pairs.delete(key);
  }

  clear(): void {
    this.#pairs.clear();
  }

  /** The pair of highest priority among those that `accepts` takes. */
  best(isControlling: boolean, accepts: (pair: CandidatePair) => boolean): CandidatePair | undefined {
    let best: CandidatePair | undefined;
    let highest = -1n;
    for (const pair of this.#pairs.values()) {
      if (!accepts(pair)) continue;
      const priority = priorityOf(pair, isControlling);
      if (priority <= highest) continue;
      best = pair;
      highest = priority;
    }
    return best;
  }
}

function keyOf(path: LocalPath, remote: TransportAddress): string {
  return `${path.id} ${addressKey(remote)}`;
}

function priorityOf({ path, remotePriority }: CandidatePair, isControlling: boolean): bigint {
  const { priority } = path.candidate;
  return isControlling ? pairPriority(priority, remotePriority) : pairPriority(remotePriority, priority);
}
