import { AppError, defectText } from "../core/errors.ts";
import type { MediaStream } from "../stream/media-stream.ts";
import { ConnectionAccess } from "./authorization.ts";
import { RTSP_STATUS } from "./errors.ts";
import type { Answer, Exchange } from "./exchange.ts";
import { describe, findRecording, namesRecording, parameters } from "./methods.ts";
import type { Peer } from "./peer.ts";
import { findTrack } from "./presentation.ts";
import type { RtspHeader } from "./protocol/headers.ts";
import type { RtspRequest } from "./protocol/parser.ts";
import { formatNptRange, LIVE_RANGE } from "./protocol/range-header.ts";
import { formatRtpInfo } from "./protocol/rtp-info.ts";
import { formatSession, parseSessionId } from "./protocol/session-header.ts";
import { allowedMethods, nextState, PUBLIC_METHODS, type RtspMethod, recogniseMethod } from "./protocol/state.ts";
import { formatTransport, parseTransport } from "./protocol/transport-header.ts";
import { parseRtspUrl } from "./protocol/url.ts";
import { asksAnew, playHeaders, playOrder, type RecordedPlayback } from "./recorded-media.ts";
import type { RtspServices } from "./services.ts";
import { RtspSession, SESSION_TIMEOUT_S } from "./session.ts";
import type { SessionTable } from "./session-table.ts";
import { chooseTransport } from "./setup.ts";
import type { SocketQueue } from "./socket-queue.ts";

/** PLAY waits so long for the keyframe that its answer describes. */
const PLAY_ANSWER_TIMEOUT_MS = 2000;
/** Sessions of one connection, also where the server has no limit: one for each camera and stream is plenty. */
const MAX_SESSIONS_PER_CONNECTION = 16;
const SESSION_ID_BYTES = 16;
const VIEWER_ID_BYTES = 8;

/** What SETUP names. */
interface FoundTrack {
  /** Name of what the track is of. */
  readonly presentation: string;
  readonly stream: MediaStream;
  readonly playback?: RecordedPlayback;
}

/** What every request of a connection is answered with. */
export interface RequestContext {
  readonly services: RtspServices;
  readonly table: SessionTable;
  readonly peer: Peer;
  readonly queue: SocketQueue;
  /** Asks the owner of the socket for its end. */
  readonly close: () => void;
}

/** Answers the requests of one connection, one after the other, and owns its sessions. */
export class RequestHandler {
  readonly #context: RequestContext;
  readonly #services: RtspServices;
  readonly #access: ConnectionAccess;
  readonly #sessions = new Map<string, RtspSession>();
  #onlyTransport: "tcp" | "udp" | undefined;
  #connectionLost = false;

  constructor(context: RequestContext) {
    this.#context = context;
    this.#services = context.services;
    this.#access = new ConnectionAccess(context.services, context.peer);
  }

  get hasSessions(): boolean {
    return this.#sessions.size > 0;
  }

  /** False once the login of the connection has ended or lost its right to look. */
  get isAllowed(): boolean {
    return this.#access.holds();
  }

  /** Calls `write` exactly once with the answer; resolves when the next request may be taken. Never rejects. */
  async handle(request: RtspRequest, write: (answer: Answer) => void): Promise<void> {
    let answered = false;
    const answer = (answer: Answer) => {
      if (answered) return;
      answered = true;
      write(answer);
    };
    try {
      if (request.cseq === undefined) throw new AppError("bad-request", "The request has no CSeq.");
      await this.#dispatch({ request, target: parseRtspUrl(request.uri), answer });
    } catch (error) {
      answer(this.#failure(error));
    }
  }

  /** RTCP that came interleaved with the connection. */
  onInterleaved(channel: number, payload: Uint8Array): void {
    // each channel is of one track of one session
    for (const session of this.#sessions.values()) session.onRtcp(payload, channel);
  }

  /** The connection has room again. */
  onDrain(): void {
    for (const session of this.#sessions.values()) session.onDrain();
  }

  onConnectionLost(): void {
    this.#connectionLost = true;
    for (const session of [...this.#sessions.values()]) session.onConnectionLost();
  }

  #failure(error: unknown): Answer {
    if (error instanceof AppError && error.kind !== "internal") return { status: RTSP_STATUS[error.kind] };
    this.#services.log.error("a request failed by our fault", { error: defectText(error) });
    return { status: 500 };
  }

  async #dispatch(exchange: Exchange): Promise<void> {
    const { request, answer } = exchange;
    const method = recogniseMethod(request.method);
    if (typeof method === "number") {
      const header: RtspHeader = method === 405 ? ["Allow", PUBLIC_METHODS] : ["Public", PUBLIC_METHODS];
      return answer({ status: method, headers: [header] });
    }
    const required = request.headers.getAll("Require").concat(request.headers.getAll("Proxy-Require")).join(", ");
    if (required !== "") return answer({ status: 551, headers: [["Unsupported", required]] });
    const owned = this.#ownSession(request);
    if (owned === "unknown") return answer({ status: 454 });
    // a client that names no session means whatever it has on this connection
    for (const session of owned === undefined ? this.#sessions.values() : [owned]) session.touch();
    const state = owned?.state ?? "INIT";
    if (nextState(state, method) === undefined) {
      if (owned === undefined && method !== "SETUP") return answer({ status: 454 });
      return answer({ status: 455, headers: [["Allow", allowedMethods(state)]] });
    }
    if (method === "DESCRIBE" || method === "SETUP" || method === "PLAY") {
      const refusal = await this.#access.refuse(exchange);
      if (refusal !== undefined) return answer(refusal);
      // the client may have left, and the session ended, while the login was checked
      if (this.#connectionLost || owned?.state === "INIT") return answer({ status: 454 });
    }
    await this.#perform(method, exchange, owned);
  }

  async #perform(method: RtspMethod, exchange: Exchange, owned: RtspSession | undefined): Promise<void> {
    const { answer } = exchange;
    switch (method) {
      case "OPTIONS":
        return answer({ status: 200, headers: [["Public", PUBLIC_METHODS], ...sessionHeader(owned)] });
      case "DESCRIBE": {
        const described = await describe(this.#services, exchange, this.#context.peer);
        if (described.status === 200) this.#onlyTransport = exchange.target.transport ?? this.#onlyTransport;
        return answer(described);
      }
      case "SETUP":
        return answer(await this.#setup(exchange, owned));
      case "PLAY":
        return owned === undefined ? answer({ status: 454 }) : this.#play(exchange, owned);
      case "PAUSE":
        owned?.pause();
        return answer({ status: 200, headers: [["Range", standingRange(owned)], ...sessionHeader(owned)] });
      case "TEARDOWN":
        if (owned === undefined) return answer({ status: 454 });
        answer({ status: 200, headers: sessionHeader(owned) });
        return teardown(owned, exchange.target.track);
      case "GET_PARAMETER":
      case "SET_PARAMETER": {
        const result = parameters(exchange);
        return answer({ ...result, headers: [...(result.headers ?? []), ...sessionHeader(owned)] });
      }
    }
  }

  #ownSession(request: RtspRequest): RtspSession | undefined | "unknown" {
    const header = request.headers.get("Session");
    if (header === undefined) return undefined;
    const id = parseSessionId(header);
    return (id === undefined ? undefined : this.#sessions.get(id)) ?? "unknown";
  }

  /** SETUP: RFC 2326 §10.4. Without a Session header it opens one; with it, it adds a track or changes one's transport, before PLAY. */
  async #setup(exchange: Exchange, owned: RtspSession | undefined): Promise<Answer> {
    const { target } = exchange;
    if (!namesRecording(target)) return this.#setupTrack(exchange, owned, findTrack(this.#services, target));
    const media = await findRecording(this.#services, exchange);
    if (this.#connectionLost || owned?.state === "INIT") return { status: 454 };
    const presentation = `recording/${media.id}`;
    if (owned !== undefined && owned.presentation !== presentation) return { status: 459 };
    const playback = owned?.playback ?? media.open();
    let status: number | undefined;
    try {
      const answer = this.#setupTrack(exchange, owned, { presentation, stream: playback.stream, playback });
      status = answer.status;
      return answer;
    } finally {
      if (status !== 200 && owned === undefined) playback.close();
    }
  }

  #setupTrack({ request, target }: Exchange, owned: RtspSession | undefined, found: FoundTrack): Answer {
    if (owned !== undefined && owned.presentation !== found.presentation) return { status: 459 };
    const only = target.transport ?? this.#onlyTransport;
    const header = request.headers.getAll("Transport").join(",");
    const number = target.track ?? 0;
    const others = [...this.#sessions.values()].flatMap((session) =>
      session.tracks.filter((track) => session !== owned || track.number !== number),
    );
    const takenChannels = new Set(others.flatMap(({ channels }) => channels ?? []));
    const { stream } = found;
    const transport = chooseTransport(parseTransport(header), { ...this.#context, stream, takenChannels, only });
    if (transport === undefined) return { status: 461 };
    const session = owned ?? this.#openSession(found);
    if (session === undefined) return { status: 453 };
    session.setTrack({ number, url: target.url, stream, transport });
    this.#sessions.set(session.id, session);
    this.#onlyTransport = only;
    return { status: 200, headers: [["Transport", formatTransport(transport.agreed)], ...sessionHeader(session)] };
  }

  /** A session without tracks; undefined where there is no room. */
  #openSession({ presentation, playback }: FoundTrack): RtspSession | undefined {
    const { services, table, peer } = this.#context;
    if (this.#sessions.size >= MAX_SESSIONS_PER_CONNECTION || !table.hasRoomFor(peer.address)) return undefined;
    const id = services.crypto.randomBytes(SESSION_ID_BYTES).toHex();
    return new RtspSession({
      id,
      presentation,
      playback,
      clock: services.clock,
      cname: services.cname,
      closeOnResolutionChange: services.closeOnResolutionChange,
      viewer: {
        id: services.crypto.randomBytes(VIEWER_ID_BYTES).toHex(),
        peer,
        user: () => this.#access.user,
        disconnect: () => {
          if (!this.#connectionLost && this.#sessions.size === 0) this.#context.close();
        },
      },
      isAllowed: () => this.#access.holds(),
      onTracksChanged: (changed) => table.add(changed),
      onEnd: (ended) => {
        this.#sessions.delete(id);
        table.remove(ended);
      },
    });
  }

  /** PLAY: RFC 2326 §10.5. Answered when the first keyframe is there, because RTP-Info tells where it begins. */
  async #play({ request, answer }: Exchange, session: RtspSession): Promise<void> {
    const { playback } = session;
    const order = playback === undefined ? undefined : playOrder(request, playback);
    if (playback !== undefined && order === undefined) return answer({ status: 457 });
    if (session.state === "PLAYING" && (order === undefined || !asksAnew(request))) {
      return answer({ status: 200, headers: [["Range", standingRange(session)], ...sessionHeader(session)] });
    }
    session.pause();
    const headers = () =>
      playback === undefined || order === undefined
        ? ([["Range", LIVE_RANGE]] as const)
        : playHeaders(request, playback, order);
    await new Promise<void>((resolve) => {
      const cancel = this.#services.scheduler.after(PLAY_ANSWER_TIMEOUT_MS, () => session.announceLate());
      session.play((begins) => {
        cancel();
        const rtpInfo = ["RTP-Info", formatRtpInfo(begins)] as const;
        answer({ status: 200, headers: [...headers(), rtpInfo, ...sessionHeader(session)] });
        resolve();
      });
      if (order !== undefined) playback?.play(order, () => session.finish());
    });
  }
}

/** TEARDOWN of one track of several leaves the others (RFC 2326 §10.7). */
function teardown(session: RtspSession, number: number | undefined): void {
  const track = session.tracks.find((each) => each.number === number);
  if (track === undefined) session.end();
  else session.endTrack(track);
}

/** The Range of a session that is not told to play anew. */
function standingRange(session: RtspSession | undefined): string {
  const playback = session?.playback;
  return playback === undefined ? LIVE_RANGE : formatNptRange(playback.position, undefined);
}

function sessionHeader(session: RtspSession | undefined): readonly RtspHeader[] {
  return session === undefined ? [] : [["Session", formatSession(session.id, SESSION_TIMEOUT_S)]];
}
