import type { Answer } from "./exchange.ts";
import type { Peer } from "./peer.ts";
import { type RtspEvent, RtspParser } from "./protocol/parser.ts";
import { formatResponse } from "./protocol/writer.ts";
import { RequestHandler } from "./request-handler.ts";
import type { RtspServices } from "./services.ts";
import { SESSION_TIMEOUT_S } from "./session.ts";
import type { SessionTable } from "./session-table.ts";
import type { SocketQueue } from "./socket-queue.ts";

/** A client that pipelines this much while we work on its first request is no player. */
const MAX_PENDING_BYTES = 256 * 1024;
/** A connection without a session may idle as long as a session (RFC 2326 §12.37). */
const IDLE_LIMIT_US = SESSION_TIMEOUT_S * 1e6;
/** From connecting to the first complete request. */
const FIRST_REQUEST_LIMIT_US = 15_000_000;
/** The tunnel over HTTP comes with a later version. */
const NO_TUNNEL = Buffer.from("HTTP/1.1 501 Not Implemented\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");

/** One client's control connection: its bytes in, its answers out, one request at a time. Owns no socket; `close` is how it asks for the end. */
export class RtspConnection {
  readonly #services: RtspServices;
  readonly #queue: SocketQueue;
  readonly #close: () => void;
  readonly #handler: RequestHandler;
  readonly #parser = new RtspParser();
  readonly #connectedUs: number;
  #lastRequestUs: number | undefined;
  #busy = false;
  #closed = false;

  constructor(services: RtspServices, table: SessionTable, peer: Peer, queue: SocketQueue, close: () => void) {
    this.#services = services;
    this.#queue = queue;
    this.#close = close;
    this.#handler = new RequestHandler({ services, table, peer, queue });
    this.#connectedUs = services.clock.monotonicUs();
  }

  get hasSessions(): boolean {
    return this.#handler.hasSessions;
  }

  /** False once the login of the connection has ended or lost its right to look. */
  get isAllowed(): boolean {
    return this.#handler.isAllowed;
  }

  /** Bytes arrived. */
  receive(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#parser.push(bytes);
    this.#pump();
    if (this.#parser.pendingBytes > MAX_PENDING_BYTES) this.shut();
  }

  /** The socket has room again. */
  onDrain(): void {
    if (this.#queue.drain()) this.#handler.onDrain();
  }

  /** The socket is closed, by whomever. */
  onClosed(): void {
    this.#closed = true;
    this.#queue.close();
    this.#handler.onConnectionLost();
  }

  /** Housekeeping, a few times a second. */
  tick(nowUs: number): void {
    const limitUs = this.#lastRequestUs === undefined ? FIRST_REQUEST_LIMIT_US : IDLE_LIMIT_US;
    const idle = !this.#handler.hasSessions && nowUs - (this.#lastRequestUs ?? this.#connectedUs) > limitUs;
    if (idle || this.#queue.isStalled(nowUs)) this.shut();
  }

  /** Closes the socket, which ends the sessions. */
  shut(): void {
    if (!this.#closed) this.#close();
  }

  #pump(): void {
    while (!this.#busy && !this.#closed) {
      const event = this.#parser.next();
      if (event === undefined) return;
      this.#take(event);
    }
  }

  #take(event: RtspEvent): void {
    switch (event.type) {
      case "request": {
        const { request } = event;
        this.#busy = true;
        this.#lastRequestUs = this.#services.clock.monotonicUs();
        void this.#handler
          .handle(request, (answer) => this.#write(request.cseq, answer))
          .then(() => {
            this.#busy = false;
            this.#pump();
          });
        return;
      }
      case "interleaved":
        this.#handler.onInterleaved(event.channel, event.payload);
        return;
      case "malformed":
        this.#write(event.cseq, { status: event.status });
        if (event.fatal) this.shut();
        return;
      case "http-request":
        this.#queue.writeControl(NO_TUNNEL);
        this.shut();
        return;
      case "response":
        return;
    }
  }

  #write(cseq: number | undefined, { status, headers = [], body }: Answer): void {
    const withServer = [["Server", "RotorDream"] as const, ...headers];
    const response = formatResponse({ status, cseq, headers: withServer, ...(body === undefined ? {} : { body }) });
    if (!this.#queue.writeControl(response)) this.shut();
  }
}
