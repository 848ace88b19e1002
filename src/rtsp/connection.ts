import type { Answer } from "./exchange.ts";
import { type RtspEvent, RtspParser } from "./protocol/parser.ts";
import {
  formatHttpRefusal,
  formatTunnelStart,
  type HttpRefusal,
  readTunnelRequest,
} from "./protocol/tunnel-request.ts";
import { formatResponse } from "./protocol/writer.ts";
import { type RequestContext, RequestHandler } from "./request-handler.ts";
import { SESSION_TIMEOUT_S } from "./session.ts";
import { TunnelPost } from "./tunnel-post.ts";
import type { Tunnel, TunnelGet, TunnelTable } from "./tunnel-table.ts";

/** A client that pipelines this much while we work on its first request is no player. */
const MAX_PENDING_BYTES = 256 * 1024;
/** A connection without a session may idle as long as a session (RFC 2326 §12.37). */
const IDLE_LIMIT_US = SESSION_TIMEOUT_S * 1e6;
/** From connecting to the first complete request, of a tunnel's GET to the first that comes through its POST. */
const FIRST_REQUEST_LIMIT_US = 15_000_000;

/** What a connection is made of. */
export interface ConnectionContext extends RequestContext {
  readonly tunnels: TunnelTable;
}

/** Which half of which tunnel a connection is. */
type TunnelPart =
  | { readonly half: "get"; readonly tunnel: Tunnel }
  | { readonly half: "post"; readonly post: TunnelPost };

/**
 * One client's control connection: its bytes in, its answers out, one request at a time. Owns no socket. Where RTSP is
 * tunnelled over HTTP the connection of the GET is the client's, and that of the POST only hands on what it decodes.
 */
export class RtspConnection implements TunnelGet {
  readonly #context: ConnectionContext;
  readonly #connectedUs: number;
  #handler: RequestHandler;
  #parser = new RtspParser();
  #part: TunnelPart | undefined;
  #lastRequestUs: number | undefined;
  #busy = false;
  #closed = false;

  constructor(context: ConnectionContext) {
    this.#context = context;
    this.#handler = new RequestHandler(context);
    this.#connectedUs = context.services.clock.monotonicUs();
  }

  /** Whether it has sessions, or serves a connection that has. */
  get hasSessions(): boolean {
    if (this.#part?.half !== "post") return this.#handler.hasSessions;
    const { post } = this.#part;
    return !post.hasEnded && post.tunnel.get.hasSessions;
  }

  /** False once the login of the connection has ended or lost its right to look. */
  get isAllowed(): boolean {
    return this.#handler.isAllowed;
  }

  /** Bytes arrived. */
  receive(bytes: Uint8Array): void {
    if (this.#part === undefined) this.receiveTunnelled(bytes);
    else if (this.#part.half === "post") this.#handOn(this.#part.post, bytes);
    // a GET has nothing to say after its head
  }

  receiveTunnelled(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#parser.push(bytes);
    this.#pump();
    if (this.#parser.pendingBytes > MAX_PENDING_BYTES) this.shut();
  }

  /** The socket has room again. */
  onDrain(): void {
    if (this.#context.queue.drain()) this.#handler.onDrain();
  }

  /** The socket is closed, by whomever. */
  onClosed(): void {
    this.#closed = true;
    if (this.#part?.half === "get") this.#context.tunnels.close(this.#part.tunnel);
    if (this.#part?.half === "post") this.#part.post.end();
    this.#context.queue.close();
    this.#handler.onConnectionLost();
  }

  /** Housekeeping, a few times a second. */
  tick(nowUs: number): void {
    if (this.#part?.half === "post") this.#part.post.tick(nowUs);
    if (this.#isIdle(nowUs) || this.#context.queue.isStalled(nowUs)) this.shut();
  }

  /** Closes the socket, which ends the sessions. */
  shut(): void {
    if (!this.#closed) this.#context.close();
  }

  /** A POST may be as quiet as it likes: it ends with its GET. */
  #isIdle(nowUs: number): boolean {
    if (this.#part?.half === "post" || this.#handler.hasSessions) return false;
    const limitUs = this.#lastRequestUs === undefined ? FIRST_REQUEST_LIMIT_US : IDLE_LIMIT_US;
    return nowUs - (this.#lastRequestUs ?? this.#connectedUs) > limitUs;
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
        this.#lastRequestUs = this.#context.services.clock.monotonicUs();
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
        this.#takeHttp(event);
        return;
      case "response":
        return;
    }
  }

  #takeHttp(request: RtspEvent & { readonly type: "http-request" }): void {
    const refusal = this.#enterTunnel(request);
    if (refusal !== undefined) this.#refuse(refusal);
  }

  #enterTunnel(request: RtspEvent & { readonly type: "http-request" }): HttpRefusal | undefined {
    if (this.#lastRequestUs !== undefined || this.#part !== undefined)
      return { status: 400, message: "HTTP begins a connection or is not spoken on it." };
    const asked = readTunnelRequest(request);
    if ("status" in asked) return asked;
    return asked.half === "get" ? this.#openTunnel(asked.cookie) : this.#joinTunnel(asked.cookie, request.rest);
  }

  #openTunnel(cookie: string): HttpRefusal | undefined {
    const { tunnels, peer, queue } = this.#context;
    const tunnel = tunnels.open(peer, cookie, this);
    if (tunnel === undefined) return { status: 409, message: "This x-sessioncookie is in use." };
    this.#part = { half: "get", tunnel };
    this.#handler = new RequestHandler({ ...this.#context, peer: { ...peer, isTunnelled: true } });
    this.#parser = new RtspParser();
    queue.writeControl(formatTunnelStart());
    return undefined;
  }

  #joinTunnel(cookie: string, body: Uint8Array): HttpRefusal | undefined {
    const { tunnels, peer, services } = this.#context;
    const tunnel = tunnels.find(peer, cookie);
    if (tunnel === undefined)
      return { status: 404, message: "There is no GET with this x-sessioncookie from this address." };
    if (!tunnel.hasRoom) {
      // none of the others may lose its turn: half of what it said would be missing
      this.#endTunnel(tunnel);
      return { status: 409, message: "Too many POSTs of this tunnel are open." };
    }
    const post = new TunnelPost(tunnel, services.clock.monotonicUs(), () => this.shut());
    this.#part = { half: "post", post };
    this.#handOn(post, body);
    return undefined;
  }

  #handOn(post: TunnelPost, bytes: Uint8Array): void {
    if (this.#closed || post.receive(bytes, this.#context.services.clock.monotonicUs())) return;
    this.#refuse({ status: 400, message: "This is not base64, or more than is taken ahead." });
    this.#endTunnel(post.tunnel);
  }

  #endTunnel(tunnel: Tunnel): void {
    tunnel.end();
    tunnel.get.shut();
  }

  #refuse(refusal: HttpRefusal): void {
    this.#context.queue.writeControl(formatHttpRefusal(refusal));
    this.shut();
  }

  #write(cseq: number | undefined, { status, headers = [], body }: Answer): void {
    const withServer = [["Server", "RotorDream"] as const, ...headers];
    const response = formatResponse({ status, cseq, headers: withServer, ...(body === undefined ? {} : { body }) });
    if (!this.#context.queue.writeControl(response)) this.shut();
  }
}
