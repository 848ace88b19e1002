import type { SecureEgress } from "bun-ffi-v4l2";
import type { Clock } from "../../core/clock.ts";
import type { Crypto } from "../../core/crypto-port.ts";
import type { LocalPath } from "../../ice/candidate-pair.ts";
import type { IceDatagram } from "../../ice/connectivity-checks.ts";
import { createIceCredentials, type IceCredentials } from "../../ice/credentials.ts";
import { END_SILENCE_MS, IceAgent } from "../../ice/ice-agent.ts";
import { addressKey } from "../../ice/ip-address.ts";
import type { StunMessage } from "../../ice/stun-message.ts";
import type { Identity } from "../../identity/authenticator.ts";
import type { PeerDescription } from "../../sdp/peer-description.ts";
import type { VideoStream } from "../../stream/video-stream.ts";
import type { DtlsHandshake, DtlsIdentity, DtlsKeys } from "./dtls.ts";
import { SessionMedia } from "./media.ts";
import type { MediaTerms } from "./media-terms.ts";
import type { Arrival } from "./sockets.ts";
import type { WebRtcWays } from "./ways.ts";

/** A session that has not connected by then never will (contract: offers unanswered for 30 s are freed). */
const CONNECT_TIMEOUT_MS = 30_000;
/** Between sender reports. */
const REPORT_PERIOD_MS = 1000;

/** What a session needs of the program. */
export interface SessionContext {
  readonly ways: WebRtcWays;
  readonly dtls: DtlsIdentity;
  readonly egress: SecureEgress;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly cname: string;
  /** "lite" where our addresses can be reached, "full" behind NAT. */
  readonly iceMode: "lite" | "full";
  /** An address now speaks for this session. */
  onRemoteKnown(session: WebRtcSession, arrival: Arrival): void;
  onEnded(session: WebRtcSession): void;
}

/** Whose session it is. */
export interface SessionOwner {
  readonly identity: Identity;
  readonly address: string;
}

/** How far a session has come. */
export type SessionState = "offered" | "connecting" | "securing" | "playing" | "paused" | "ended";

/** One WebRTC session from its first description to its end. Times are milliseconds of the monotonic clock. */
export class WebRtcSession {
  readonly id: string;
  readonly owner: SessionOwner;
  readonly ssrc: number;
  readonly rtxSsrc: number;
  readonly createdMs: number;
  readonly #context: SessionContext;
  #agent: IceAgent;
  /** During an ICE restart, until the new one has a way. */
  #oldAgent: IceAgent | undefined;
  /** Takes the place of the stream on a path that cannot carry it; undefined: it asked for the lesser one, or can decode only one. */
  #lesser: VideoStream | undefined;
  #stream: VideoStream;
  #terms: MediaTerms | undefined;
  #handshake: DtlsHandshake | undefined;
  #dtlsArrival: Arrival | undefined;
  #media: SessionMedia | undefined;
  #way: string | undefined;
  #restarts = 0;
  #lastReportMs = 0;
  /** Since when it waits for its next step: an answer, then a connection. */
  #waitingSinceMs: number;
  /** When the peer last gave a sign of life on a way that it chose, or came. */
  #lastHeardMs = 0;
  #endReason: string | undefined;

  constructor(context: SessionContext, id: string, owner: SessionOwner, stream: VideoStream, isOfferer: boolean) {
    this.#context = context;
    this.id = id;
    this.owner = owner;
    this.#stream = stream;
    this.createdMs = this.#nowMs();
    this.#waitingSinceMs = this.createdMs;
    [this.ssrc = 1, this.rtxSsrc = 2] = new Uint32Array(Uint8Array.from(context.crypto.randomBytes(8)).buffer);
    this.#agent = this.#createAgent(isOfferer);
  }

  get local(): IceCredentials {
    return this.#agent.local;
  }

  get terms(): MediaTerms | undefined {
    return this.#terms;
  }

  get media(): SessionMedia | undefined {
    return this.#media;
  }

  get stream(): VideoStream {
    return this.#media?.stream ?? this.#stream;
  }

  /** What was agreed on, whatever its path can carry. */
  get wantedStream(): VideoStream {
    return this.#stream;
  }

  get agent(): IceAgent {
    return this.#agent;
  }

  /** Why it ended; undefined: it has not. */
  get endReason(): string | undefined {
    return this.#endReason;
  }

  /** Counts the ICE restarts; an entity tag is made of it. */
  get generation(): number {
    return this.#restarts;
  }

  /** Since the peer's last sign of life, milliseconds. */
  get silenceMs(): number {
    return this.#nowMs() - this.#lastHeardMs;
  }

  get state(): SessionState {
    if (this.#endReason !== undefined) return "ended";
    if (this.#terms === undefined) return "offered";
    if (this.#way === undefined) return this.#media === undefined ? "connecting" : "paused";
    return this.#media === undefined ? "securing" : "playing";
  }

  /** Every ufrag by which messages may name this session. */
  get ufrags(): readonly string[] {
    return [this.#agent, this.#oldAgent].flatMap((agent) => agent?.local.ufrag ?? []);
  }

  /** The other side has described itself. `stream` is what `terms` fit; `lesser` takes its place on a path that cannot carry it. */
  begin(peer: PeerDescription, terms: MediaTerms, stream: VideoStream, lesser: VideoStream | undefined): void {
    this.#terms = terms;
    this.#waitingSinceMs = this.#nowMs();
    this.#lesser = lesser;
    this.#stream = stream;
    this.#agent.setRemote({ ufrag: peer.iceUfrag, password: peer.icePassword });
    for (const candidate of peer.candidates) this.#agent.addRemoteCandidate(candidate);
    this.#handshake = this.#context.dtls.begin(peer.fingerprints, {
      send: (bytes) => this.#sendDtls(bytes),
      onConnected: (keys) => this.#secured(keys, terms),
      onEnded: (reason) => this.end(reason),
    });
    this.#follow();
  }

  /** More candidates of the peer. */
  trickle(candidates: readonly string[]): void {
    for (const candidate of candidates) this.#agent.addRemoteCandidate(candidate);
  }

  /** The peer restarts ICE: new credentials on both sides, the old way serves until there is a new one (RFC 8445 §9). */
  restart(remote: IceCredentials): void {
    const wasControlling = this.#agent.isControlling;
    // one that has no way yet serves nobody
    if (this.#agent.selected(this.#nowMs()) !== undefined) this.#oldAgent = this.#agent;
    this.#agent = this.#createAgent(wasControlling);
    this.#agent.setRemote(remote);
    this.#restarts += 1;
  }

  /** Takes a STUN message that names this session. */
  receiveStun(message: StunMessage, arrival: Arrival): void {
    const nowMs = this.#nowMs();
    const { path, remote } = arrival;
    for (const agent of [this.#agent, this.#oldAgent]) {
      const answers = agent?.receive(message, path, remote, nowMs) ?? [];
      if (answers.length === 0) continue;
      this.#send(answers);
      // errors are answered too
      if (agent?.knows(path, remote) !== true) continue;
      arrival.connection?.prove(this);
      this.#context.onRemoteKnown(this, arrival);
    }
    this.#follow();
  }

  /** Takes what is not STUN from an address that speaks for this session. */
  receive(bytes: Uint8Array, arrival: Arrival): void {
    const first = bytes[0] ?? 0;
    // RFC 7983 §7
    if (first >= 20 && first <= 63) {
      this.#dtlsArrival = arrival;
      this.#handshake?.receive(bytes);
    } else if (first >= 128 && first <= 191 && this.#media?.receive(bytes) === true) {
      this.end("the viewer left");
    }
  }

  /** Checks, reports and time-outs that are due; to be called every 50 ms. */
  tick(): void {
    const nowMs = this.#nowMs();
    this.#send(this.#agent.tick(nowMs));
    this.#follow();
    this.#media?.adapt(this.#stream, this.#lesser);
    const silenceMs = this.#agent.silenceMs(nowMs) ?? this.#oldAgent?.silenceMs(nowMs);
    if (silenceMs !== undefined) this.#lastHeardMs = Math.max(this.#lastHeardMs, nowMs - silenceMs);
    if (this.#media === undefined) {
      if (nowMs - this.#waitingSinceMs >= CONNECT_TIMEOUT_MS) this.end("no connection came about within 30 s");
    } else if (nowMs - this.#lastHeardMs >= END_SILENCE_MS) this.end("the viewer was silent for 30 s");
    else if (this.#way !== undefined && nowMs - this.#lastReportMs >= REPORT_PERIOD_MS) {
      this.#lastReportMs = nowMs;
      this.#media.sendReport();
    }
  }

  /** There is a relay now. */
  pathOpened(path: LocalPath): void {
    for (const agent of [this.#agent, this.#oldAgent]) agent?.addPath(path);
  }

  /** A connection was closed, or a relay is no more. */
  pathClosed(path: LocalPath): void {
    for (const agent of [this.#agent, this.#oldAgent]) agent?.removePath(path);
    this.#follow();
  }

  /** Ends it; `reason` is a clause for people. Later calls do nothing. */
  end(reason: string): void {
    if (this.#endReason !== undefined) return;
    this.#endReason = reason;
    this.#media?.close();
    this.#handshake?.close();
    this.#context.onEnded(this);
  }

  #createAgent(isControlling: boolean): IceAgent {
    const { crypto, ways, iceMode: mode } = this.#context;
    return new IceAgent({ mode, isControlling, local: createIceCredentials(crypto), paths: ways.paths, crypto });
  }

  /** Goes over to the way that ICE selects, when it is another. */
  #follow(): void {
    if (this.#endReason !== undefined) return;
    const nowMs = this.#nowMs();
    const fresh = this.#agent.selected(nowMs);
    if (fresh !== undefined) this.#oldAgent = undefined;
    const pair = fresh ?? this.#oldAgent?.selected(nowMs);
    // over a relay there is none before its channel is bound
    const way = pair && this.#context.ways.wayTo(pair.path, pair.remote);
    const name = way && `${pair.path.id} ${addressKey(pair.remote)} ${way.channel}`;
    if (name === this.#way) return;
    this.#way = name;
    if (way === undefined) this.#media?.pause();
    else this.#media?.setWay(way);
  }

  #secured(keys: DtlsKeys, terms: MediaTerms): void {
    const { egress, clock, cname, crypto, ways } = this.#context;
    const randomUint32 = () => new Uint32Array(Uint8Array.from(crypto.randomBytes(4)).buffer)[0] ?? 0;
    const sendRtcp = (bytes: Uint8Array) => {
      const pair = this.#agent.selected(this.#nowMs()) ?? this.#oldAgent?.selected(this.#nowMs());
      if (pair !== undefined) ways.send(bytes, pair.path, pair.remote);
    };
    this.#media = new SessionMedia({ egress, clock, cname, randomUint32, sendRtcp }, terms, keys, this.#stream);
    this.#lastHeardMs = this.#nowMs();
    this.#way = undefined;
    this.#follow();
  }

  #sendDtls(bytes: Uint8Array): void {
    const pair = this.#agent.selected(this.#nowMs());
    const way = pair ?? this.#dtlsArrival;
    if (way !== undefined) this.#context.ways.send(bytes, way.path, way.remote);
  }

  #send(datagrams: readonly IceDatagram[]): void {
    for (const { bytes, path, remote } of datagrams) this.#context.ways.send(bytes, path, remote);
  }

  #nowMs(): number {
    return this.#context.clock.monotonicUs() / 1000;
  }
}
