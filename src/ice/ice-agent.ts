import type { Crypto } from "../core/crypto-port.ts";
import { type Candidate, type CandidateRefusal, MAX_LINE_LENGTH, parseCandidate } from "./candidate.ts";
import { type CandidatePair, describePair, type LocalPath, type PairDescription, PairTable } from "./candidate-pair.ts";
import { type CheckRequest, checkSuccess, readCheck, roleConflict } from "./check-request.ts";
import { type CheckContent, ConnectivityChecks, type IceDatagram } from "./connectivity-checks.ts";
import type { IceCredentials } from "./credentials.ts";
import { addressFamily, addressKey, type TransportAddress } from "./ip-address.ts";
import { STUN_METHOD, type StunMessage } from "./stun-message.ts";

/** Candidates that a peer may name; a browser with many interfaces has about twenty. */
export const MAX_REMOTE_CANDIDATES = 64;
/** Without an authenticated message for this long nothing more is sent (contract webrtc.md). */
export const PAUSE_SILENCE_MS = 15_000;
/** Consent is gone for good (RFC 7675 §5.1). */
export const END_SILENCE_MS = 30_000;
/** Time between consent checks (RFC 7675 §5.1). */
const CONSENT_PERIOD_MS = 5000;
/** Time between new checks (RFC 8445 §14.2). */
const PACING_MS = 50;
/** How long a controlling agent waits for a better pair after the first success. */
const NOMINATION_PATIENCE_MS = 500;

/** What an agent is made of. */
export interface IceAgentOptions {
  /** "lite" answers checks and sends none (RFC 8445 §2.5): right where our host candidates can be reached. */
  readonly mode: "lite" | "full";
  /** Whether we nominate, as the offerer of two full agents does; a lite agent never does. */
  readonly isControlling: boolean;
  readonly local: IceCredentials;
  /** Ways that checks may be sent over; TCP connections come by themselves, relays perhaps later. */
  readonly paths: readonly LocalPath[];
  readonly crypto: Pick<Crypto, "hmacSha1" | "timingSafeEqual" | "randomBytes">;
}

/**
 * ICE for one component of one session (RFC 8445), as a state machine: datagrams in, datagrams out. Nothing is believed, learnt or answered
 * before its MESSAGE-INTEGRITY was checked. Times are milliseconds of any clock that never jumps.
 */
export class IceAgent {
  readonly #options: IceAgentOptions;
  readonly #pairs = new PairTable();
  readonly #checks: ConnectivityChecks;
  readonly #tieBreaker: bigint;
  readonly #triggered = new Set<CandidatePair>();
  /** As they were given, and what became of each. */
  readonly #remoteCandidates = new Map<string, string>();
  readonly #candidates = new Map<string, Candidate>();
  readonly #paths: Set<LocalPath>;
  #isControlling: boolean;
  #remote: IceCredentials | undefined;
  #lastStartMs = Number.NEGATIVE_INFINITY;
  #firstSuccessMs: number | undefined;

  constructor(options: IceAgentOptions) {
    this.#options = options;
    this.#paths = new Set(options.paths);
    this.#isControlling = options.isControlling && options.mode === "full";
    this.#checks = new ConnectivityChecks(options.crypto);
    this.#tieBreaker = new DataView(Uint8Array.from(options.crypto.randomBytes(8)).buffer).getBigUint64(0);
  }

  get local(): IceCredentials {
    return this.#options.local;
  }

  /** Undefined before `setRemote`. */
  get remote(): IceCredentials | undefined {
    return this.#remote;
  }

  get isControlling(): boolean {
    return this.#isControlling;
  }

  /** The peer's credentials; checks that named others were none of its. */
  setRemote(remote: IceCredentials): void {
    this.#remote = remote;
  }

  /** Takes the value of an `a=candidate`. Returns why it is of no use, or undefined. */
  addRemoteCandidate(text: string): CandidateRefusal | "too many" | undefined {
    if (text.length > MAX_LINE_LENGTH) return "malformed";
    if (this.#remoteCandidates.has(text)) return undefined;
    if (this.#remoteCandidates.size >= MAX_REMOTE_CANDIDATES) return "too many";
    const candidate = parseCandidate(text);
    this.#remoteCandidates.set(text, typeof candidate === "string" ? candidate : "tried");
    if (typeof candidate === "string") return candidate;
    this.#candidates.set(addressKey(candidate), candidate);
    if (this.#options.mode === "full") for (const path of this.#paths) this.#pairUp(path, candidate);
    return undefined;
  }

  /** A way that has come about: a relay. */
  addPath(path: LocalPath): void {
    this.#paths.add(path);
    if (this.#options.mode === "full") for (const candidate of this.#candidates.values()) this.#pairUp(path, candidate);
  }

  /** The pair to send on at `nowMs`: the nominated one of highest priority that is heard of; undefined while there is none. */
  selected(nowMs: number): CandidatePair | undefined {
    return this.#pairs.best(this.#isControlling, (pair) => pair.nominated && silenceOf(pair, nowMs) < PAUSE_SILENCE_MS);
  }

  /** Milliseconds since the newest authenticated message on a nominated pair; undefined before the first. */
  silenceMs(nowMs: number): number | undefined {
    let least: number | undefined;
    for (const pair of this.#pairs.values()) {
      if (!pair.nominated || pair.lastHeardMs === undefined) continue;
      least = Math.min(least ?? Number.POSITIVE_INFINITY, nowMs - pair.lastHeardMs);
    }
    return least;
  }

  /** Whether an address was checked by the peer or for it; there are few of these. */
  knows(path: LocalPath, remote: TransportAddress): boolean {
    return this.#pairs.find(path, remote) !== undefined;
  }

  /** A connection was closed, or a relay is no more. */
  removePath(path: LocalPath): void {
    this.#paths.delete(path);
    for (const pair of this.#pairs.values()) if (pair.path.id === path.id) this.#forget(pair);
    this.#pairs.removePath(path);
  }

  /** Takes a message that came over `path` from `from`; returns what to send. */
  receive(message: StunMessage, path: LocalPath, from: TransportAddress, nowMs: number): readonly IceDatagram[] {
    if (message.method !== STUN_METHOD.binding) return [];
    if (message.class === "request") return this.#receiveCheck(message, path, from, nowMs);
    if (message.class !== "indication") this.#receiveAnswer(message, path, from, nowMs);
    return [];
  }

  /** Checks, repetitions and consent that are due; to be called about every 50 ms for full agents. */
  tick(nowMs: number): readonly IceDatagram[] {
    const { mode } = this.#options;
    if (mode === "lite" || this.#remote === undefined) return [];
    const sent = [...this.#checks.repeat(nowMs, (pair) => this.#timedOut(pair))];
    if (nowMs - this.#lastStartMs < PACING_MS) return sent;
    const nomination = this.#toNominate(nowMs);
    const pair = nomination ?? this.#nextTriggered() ?? this.#nextOrdinary() ?? this.#nextConsent(nowMs);
    if (pair === undefined) return sent;
    this.#lastStartMs = nowMs;
    if (pair.state !== "succeeded") pair.state = "in-progress";
    sent.push(this.#checks.start(pair, this.#content(this.#remote, pair === nomination), nowMs));
    return sent;
  }

  /** Every pair tried, for people. */
  describe(nowMs: number): readonly PairDescription[] {
    const selected = this.selected(nowMs);
    return Array.from(this.#pairs.values(), (pair) => describePair(pair, pair === selected));
  }

  /** Remote candidates as they were given, and what became of each: "tried", or why not. */
  remoteCandidates(): ReadonlyMap<string, string> {
    return this.#remoteCandidates;
  }

  #receiveCheck(message: StunMessage, path: LocalPath, from: TransportAddress, nowMs: number): readonly IceDatagram[] {
    const { local, crypto, mode } = this.#options;
    const key = new TextEncoder().encode(local.password);
    const answer = (bytes: Uint8Array) => [{ path, remote: from, bytes }];
    const check = readCheck(message, { ufrag: local.ufrag, key, remoteUfrag: this.#remote?.ufrag }, crypto);
    if (check === undefined) return [];
    if (check instanceof Uint8Array) return answer(check);
    if (!this.#settleRoles(check)) return answer(roleConflict(message, key, crypto));
    const remote = this.#candidates.get(addressKey(from)) ?? this.#learn(path, from, check.priority);
    const pair = this.#pairs.add(path, remote, mode === "lite" ? "succeeded" : "waiting");
    if (pair === undefined) return [];
    pair.checksReceived += 1;
    pair.lastHeardMs = nowMs;
    if (check.nominates && !this.#isControlling) {
      if (pair.state === "succeeded") pair.nominated = true;
      else pair.nominateOnSuccess = true;
    }
    if (pair.state !== "succeeded" && !this.#checks.isWaiting(pair)) this.#triggered.add(pair);
    return answer(checkSuccess(message, from, key, crypto));
  }

  /** RFC 8445 §7.3.1.1. False: the peer has to change its role. */
  #settleRoles({ controlling, controlled }: CheckRequest): boolean {
    if (this.#options.mode === "lite") return controlled === undefined;
    if (this.#isControlling && controlling !== undefined) {
      if (this.#tieBreaker >= controlling) return false;
      this.#isControlling = false;
    } else if (!this.#isControlling && controlled !== undefined) {
      if (this.#tieBreaker < controlled) return false;
      this.#isControlling = true;
    }
    return true;
  }

  #receiveAnswer(message: StunMessage, path: LocalPath, from: TransportAddress, nowMs: number): void {
    const answer = this.#checks.answered(message, path, from, nowMs);
    if (answer === undefined) return;
    const { pair } = answer;
    if (answer.outcome === "role-conflict") {
      this.#isControlling = !answer.wasControlling;
      this.#triggered.add(pair);
    } else if (answer.outcome === "failed") {
      pair.state = "failed";
    } else {
      pair.state = "succeeded";
      pair.failure = undefined;
      pair.lastHeardMs = nowMs;
      this.#firstSuccessMs ??= nowMs;
      if (answer.nominated || pair.nominateOnSuccess) pair.nominated = true;
    }
  }

  /** A candidate that the peer did not name (RFC 8445 §7.3.1.3); kept for relays to come. */
  #learn({ candidate: { transport } }: LocalPath, from: TransportAddress, priority: number): Candidate {
    const learnt: Candidate = { foundation: "prflx", transport, type: "prflx", priority, ...from };
    if (transport === "udp" && this.#candidates.size < MAX_REMOTE_CANDIDATES)
      this.#candidates.set(addressKey(from), learnt);
    return learnt;
  }

  #pairUp(path: LocalPath, candidate: Candidate): void {
    const ours = path.candidate;
    // an active TCP candidate connects to us by itself, and we connect to nobody over TCP
    if (candidate.transport === "tcp" || ours.transport === "tcp") return;
    if (addressFamily(ours.address) === addressFamily(candidate.address)) this.#pairs.add(path, candidate, "waiting");
  }

  #content(remote: IceCredentials, nominate: boolean): CheckContent {
    const { local } = this.#options;
    return { local, remote, nominate, isControlling: this.#isControlling, tieBreaker: this.#tieBreaker };
  }

  #toNominate(nowMs: number): CandidatePair | undefined {
    if (!this.#isControlling || this.#firstSuccessMs === undefined || this.selected(nowMs) !== undefined)
      return undefined;
    const hopes = this.#pairs.best(true, ({ state }) => state === "waiting" || state === "in-progress");
    if (hopes !== undefined && nowMs - this.#firstSuccessMs < NOMINATION_PATIENCE_MS) return undefined;
    const best = this.#pairs.best(
      true,
      (pair) => pair.state === "succeeded" && silenceOf(pair, nowMs) < PAUSE_SILENCE_MS,
    );
    return best === undefined || this.#checks.isWaiting(best) ? undefined : best;
  }

  #nextTriggered(): CandidatePair | undefined {
    const [pair] = this.#triggered;
    if (pair !== undefined) this.#triggered.delete(pair);
    return pair;
  }

  #nextOrdinary(): CandidatePair | undefined {
    return this.#pairs.best(this.#isControlling, ({ state }) => state === "waiting");
  }

  #nextConsent(nowMs: number): CandidatePair | undefined {
    const selected = this.selected(nowMs);
    if (selected === undefined || silenceOf(selected, nowMs) < CONSENT_PERIOD_MS) return undefined;
    return this.#checks.isWaiting(selected) ? undefined : selected;
  }

  #timedOut(pair: CandidatePair): void {
    pair.failure = "no answer to our checks";
    if (!pair.nominated) pair.state = "failed";
  }

  #forget(pair: CandidatePair): void {
    this.#checks.cancel(pair);
    this.#triggered.delete(pair);
  }
}

function silenceOf({ lastHeardMs }: CandidatePair, nowMs: number): number {
  return lastHeardMs === undefined ? Number.POSITIVE_INFINITY : nowMs - lastHeardMs;
}
