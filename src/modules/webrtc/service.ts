import type { Clock } from "../../core/clock.ts";
import type { Crypto } from "../../core/crypto-port.ts";
import { AppError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Scheduler } from "../../core/scheduler.ts";
import { formatCandidate } from "../../ice/candidate.ts";
import type { Authenticator } from "../../identity/authenticator.ts";
import { firstMidOf, type PeerDescription, parsePeerDescription } from "../../sdp/peer-description.ts";
import { formatTrickleFragment, parseTrickleFragment } from "../../sdp/trickle-fragment.ts";
import type { EndedViewer, WebRtcViewerStatus } from "../../stream/stream-status.ts";
import type { VideoStream } from "../../stream/video-stream.ts";
import type { WebRtcEndpoint } from "./endpoint.ts";
import { explain } from "./explanation.ts";
import { type IceServer, iceServersFor } from "./ice-servers.ts";
import { agree, answerSdp, canPlay, offerSdp } from "./negotiation.ts";
import type { SessionOwner, WebRtcSession } from "./session.ts";
import { ownerKey } from "./session-table.ts";
import { viewerStatus } from "./viewer-status.ts";

/** How long a first request waits for the camera's first picture, whose profile the answer names. */
const PARAMETERS_TIMEOUT_MS = 2000;

/** Watching is a use of the login, whose idle time-out is half an hour: noted so often. */
const NOTE_USE_MS = 60_000;

/** What the service is built over. */
export interface WebRtcServiceParts {
  readonly endpoint: WebRtcEndpoint;
  readonly streams: { readonly stream1: VideoStream; readonly stream2: VideoStream };
  readonly authenticator: Pick<Authenticator, "refresh" | "noteUse" | "onRightsChanged">;
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  readonly crypto: Crypto;
  /** 0: no limit. */
  readonly maxViewers: () => number;
  readonly servers: () => { readonly iceServers: readonly string[]; readonly turnSecret: string | undefined };
}

/** Names of the streams. */
export type StreamName = "stream1" | "stream2";

/** Our side of a session that has begun. */
export interface Described {
  readonly id: string;
  readonly sdp: string;
  /** An entity tag, quoted. */
  readonly etag: string;
  readonly iceServers: readonly IceServer[];
}

/** Both ways of signalling over one kind of session (contract webrtc.md). */
export class WebRtcService {
  readonly #parts: WebRtcServiceParts;
  readonly #stops: readonly (() => void)[];

  constructor(parts: WebRtcServiceParts) {
    this.#parts = parts;
    this.#stops = [
      parts.authenticator.onRightsChanged(() => this.#endForbidden()),
      parts.scheduler.every(NOTE_USE_MS, () => this.#noteUse()),
    ];
  }

  /** Offers a stream; the offer ends after 30 s without an answer. */
  async offer(owner: SessionOwner, stream: StreamName): Promise<Described> {
    const { endpoint } = this.#parts;
    const { wanted } = this.#streams(stream);
    await wanted.waitForParameters(PARAMETERS_TIMEOUT_MS);
    // last: what was gathered is given back where no session begins at once
    const own = await endpoint.own();
    const session = await endpoint.create(owner, wanted, true);
    return this.#described(session, owner, offerSdp(session, own));
  }

  /** Takes the answer to an offer, named by its id or by the mid that it echoes. Throws AppError `not-found`, `bad-request`, `not-acceptable`, `limit-reached`. */
  answer(owner: SessionOwner, { sdp, id }: { readonly sdp: string; readonly id?: string | undefined }): string {
    const { table } = this.#parts.endpoint;
    const session = table.find(id ?? firstMidOf(sdp) ?? "");
    if (session === undefined || !isOwner(owner, session))
      throw new AppError(
        "not-found",
        "There is no such offer: it was answered, is older than 30 s, or is someone else's",
      );
    if (session.terms !== undefined) throw new AppError("conflict", "This offer was answered already");
    const peer = parsePeerDescription(refusedVideo(sdp));
    table.demandRoom(this.#parts.maxViewers());
    this.#begin(session, peer, "answer", owner);
    return session.id;
  }

  /** Answers an offer: WHEP's, or one as JSON. Throws AppError `bad-request`, `not-acceptable`, `limit-reached`. */
  async respond(owner: SessionOwner, sdp: string, stream: StreamName): Promise<Described> {
    const { endpoint, maxViewers } = this.#parts;
    const peer = parsePeerDescription(sdp);
    endpoint.table.demandRoom(maxViewers());
    const { wanted } = this.#streams(stream);
    await wanted.waitForParameters(PARAMETERS_TIMEOUT_MS);
    // last: what was gathered is given back where no session begins at once
    const own = await endpoint.own();
    const session = await endpoint.create(owner, wanted, false);
    try {
      // again: others may have come meanwhile
      endpoint.table.demandRoom(maxViewers());
      const agreement = this.#begin(session, peer, "offer", owner);
      return this.#described(session, owner, answerSdp(session, peer, agreement, own));
    } catch (error) {
      session.end("the offer was refused");
      throw error;
    }
  }

  /** What is known of a session, running or lately ended. Throws AppError `not-found`. */
  explain(owner: SessionOwner, id: string): Readonly<Record<string, Json | undefined>> {
    const session = this.#parts.endpoint.table.findOrRecall(id);
    if (session === undefined || !mayTouch(owner, session)) throw unknownSession();
    return explain(session, this.#parts.endpoint.gathered(), this.#parts.clock.monotonicUs() / 1000);
  }

  /**
   * Takes trickled candidates, or restarts ICE where the fragment has new credentials; then the answer is our fragment. Throws AppError
   * `not-found`, `bad-request`, `precondition-required`, `precondition-failed`.
   */
  async trickle(
    owner: SessionOwner,
    id: string,
    fragment: string,
    ifMatch: string | undefined,
  ): Promise<{ readonly etag: string; readonly fragment: string | undefined }> {
    const session = this.#find(owner, id);
    if (ifMatch === undefined) throw new AppError("precondition-required", "If-Match must carry the session's ETag");
    if (ifMatch !== "*" && !ifMatch.split(",").some((tag) => tag.trim() === etagOf(session)))
      throw new AppError("precondition-failed", "The session's ETag is another: ICE was restarted meanwhile");
    const { iceUfrag, icePassword, candidates } = parseTrickleFragment(fragment);
    this.#parts.endpoint.permit(owner.address);
    const known = session.agent.remote;
    const isRestart = iceUfrag !== undefined && icePassword !== undefined && iceUfrag !== known?.ufrag;
    if (!isRestart) {
      session.trickle(candidates);
      return { etag: etagOf(session), fragment: undefined };
    }
    const { endpoint } = this.#parts;
    const own = await endpoint.own();
    // it may have ended meanwhile
    this.#find(owner, id);
    session.restart({ ufrag: iceUfrag, password: icePassword });
    endpoint.table.learnUfrags(session);
    session.trickle(candidates);
    const ours = formatTrickleFragment({
      iceUfrag: session.local.ufrag,
      icePassword: session.local.password,
      isIceLite: own.isIceLite,
      mid: session.terms?.mid ?? "0",
      payloadType: session.terms?.format.payloadType ?? 96,
      candidates: own.candidates.map(formatCandidate),
    });
    return { etag: etagOf(session), fragment: ours };
  }

  /** Ends a session. Throws AppError `not-found`. */
  end(owner: SessionOwner, id: string): void {
    this.#find(owner, id).end("closed on request");
  }

  /** Ends somebody else's session; undefined: there is none. */
  dismiss(id: string): EndedViewer | undefined {
    const session = this.#parts.endpoint.table.find(id);
    if (session === undefined) return undefined;
    const { identity, address } = session.owner;
    session.end("ended by an administrator");
    return { user: identity.user, address, protocol: "WebRTC" };
  }

  /** Who watches a stream, or is about to. */
  viewers(stream: VideoStream): readonly WebRtcViewerStatus[] {
    const nowMs = this.#parts.clock.monotonicUs() / 1000;
    const watching = this.#parts.endpoint.table.viewers().filter((session) => session.stream === stream);
    return watching.flatMap((session) => viewerStatus(session, nowMs) ?? []);
  }

  /** What the paths of a stream's viewers carry, `initialKbps` where nothing is known yet; "unknown" where it never will be. */
  budgetsKbps(stream: VideoStream, initialKbps: number): readonly (number | "unknown")[] {
    const watching = this.#parts.endpoint.table.viewers().filter((session) => session.wantedStream === stream);
    return watching.flatMap(({ state, media }) => {
      const budget = state === "playing" ? media?.budgetKbps(initialKbps) : undefined;
      return budget === undefined || budget === "none" ? [] : [budget];
    });
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  #streams(name: StreamName): { readonly wanted: VideoStream; readonly other: VideoStream } {
    const { stream1, stream2 } = this.#parts.streams;
    return name === "stream1" ? { wanted: stream1, other: stream2 } : { wanted: stream2, other: stream1 };
  }

  #begin(session: WebRtcSession, peer: PeerDescription, role: "offer" | "answer", { address }: SessionOwner) {
    const agreement = agree(peer, role, this.#streams(session.stream.name as StreamName), session);
    const { stream1, stream2 } = this.#parts.streams;
    const { stream, terms } = agreement;
    this.#parts.endpoint.permit(address);
    session.begin(peer, terms, stream, stream === stream1 && canPlay(terms, stream2) ? stream2 : undefined);
    return agreement;
  }

  #described(session: WebRtcSession, owner: SessionOwner, sdp: string): Described {
    const iceServers = iceServersFor(owner.identity.user ?? "anonymous", this.#parts.servers(), this.#parts);
    return { id: session.id, sdp, etag: etagOf(session), iceServers };
  }

  #find(owner: SessionOwner, id: string): WebRtcSession {
    const session = this.#parts.endpoint.table.find(id);
    if (session === undefined || !mayTouch(owner, session)) throw unknownSession();
    return session;
  }

  #noteUse(): void {
    for (const { state, owner } of this.#parts.endpoint.table.viewers())
      if (state === "playing") this.#parts.authenticator.noteUse(owner.identity);
  }

  #endForbidden(): void {
    for (const session of this.#parts.endpoint.table.all()) {
      const now = this.#parts.authenticator.refresh(session.owner.identity);
      if (now?.permissions.has("Media_r") !== true) session.end("the right to watch was taken away");
    }
  }
}

function etagOf({ id, generation }: WebRtcSession): string {
  return `"${id}.${generation}"`;
}

function isOwner(owner: SessionOwner, session: WebRtcSession): boolean {
  return ownerKey(owner) === ownerKey(session.owner);
}

function mayTouch(owner: SessionOwner, session: WebRtcSession): boolean {
  return isOwner(owner, session) || owner.identity.permissions.has("System_r");
}

/** A browser without a codec of ours refuses the section by port 0 (RFC 3264 §6). */
function refusedVideo(sdp: string): string {
  if (/^m=video 0 /m.test(sdp) && !/^a=bundle-only/m.test(sdp)) {
    throw new AppError("not-acceptable", "The browser can play none of the offered formats of H.264", {
      errorCode: "NO_COMMON_CODEC",
    });
  }
  return sdp;
}

function unknownSession(): AppError {
  return new AppError("not-found", "There is no such session");
}
