import type { Library, SecureEgress } from "bun-ffi-v4l2";
import type { Clock } from "../../core/clock.ts";
import type { Crypto } from "../../core/crypto-port.ts";
import { AppError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { once } from "../../core/once.ts";
import type { Scheduler } from "../../core/scheduler.ts";
import { localUfragOf } from "../../ice/check-request.ts";
import { looksLikeStun, parseStun } from "../../ice/stun-message.ts";
import type { VideoStream } from "../../stream/video-stream.ts";
import { createDtlsIdentity, type DtlsIdentity } from "./dtls.ts";
import type { CandidateRules } from "./local-candidates.ts";
import type { OwnParts } from "./negotiation.ts";
import { type SessionOwner, WebRtcSession } from "./session.ts";
import { SessionTable } from "./session-table.ts";
import { type Arrival, WebRtcSockets } from "./sockets.ts";

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
  readonly iceMode: "lite" | "full";
}

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
  #stopTicking: (() => void) | undefined;
  #isStopped = false;

  private constructor(options: EndpointOptions, sockets: WebRtcSockets) {
    this.#options = options;
    this.#sockets = sockets;
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
        for (const session of endpoint?.table.all() ?? []) session.pathClosed(path);
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
    const { egress, clock, crypto, cname, iceMode } = this.#options;
    const session = new WebRtcSession(
      {
        sockets: this.#sockets,
        dtls,
        egress,
        clock,
        crypto,
        cname,
        iceMode,
        morePaths: [],
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
    this.#stopTicking ??= this.#options.scheduler.every(TICK_MS, () => this.#tick());
    return session;
  }

  /** What our descriptions say beside the session's own parts. */
  async own(): Promise<OwnParts> {
    const { fingerprint } = await this.#identity();
    const { iceMode, cname } = this.#options;
    return { fingerprint, cname, isIceLite: iceMode === "lite", candidates: this.#sockets.candidates() };
  }

  /** Takes a datagram or frame. Whoever is not known costs one look-up. */
  receive(bytes: Uint8Array, arrival: Arrival): void {
    if (!looksLikeStun(bytes)) {
      this.table.findByAddress(arrival)?.receive(bytes, arrival);
      return;
    }
    const message = parseStun(bytes);
    const ufrag = message && localUfragOf(message);
    if (message !== undefined && ufrag !== undefined) this.table.findByUfrag(ufrag)?.receiveStun(message, arrival);
  }

  /** Ends all sessions and closes the port. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelLoading();
    for (const session of this.table.all()) session.end("the camera is shutting down");
    this.#stopTicking?.();
    this.#sockets.close();
  }

  #tick(): void {
    const sessions = this.table.all();
    for (const session of sessions) session.tick();
    if (sessions.length > 0) return;
    this.#stopTicking?.();
    this.#stopTicking = undefined;
  }

  #forget(session: WebRtcSession): void {
    this.table.remove(session);
    this.#sockets.release(session);
    const { id, endReason: reason } = session;
    this.#options.log.debug("a session ended", { id, reason });
  }
}
