import type { Library, SecureEgress } from "bun-ffi-v4l2";
import type { Clock } from "../../core/clock.ts";
import type { Crypto } from "../../core/crypto-port.ts";
import { AppError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { once } from "../../core/once.ts";
import type { Scheduler } from "../../core/scheduler.ts";
import type { LocalPath } from "../../ice/candidate-pair.ts";
import { localUfragOf } from "../../ice/check-request.ts";
import { looksLikeStun, parseStun } from "../../ice/stun-message.ts";
import type { VideoStream } from "../../stream/video-stream.ts";
import { createDtlsIdentity, type DtlsIdentity } from "./dtls.ts";
import { Gathering } from "./gathering.ts";
import { turnCredentials } from "./ice-servers.ts";
import type { CandidateRules } from "./local-candidates.ts";
import type { OwnParts } from "./negotiation.ts";
import type { ServerReading } from "./server-gathering.ts";
import { type SessionOwner, WebRtcSession } from "./session.ts";
import { SessionTable } from "./session-table.ts";
import { type Arrival, WebRtcSockets } from "./sockets.ts";
import type { WebRtcWays } from "./ways.ts";

/** The pace of connectivity checks (RFC 8445 §14.2); nothing runs while there are no sessions. */
const TICK_MS = 50;
/** 96 bits as 16 characters: also the mid of our offers. */
const ID_BYTES = 12;

/** What the endpoint is built over. */
export interface EndpointOptions extends CandidateRules {
  readonly library: Library;
  readonly egress: SecureEgress;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly addresses: readonly string[];
  readonly port: number;
  readonly cname: string;
  /** STUN and TURN servers; without any, ICE is lite and nothing is asked. */
  readonly iceServers: readonly string[];
  /** What TURN servers make credentials of; undefined: none was configured. */
  readonly turnSecret: string | undefined;
}

/** How servers' logs call us. */
const OWN_NAME = "camera";
/** A relay lasts as long as there are viewers; servers that look at the time again and again end it then, and a new one is made. */
const OWN_CREDENTIAL_LIFETIME_S = 24 * 3600;

/** Loading the DTLS library keeps the process busy for a while: the server answers first. */
const LOAD_AFTER_MS = 500;

/** Our side of all WebRTC sessions: one port, one certificate, one table. */
export class WebRtcEndpoint {
  readonly table = new SessionTable();
  readonly #options: EndpointOptions;
  /** Loads the DTLS library at the first call. */
  readonly #identity: () => Promise<DtlsIdentity> = once(createDtlsIdentity);
  readonly #cancelLoading: () => void;
  readonly #sockets: WebRtcSockets;
  readonly #gathering: Gathering;
  readonly #ways: WebRtcWays;
  /** Descriptions that wait for servers. */
  #waiting = 0;
  #stopTicking: (() => void) | undefined;
  #isStopped = false;

  private constructor(options: EndpointOptions, sockets: WebRtcSockets) {
    this.#options = options;
    this.#sockets = sockets;
    const { iceServers: urls, turnSecret } = options;
    const gathering = new Gathering({
      ...options,
      sockets,
      urls,
      credentials: () =>
        turnSecret === undefined
          ? undefined
          : turnCredentials(OWN_NAME, OWN_CREDENTIAL_LIFETIME_S, turnSecret, options),
      onPacket: (bytes, arrival) => this.receive(bytes, arrival),
      onRelay: (path) => {
        for (const session of this.table.all()) session.pathOpened(path);
      },
      onRelayLost: (path) => this.#pathClosed(path),
    });
    this.#gathering = gathering;
    this.#ways = {
      get paths() {
        return [...sockets.paths, ...gathering.paths];
      },
      send: (bytes, path, remote) => {
        if (!gathering.send(bytes, path, remote)) sockets.send(bytes, path, remote);
      },
      wayTo: (path, remote) => gathering.wayTo(path, remote) ?? sockets.wayTo(path, remote),
    };
    // after a failure the next session tries again and tells
    this.#cancelLoading = options.scheduler.after(LOAD_AFTER_MS, () => void this.#identity().catch(() => undefined));
  }

  /** Throws AppError `unavailable` when the port cannot be had. */
  static async open(options: EndpointOptions): Promise<WebRtcEndpoint> {
    let endpoint: WebRtcEndpoint | undefined;
    const sockets = await WebRtcSockets.open({
      ...options,
      onPacket: (bytes, arrival) => endpoint?.receive(bytes, arrival),
      onConnectionClosed: (path) => {
        if (endpoint !== undefined) endpoint.#pathClosed(path);
      },
    });
    endpoint = new WebRtcEndpoint(options, sockets);
    return endpoint;
  }

  get port(): number {
    return this.#sockets.port;
  }

  get addresses(): readonly string[] {
    return this.#sockets.addresses;
  }

  /** Begins a session, which waits for the other side's description. */
  async create(owner: SessionOwner, stream: VideoStream, isOfferer: boolean): Promise<WebRtcSession> {
    const dtls = await this.#identity();
    if (this.#isStopped) throw new AppError("unavailable", "The camera is shutting down");
    const { egress, clock, crypto, cname } = this.#options;
    const session = new WebRtcSession(
      {
        ways: this.#ways,
        dtls,
        egress,
        clock,
        crypto,
        cname,
        iceMode: this.#iceMode,
        onRemoteKnown: (known, arrival) => this.table.learnAddress(known, arrival),
        onEnded: (ended) => this.#forget(ended),
      },
      this.#options.crypto.randomBytes(ID_BYTES).toBase64({ alphabet: "base64url" }),
      owner,
      stream,
      isOfferer,
    );
    // here, so that offers that waited together find each other
    if (isOfferer) this.table.makeRoomForOffer(owner);
    this.table.add(session);
    this.#startTicking();
    return session;
  }

  /** What our descriptions say beside the session's own parts. The first after a while waits for STUN and TURN servers, half a second at most. */
  async own(): Promise<OwnParts> {
    const { fingerprint } = await this.#identity();
    if (this.#isStopped) throw new AppError("unavailable", "The camera is shutting down");
    const host = this.#sockets.candidates();
    this.#waiting += 1;
    this.#startTicking();
    await this.#gathering.gather();
    this.#waiting -= 1;
    const candidates = [...host, ...this.#gathering.candidates(host)];
    return { fingerprint, cname: this.#options.cname, isIceLite: this.#iceMode === "lite", candidates };
  }

  /** Lets the address of a viewer send to us through our relays: its answer may come before it knows any candidates. */
  permit(address: string): void {
    this.#gathering.permit(address);
  }

  /** What STUN and TURN servers gave. */
  gathered(): readonly ServerReading[] {
    return this.#gathering.read();
  }

  /** Takes a datagram or frame. Whoever is not known costs one look-up. */
  receive(bytes: Uint8Array, arrival: Arrival): void {
    if (!looksLikeStun(bytes)) {
      this.table.findByAddress(arrival)?.receive(bytes, arrival);
      return;
    }
    const message = parseStun(bytes);
    if (message === undefined || (message.class !== "request" && this.#gathering.receive(message, arrival))) return;
    const ufrag = localUfragOf(message);
    if (ufrag !== undefined) this.table.findByUfrag(ufrag)?.receiveStun(message, arrival);
  }

  /** Ends all sessions and closes the port. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelLoading();
    for (const session of this.table.all()) session.end("the camera is shutting down");
    this.#stopTicking?.();
    this.#gathering.stop();
    this.#sockets.close();
  }

  get #iceMode(): "lite" | "full" {
    return this.#options.iceServers.length > 0 ? "full" : "lite";
  }

  #startTicking(): void {
    this.#stopTicking ??= this.#options.scheduler.every(TICK_MS, () => this.#tick());
  }

  #tick(): void {
    const sessions = this.table.all();
    this.#gathering.tick();
    for (const session of sessions) session.tick();
    if (sessions.length > 0 || this.#waiting > 0) return;
    this.#stopTicking?.();
    this.#stopTicking = undefined;
    this.#gathering.stop();
  }

  #pathClosed(path: LocalPath): void {
    for (const session of this.table.all()) session.pathClosed(path);
  }

  #forget(session: WebRtcSession): void {
    this.table.remove(session);
    this.#sockets.release(session);
    const { id, endReason: reason } = session;
    this.#options.log.debug("a session ended", { id, reason });
  }
}
