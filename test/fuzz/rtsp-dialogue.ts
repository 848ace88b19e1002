import type { Socket } from "bun";
import { Base64Stream } from "../../src/rtsp/protocol/base64-stream.ts";
import { RtspParser } from "../../src/rtsp/protocol/parser.ts";
import { readTunnelRequest } from "../../src/rtsp/protocol/tunnel-request.ts";

/** No answer may take longer, PLAY's wait for a keyframe and a busy machine included. */
const ANSWER_LIMIT_MS = 20_000;
/** CSeq of the request that stands behind every input. */
const PROBE_CSEQ = 4_000_000_001;
const PROBE = Buffer.from(`\r\n\r\nOPTIONS * RTSP/1.0\r\nCSeq: ${PROBE_CSEQ}\r\n\r\n`);

/** What a correct server does with some bytes. */
interface Expectation {
  /** Requests that want an answer, malformed ones included. */
  readonly answers: number;
  /** Whether the probe behind them is still seen as a request. */
  readonly reachesProbe: boolean;
  /** Whether framing is lost, or HTTP is spoken that opens no tunnel: the server has to close. */
  readonly closes: boolean;
  /** Whether they begin with the GET of a tunnel, which is opened, or refused for its cookie. */
  readonly opensTunnel: boolean;
}

/** How an input is sent. */
export interface Manner {
  /** Of the next piece, and in a tunnel of what is encoded by itself. */
  nextSize(): number;
  /** Changes what is sent through a tunnel. */
  garble(base64: Buffer): Buffer;
  /** Whether a tunnel's POST is closed and opened again before what comes next. */
  reopens(): boolean;
}

/** Follows from the parsers, which are tested by themselves: here the server around them. */
function expectationOf(bytes: Uint8Array, isTunnelled: boolean): Expectation {
  const parser = new RtspParser();
  parser.push(bytes);
  const expected = { answers: 0, reachesProbe: false, closes: false, opensTunnel: false };
  let hasBegun = isTunnelled;
  for (let event = parser.next(); event !== undefined; event = parser.next()) {
    if (event.type === "request" || event.type === "malformed") expected.answers += 1;
    if (event.type === "request" && event.request.cseq === PROBE_CSEQ) expected.reachesProbe = true;
    if (event.type === "malformed" && event.fatal) expected.closes = true;
    if (event.type === "http-request") {
      const asked = readTunnelRequest(event);
      expected.opensTunnel = !hasBegun && "half" in asked && asked.half === "get";
      expected.closes = !expected.opensTunnel;
    }
    if (event.type === "request") hasBegun = true;
  }
  return expected;
}

/** The same for what is sent through a tunnel. */
function tunnelledExpectationOf(messages: readonly Buffer[]): Expectation {
  const decoder = new Base64Stream();
  const expected = expectationOf(decoder.decode(Buffer.concat(messages)), true);
  return decoder.isBroken ? { ...expected, closes: true } : expected;
}

/** One client connection, plain or tunnelled over HTTP, that sends bytes and collects the statuses of the answers. */
export class RtspDialogue {
  readonly statuses: number[] = [];
  readonly #reader = new RtspParser();
  readonly #text: Buffer[] = [];
  readonly #port: number;
  readonly #cookie: string | undefined;
  #socket: Socket | undefined;
  #post: Socket | undefined;
  #unsent: Buffer = Buffer.alloc(0);
  #lastCSeq: number | undefined;
  #heardHttp = false;
  #closed = false;
  #changed = Promise.withResolvers<void>();

  private constructor(port: number, cookie: string | undefined) {
    this.#port = port;
    this.#cookie = cookie;
  }

  /** `cookie`: of the tunnel to open; undefined: none. */
  static async connect(port: number, cookie?: string): Promise<RtspDialogue> {
    const dialogue = new RtspDialogue(port, cookie);
    const socket = await dialogue.#open({
      data: (_, bytes) => dialogue.#read(bytes),
      close: () => dialogue.#onClose(),
      error: () => dialogue.#onClose(),
    });
    dialogue.#socket = socket;
    if (cookie === undefined) return dialogue;
    socket.write(`GET / HTTP/1.0\r\nx-sessioncookie: ${cookie}\r\n\r\n`);
    await dialogue.#until(() => dialogue.#heardHttp);
    await dialogue.#openPost();
    return dialogue;
  }

  /** SETUP of stream2 with this Transport; the session's id, "none" when there is no room. */
  async openSession(transport: string): Promise<string> {
    this.#send(Buffer.from(`SETUP rtsp://h/stream2/trackID=0 RTSP/1.0\r\nCSeq: 1\r\nTransport: ${transport}\r\n\r\n`));
    await this.#until(() => this.statuses.length === 1);
    return /\r\nSession: ([0-9A-Za-z]+)/.exec(Buffer.concat(this.#text).toString("latin1"))?.[1] ?? "none";
  }

  /** Sends `input` and the probe in pieces and waits for all that must come of them. Rejects when it does not. */
  async send(input: Uint8Array, manner: Manner): Promise<void> {
    const bytes = Buffer.concat([input, PROBE]);
    const before = this.statuses.length;
    const isTunnelled = this.#cookie !== undefined;
    const messages = isTunnelled ? encodedInPieces(bytes, manner) : [bytes];
    const expected = isTunnelled ? tunnelledExpectationOf(messages) : expectationOf(bytes, false);
    for (const [index, message] of messages.entries()) {
      if (index > 0 && manner.reopens()) await this.#openPost();
      for (let at = 0; at < message.length && !this.#closed; ) {
        const size = manner.nextSize();
        this.#write(message.subarray(at, at + size));
        at += size;
      }
    }
    const count = () => this.statuses.length - before;
    if (expected.opensTunnel) return this.#until(() => this.#closed || this.#heardHttp);
    await this.#until(() => (expected.closes ? this.#closed : count() >= expected.answers));
    // A close may overtake answers that we had not read when we sent more.
    if (!expected.closes && count() !== expected.answers) throw new Error(`${count()} answers for ${expected.answers}`);
    if (!expected.closes && expected.reachesProbe && this.#lastCSeq !== PROBE_CSEQ)
      throw new Error(`the last answer has CSeq ${this.#lastCSeq}`);
  }

  /** Resets the connection: no port stays in TIME_WAIT. */
  leave(): void {
    this.#socket?.terminate();
    this.#post?.terminate();
  }

  #open(handlers: Bun.SocketHandler<undefined>): Promise<Socket> {
    return Bun.connect({
      hostname: "127.0.0.1",
      port: this.#port,
      socket: { ...handlers, drain: () => this.#flush() },
    });
  }

  /** Opens the POST of the tunnel, and closes the one before. */
  async #openPost(): Promise<void> {
    await this.#until(() => this.#closed || this.#unsent.length === 0);
    this.#post?.end();
    this.#post = await this.#open({ data: () => undefined });
    this.#write(Buffer.from(`POST / HTTP/1.0\r\nx-sessioncookie: ${this.#cookie}\r\n\r\n`));
  }

  #send(bytes: Buffer): void {
    this.#write(this.#cookie === undefined ? bytes : Buffer.from(bytes.toString("base64")));
  }

  #write(bytes: Buffer): void {
    this.#unsent = this.#unsent.length === 0 ? bytes : Buffer.concat([this.#unsent, bytes]);
    this.#flush();
  }

  #flush(): void {
    if (this.#unsent.length === 0) return;
    const taken = (this.#post ?? this.#socket)?.write(this.#unsent) ?? 0;
    this.#unsent = this.#unsent.subarray(Math.max(0, taken));
    if (this.#unsent.length === 0) this.#changed.resolve();
  }

  #read(bytes: Buffer): void {
    if (this.statuses.length === 0) this.#text.push(bytes);
    this.#reader.push(bytes);
    for (let event = this.#reader.next(); event !== undefined; event = this.#reader.next()) {
      // the server answers nothing else that is not RTSP
      if (event.type === "malformed") this.#heardHttp = true;
      if (event.type !== "response") continue;
      this.statuses.push(event.status);
      this.#lastCSeq = event.cseq;
    }
    this.#changed.resolve();
  }

  #onClose(): void {
    this.#closed = true;
    this.#changed.resolve();
  }

  async #until(isSo: () => boolean): Promise<void> {
    const limit = Promise.withResolvers<never>();
    const timer = setTimeout(() => limit.reject(new Error("the answer did not come in time")), ANSWER_LIMIT_MS);
    try {
      while (!isSo()) {
        if (this.#closed) throw new Error("the connection was closed");
        await Promise.race([this.#changed.promise, limit.promise]);
        this.#changed = Promise.withResolvers<void>();
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Base64 as a player makes it, each piece by itself. */
function encodedInPieces(bytes: Buffer, { nextSize, garble }: Manner): readonly Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = nextSize();
    messages.push(garble(Buffer.from(bytes.toString("base64", at, Math.min(at + size, bytes.length)))));
    at += size;
  }
  return messages;
}
