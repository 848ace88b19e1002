import type { Socket } from "bun";
import { RtspParser } from "../../src/rtsp/protocol/parser.ts";

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
  /** Whether framing is lost, or HTTP is spoken: the server has to close. */
  readonly closes: boolean;
}

/** Follows from the parser, which is tested by itself: here the server around it is. */
function expectationOf(bytes: Uint8Array): Expectation {
  const parser = new RtspParser();
  parser.push(bytes);
  const expected = { answers: 0, reachesProbe: false, closes: false };
  for (let event = parser.next(); event !== undefined; event = parser.next()) {
    if (event.type === "request" || event.type === "malformed") expected.answers += 1;
    if (event.type === "request" && event.request.cseq === PROBE_CSEQ) expected.reachesProbe = true;
    if (event.type === "http-request" || (event.type === "malformed" && event.fatal)) expected.closes = true;
  }
  return expected;
}

/** One client connection that sends bytes and collects the statuses of the answers. */
export class RtspDialogue {
  readonly statuses: number[] = [];
  readonly #reader = new RtspParser();
  readonly #text: Buffer[] = [];
  #socket: Socket | undefined;
  #unsent: Buffer = Buffer.alloc(0);
  #lastCSeq: number | undefined;
  #closed = false;
  #changed = Promise.withResolvers<void>();

  static async connect(port: number): Promise<RtspDialogue> {
    const dialogue = new RtspDialogue();
    dialogue.#socket = await Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: {
        data: (_, bytes) => dialogue.#read(bytes),
        drain: () => dialogue.#flush(),
        close: () => dialogue.#onClose(),
        error: () => dialogue.#onClose(),
      },
    });
    return dialogue;
  }

  /** SETUP of stream2 with this Transport; the session's id, "none" when there is no room. */
  async openSession(transport: string): Promise<string> {
    this.#send(Buffer.from(`SETUP rtsp://h/stream2/trackID=0 RTSP/1.0\r\nCSeq: 1\r\nTransport: ${transport}\r\n\r\n`));
    await this.#until(() => this.statuses.length === 1);
    return /\r\nSession: ([0-9A-Za-z]+)/.exec(Buffer.concat(this.#text).toString("latin1"))?.[1] ?? "none";
  }

  /** Sends `input` and the probe in pieces and waits for all that must come of them. Rejects when it does not. */
  async send(input: Uint8Array, nextSize: () => number): Promise<void> {
    const bytes = Buffer.concat([input, PROBE]);
    const before = this.statuses.length;
    const expected = expectationOf(bytes);
    for (let at = 0; at < bytes.length && !this.#closed; ) {
      const size = nextSize();
      this.#send(bytes.subarray(at, at + size));
      at += size;
    }
    const count = () => this.statuses.length - before;
    await this.#until(() => (expected.closes ? this.#closed : count() >= expected.answers));
    // A close may overtake answers that we had not read when we sent more.
    if (!expected.closes && count() !== expected.answers) throw new Error(`${count()} answers for ${expected.answers}`);
    if (expected.reachesProbe && this.#lastCSeq !== PROBE_CSEQ)
      throw new Error(`the last answer has CSeq ${this.#lastCSeq}`);
  }

  /** Resets the connection: no port stays in TIME_WAIT. */
  leave(): void {
    this.#socket?.terminate();
  }

  #send(bytes: Buffer): void {
    this.#unsent = this.#unsent.length === 0 ? bytes : Buffer.concat([this.#unsent, bytes]);
    this.#flush();
  }

  #flush(): void {
    if (this.#unsent.length === 0) return;
    const taken = this.#socket?.write(this.#unsent) ?? 0;
    this.#unsent = this.#unsent.subarray(Math.max(0, taken));
  }

  #read(bytes: Buffer): void {
    if (this.statuses.length === 0) this.#text.push(bytes);
    this.#reader.push(bytes);
    for (let event = this.#reader.next(); event !== undefined; event = this.#reader.next()) {
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
