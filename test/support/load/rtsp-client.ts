import { type ClientSocket, openSocket, TunnelSocket } from "./rtsp-socket.ts";

/** A small RTSP client that shares no code with the server: requests, answers, interleaved frames, Digest and Basic. */

const ANSWER_LIMIT_MS = 10_000;
/** A frame of up to 64 KiB behind its header, and as much again of a head: more than this waiting is broken framing. */
const MAX_PARTIAL_BYTES = 256 * 1024;
const DOLLAR = 0x24;
const INTERLEAVED_HEADER_BYTES = 4;

export interface RtspAnswer {
  readonly status: number;
  /** Names in lower case; a repeated header keeps all its values. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
}

export interface RtspClientOptions {
  readonly url: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** RTSP over HTTP. */
  readonly isTunnelled?: boolean | undefined;
  /** One interleaved frame: `bytes[start, end)`, valid during the call. */
  readonly onFrame?: (channel: number, bytes: Buffer, start: number, end: number) => void;
  /** The connection ended without `end` or `abort`. */
  readonly onLost?: (reason: string) => void;
}

interface Waiting {
  resolve(answer: RtspAnswer): void;
  reject(error: Error): void;
  readonly timer: Timer;
}

export class RtspClient {
  /** The URL without credentials: what requests name. */
  readonly url: string;
  readonly host: string;
  readonly #options: RtspClientOptions;
  readonly #user: string | undefined;
  readonly #password: string;
  readonly #waiting = new Map<number, Waiting>();
  #socket: ClientSocket | undefined;
  #partial: Buffer | undefined;
  #cseq = 0;
  #challenge: string | undefined;
  #nonceCount = 0;
  #over = false;

  private constructor(options: RtspClientOptions) {
    const url = new URL(options.url);
    this.#options = options;
    this.#user = options.user ?? (url.username === "" ? undefined : decodeURIComponent(url.username));
    this.#password = options.password ?? decodeURIComponent(url.password);
    this.url = options.url.replace(/^(rtsps?:\/\/)[^/]*@/, "$1");
    this.host = url.hostname.replace(/^\[|\]$/g, "");
  }

  static async connect(options: RtspClientOptions): Promise<RtspClient> {
    const client = new RtspClient(options);
    const events = { take: (bytes: Buffer) => client.#read(bytes), lose: (reason: string) => client.#lose(reason) };
    const address = client.url;
    client.#socket = await (options.isTunnelled ? TunnelSocket.open(address, events) : openSocket(address, events));
    return client;
  }

  /** Sends a request and waits for its answer; answers a challenge once. */
  async request(method: string, uri: string, headers: Readonly<Record<string, string>> = {}): Promise<RtspAnswer> {
    const answer = await this.#exchange(method, uri, headers);
    if (answer.status !== 401 || this.#user === undefined) return answer;
    const challenges = answer.headers.get("www-authenticate") ?? [];
    const challenge = challenges.find(isMd5Digest) ?? challenges.find((text) => /^basic /i.test(text));
    if (challenge === undefined) return answer;
    this.#challenge = challenge;
    this.#nonceCount = 0;
    return this.#exchange(method, uri, headers);
  }

  /** Sends one interleaved frame. */
  sendFrame(channel: number, payload: Uint8Array): void {
    const frame = Buffer.alloc(INTERLEAVED_HEADER_BYTES + payload.length);
    frame[0] = DOLLAR;
    frame[1] = channel;
    frame.writeUInt16BE(payload.length, 2);
    frame.set(payload, INTERLEAVED_HEADER_BYTES);
    this.#write(frame);
  }

  /** Closes the POST of a tunnel and opens another. */
  async reopenPost(): Promise<void> {
    if (this.#socket instanceof TunnelSocket) await this.#socket.openPost();
  }

  /** Closes in order. */
  end(): void {
    this.#finish("closed");
    this.#socket?.end();
  }

  /** Vanishes as a player that was killed. */
  abort(): void {
    this.#finish("aborted");
    this.#socket?.terminate();
  }

  #exchange(method: string, uri: string, headers: Readonly<Record<string, string>>): Promise<RtspAnswer> {
    const cseq = ++this.#cseq;
    const lines = [`${method} ${uri} RTSP/1.0`, `CSeq: ${cseq}`, "User-Agent: rtsp-load"];
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
    const credentials = this.#credentials(method, uri);
    if (credentials !== undefined) lines.push(`Authorization: ${credentials}`);
    const { promise, resolve, reject } = Promise.withResolvers<RtspAnswer>();
    const timer = setTimeout(() => this.#lose(`no answer to ${method}`), ANSWER_LIMIT_MS);
    this.#waiting.set(cseq, { resolve, reject, timer });
    this.#write(Buffer.from(`${lines.join("\r\n")}\r\n\r\n`));
    return promise;
  }

  #credentials(method: string, uri: string): string | undefined {
    if (this.#challenge === undefined || this.#user === undefined) return undefined;
    if (!isMd5Digest(this.#challenge))
      return `Basic ${Buffer.from(`${this.#user}:${this.#password}`).toString("base64")}`;
    const field = (name: string) => new RegExp(`[ ,]${name}="([^"]*)"`, "i").exec(this.#challenge ?? "")?.[1] ?? "";
    const [realm, nonce] = [field("realm"), field("nonce")];
    const ha1 = md5(`${this.#user}:${realm}:${this.#password}`);
    const ha2 = md5(`${method}:${uri}`);
    const base = `Digest username="${this.#user}", realm="${realm}", nonce="${nonce}", uri="${uri}"`;
    if (!field("qop").split(",").includes("auth")) return `${base}, response="${md5(`${ha1}:${nonce}:${ha2}`)}"`;
    const nc = (++this.#nonceCount).toString(16).padStart(8, "0");
    const cnonce = Bun.hash(`${nonce}${nc}`).toString(16);
    return `${base}, algorithm=MD5, qop=auth, nc=${nc}, cnonce="${cnonce}", response="${md5(`${ha1}:${nonce}:${nc}:${cnonce}:auth:${ha2}`)}"`;
  }

  #write(bytes: Buffer): void {
    if (this.#over) return;
    if (!this.#socket?.write(bytes)) this.#lose("the server stopped reading");
  }

  #read(chunk: Buffer): void {
    const bytes = this.#partial === undefined ? chunk : Buffer.concat([this.#partial, chunk]);
    let at = 0;
    while (at < bytes.length && !this.#over) {
      const next = bytes[at] === DOLLAR ? this.#readFrame(bytes, at) : this.#readAnswer(bytes, at);
      if (next === at) break;
      at = next;
    }
    this.#partial = at < bytes.length ? Buffer.from(bytes.subarray(at)) : undefined;
    if ((this.#partial?.length ?? 0) > MAX_PARTIAL_BYTES) this.#lose("framing is lost");
  }

  /** Returns where the frame ends, or `at` when it is not all there. */
  #readFrame(bytes: Buffer, at: number): number {
    const start = at + INTERLEAVED_HEADER_BYTES;
    if (start > bytes.length) return at;
    const end = start + bytes.readUInt16BE(at + 2);
    if (end > bytes.length) return at;
    this.#options.onFrame?.(bytes[at + 1] ?? 0, bytes, start, end);
    return end;
  }

  #readAnswer(bytes: Buffer, at: number): number {
    const headEnd = bytes.indexOf("\r\n\r\n", at);
    if (headEnd < 0) return at;
    const [statusLine = "", ...lines] = bytes.toString("utf8", at, headEnd).split("\r\n");
    const status = /^RTSP\/1\.0 (\d{3}) /.exec(statusLine)?.[1];
    if (status === undefined) {
      this.#lose(`not an answer: ${JSON.stringify(statusLine.slice(0, 40))}`);
      return at;
    }
    const headers = new Map<string, string[]>();
    for (const line of lines) {
      const colon = line.indexOf(":");
      const name = line.slice(0, colon).toLowerCase();
      headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
    }
    const bodyStart = headEnd + 4;
    const end = bodyStart + Number(headers.get("content-length")?.[0] ?? 0);
    if (end > bytes.length) return at;
    const cseq = Number(headers.get("cseq")?.[0]);
    const waiting = this.#waiting.get(cseq);
    if (waiting === undefined) {
      this.#lose(`an answer to no request of ours (CSeq ${cseq})`);
      return at;
    }
    this.#waiting.delete(cseq);
    clearTimeout(waiting.timer);
    waiting.resolve({ status: Number(status), headers, body: bytes.toString("utf8", bodyStart, end) });
    return end;
  }

  #lose(reason: string): void {
    if (this.#over) return;
    this.#finish(reason);
    this.#socket?.terminate();
    this.#options.onLost?.(reason);
  }

  #finish(reason: string): void {
    this.#over = true;
    for (const { timer, reject } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new Error(reason));
    }
    this.#waiting.clear();
  }
}

function isMd5Digest(challenge: string): boolean {
  return /^digest /i.test(challenge) && !/algorithm="?(?!md5\b)/i.test(challenge);
}

function md5(text: string): string {
  return new Bun.CryptoHasher("md5").update(text).digest("hex");
}
