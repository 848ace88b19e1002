import { AppError, defectText } from "../core/errors.ts";
import type { StartPoint } from "../stream/gop-cache.ts";
import type { VideoStream } from "../stream/video-stream.ts";
import { ConnectionAccess } from "./authorization.ts";
import { RTSP_STATUS } from "./errors.ts";
import type { Answer, Exchange } from "./exchange.ts";
import { describe, findRecording, findStream, namesRecording, parameters } from "./methods.ts";
import type { Peer } from "./peer.ts";
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
import { type ChosenTransport, chooseTransport } from "./setup.ts";
import type { SocketQueue } from "./socket-queue.ts";

/** PLAY waits so long for the keyframe that its answer describes. */
const PLAY_ANSWER_TIMEOUT_MS = 2000;
/** Sessions of one connection, also where the server has no limit: one for each camera and stream is plenty. */
const MAX_SESSIONS_PER_CONNECTION = 16;
const SESSION_ID_BYTES = 16;

/** A session with the transport that SETUP agreed on. */
interface OwnedSession {
  readonly session: RtspSession;
  readonly transport: ChosenTransport;
}

/** What every request of a connection is answered with. */
export interface RequestContext {
  readonly services: RtspServices;
  readonly table: SessionTable;
  readonly peer: Peer;
  readonly queue: SocketQueue;
}

/** Answers the requests of one connection, one after the other, and owns its sessions. */
export class RequestHandler {
  readonly #context: RequestContext;
  readonly #services: RtspServices;
  readonly #access: ConnectionAccess;
  readonly #sessions = new Map<string, OwnedSession>();
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
    for (const { session, transport } of this.#sessions.values()) {
      if (transport.channels?.[1] !== channel) continue;
      session.onRtcp(payload);
      return;
    }
  }

  /** The connection has room again. */
  onDrain(): void {
    for (const { session } of this.#sessions.values()) session.onDrain();
  }

  onConnectionLost(): void {
    this.#connectionLost = true;
    for (const { session } of [...this.#sessions.values()]) session.onConnectionLost();
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
    for (const { session } of owned === undefined ? this.#sessions.values() : [owned]) session.touch();
    const state = owned?.session.state ?? "INIT";
    if (nextState(state, method) === undefined) {
      if (owned === undefined && method !== "SETUP") return answer({ status: 454 });
      return answer({ status: 455, headers: [["Allow", allowedMethods(state)]] });
    }
    if (method === "DESCRIBE" || method === "SETUP" || method === "PLAY") {
      const refusal = await this.#access.refuse(exchange);
      if (refusal !== undefined) return answer(refusal);
      // the client may have left, and the session ended, while the login was checked
      if (this.#connectionLost || owned?.session.state === "INIT") return answer({ status: 454 });
    }
    await this.#perform(method, exchange, owned);
  }

  async #perform(method: RtspMethod, exchange: Exchange, owned: OwnedSession | undefined): Promise<void> {
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
        owned?.session.pause();
        return answer({ status: 200, headers: [["Range", standingRange(owned?.session)], ...sessionHeader(owned)] });
      case "TEARDOWN":
        if (owned === undefined) return answer({ status: 454 });
        answer({ status: 200, headers: sessionHeader(owned) });
        return owned.session.end();
      case "GET_PARAMETER":
      case "SET_PARAMETER": {
        const result = parameters(exchange);
        return answer({ ...result, headers: [...(result.headers ?? []), ...sessionHeader(owned)] });
      }
    }
  }

  #ownSession(request: RtspRequest): OwnedSession | undefined | "unknown" {
    const header = request.headers.get("Session");
    if (header === undefined) return undefined;
    const id = parseSessionId(header);
    return (id === undefined ? undefined : this.#sessions.get(id)) ?? "unknown";
  }

  /** SETUP: RFC 2326 §10.4. Without a Session header it opens one; with it, it changes the transport before PLAY. */
  async #setup(exchange: Exchange, owned: OwnedSession | undefined): Promise<Answer> {
    if (!namesRecording(exchange.target)) {
      const { stream } = findStream(this.#services, exchange);
      if (owned !== undefined && owned.session.stream !== stream) return { status: 459 };
      return this.#setupStream(exchange, owned, stream);
    }
    const media = await findRecording(this.#services, exchange);
    if (this.#connectionLost || owned?.session.state === "INIT") return { status: 454 };
    if (owned !== undefined && owned.session.playback?.media.id !== media.id) return { status: 459 };
    const playback = media.open();
    const answer = this.#setupStream(exchange, owned, playback.stream, playback);
    if (answer.status !== 200) playback.close();
    return answer;
  }

  #setupStream(
    exchange: Exchange,
    owned: OwnedSession | undefined,
    stream: VideoStream,
    playback?: RecordedPlayback,
  ): Answer {
    const { request, target } = exchange;
    const only = target.transport ?? this.#onlyTransport;
    const header = request.headers.getAll("Transport").join(",");
    const taken = new Set(
      [...this.#sessions.values()]
        .filter((other) => other !== owned)
        .flatMap((other) => other.transport.channels ?? []),
    );
    const transport = chooseTransport(parseTransport(header), {
      ...this.#context,
      stream,
      takenChannels: taken,
      only,
    });
    if (transport === undefined) return { status: 461 };
    owned?.session.end();
    const { table, peer } = this.#context;
    if (this.#sessions.size >= MAX_SESSIONS_PER_CONNECTION || !table.hasRoomFor(peer.address)) return { status: 453 };
    const id = owned?.session.id ?? this.#services.crypto.randomBytes(SESSION_ID_BYTES).toHex();
    const session = new RtspSession({
      id,
      stream,
      playback,
      trackUrl: target.url,
      clock: this.#services.clock,
      cname: this.#services.cname,
      closeOnResolutionChange: this.#services.closeOnResolutionChange,
      peerAddress: peer.address,
      isAllowed: () => this.#access.holds(),
      createViewer: transport.createViewer,
      onEnd: (ended) => {
        this.#sessions.delete(id);
        table.remove(ended);
      },
    });
    const setUp = { session, transport };
    this.#sessions.set(id, setUp);
    this.#onlyTransport = only;
    table.add(session, transport.rtcpEndpoint);
    return { status: 200, headers: [["Transport", formatTransport(transport.agreed)], ...sessionHeader(setUp)] };
  }

  /** PLAY: RFC 2326 §10.5. Answered when the first keyframe is there, because RTP-Info tells where it begins. */
  async #play({ request, answer }: Exchange, owned: OwnedSession): Promise<void> {
    const { session } = owned;
    const { playback } = session;
    const order = playback === undefined ? undefined : playOrder(request, playback);
    if (playback !== undefined && order === undefined) return answer({ status: 457 });
    if (session.state === "PLAYING" && (order === undefined || !asksAnew(request))) {
      return answer({ status: 200, headers: [["Range", standingRange(session)], ...sessionHeader(owned)] });
    }
    session.pause();
    const headers = () =>
      playback === undefined || order === undefined
        ? ([["Range", LIVE_RANGE]] as const)
        : playHeaders(request, playback, order);
    await new Promise<void>((resolve) => {
      const cancel = this.#services.scheduler.after(PLAY_ANSWER_TIMEOUT_MS, () => session.announceLate());
      session.play((start) => {
        cancel();
        answer({ status: 200, headers: [...headers(), ...rtpInfo(session, start), ...sessionHeader(owned)] });
        resolve();
      });
      if (order !== undefined) playback?.play(order, () => session.finish());
    });
  }
}

/** The Range of a session that is not told to play anew. */
function standingRange(session: RtspSession | undefined): string {
  const playback = session?.playback;
  return playback === undefined ? LIVE_RANGE : formatNptRange(playback.position, undefined);
}

function sessionHeader(owned: OwnedSession | undefined): readonly RtspHeader[] {
  return owned === undefined ? [] : [["Session", formatSession(owned.session.id, SESSION_TIMEOUT_S)]];
}

function rtpInfo(session: RtspSession, start: StartPoint | undefined): readonly RtspHeader[] {
  if (start === undefined) return [["RTP-Info", `url=${session.trackUrl}`]];
  return [
    ["RTP-Info", formatRtpInfo([{ url: session.trackUrl, sequence: start.sequence, rtpTime: start.rtpTimestamp }])],
  ];
}
