/** What an RTSP client talks through: one TCP or TLS connection, or RTSP tunnelled over HTTP in two of them. */

/** What comes of a connection. */
export interface SocketEvents {
  /** Valid during the call. */
  take(bytes: Buffer): void;
  /** The server closed it, or it broke. */
  lose(reason: string): void;
}

export interface ClientSocket {
  /** False when not everything was taken: what clients send is small, so the peer is as good as dead. */
  write(bytes: Buffer): boolean;
  /** Closes in order. */
  end(): void;
  /** Vanishes as a player that was killed. */
  terminate(): void;
}

/** Connects to the host of an `rtsp:` or `rtsps:` URL. */
export async function openSocket(address: string, events: SocketEvents): Promise<ClientSocket> {
  const { protocol, port, hostname } = new URL(address);
  const isSecure = protocol === "rtsps:";
  const shaken = Promise.withResolvers<void>();
  const socket = await Bun.connect({
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port || (isSecure ? 322 : 554)),
    // whom the certificate names is tested elsewhere
    ...(isSecure ? { tls: { rejectUnauthorized: false } } : {}),
    socket: {
      // what is written before is lost
      handshake: () => shaken.resolve(),
      data: (_socket, bytes) => events.take(bytes),
      close: () => {
        shaken.reject(new Error("the server closed the connection"));
        events.lose("the server closed the connection");
      },
      error: (_socket, error) => events.lose(error.message),
    },
  });
  if (isSecure) await shaken.promise;
  else shaken.resolve();
  return {
    write: (bytes) => socket.write(bytes) === bytes.length,
    end: () => void socket.end(),
    terminate: () => socket.terminate(),
  };
}

const HEAD_END = "\r\n\r\n";

/** A tunnel as players make one: GET, its answer, POST; each write is base64 by itself. */
export class TunnelSocket implements ClientSocket {
  readonly #address: string;
  readonly #events: SocketEvents;
  readonly #cookie = crypto.randomUUID();
  #get: ClientSocket | undefined;
  #post: ClientSocket | undefined;

  private constructor(address: string, events: SocketEvents) {
    this.#address = address;
    this.#events = events;
  }

  /** Rejects with the answer's head when the GET is refused. */
  static async open(address: string, events: SocketEvents): Promise<TunnelSocket> {
    const tunnel = new TunnelSocket(address, events);
    await tunnel.#openGet();
    await tunnel.openPost();
    return tunnel;
  }

  /** Closes the POST and opens another. */
  async openPost(): Promise<void> {
    const former = this.#post;
    this.#post = undefined;
    former?.end();
    // a server that ends the tunnel ends the GET as well
    const post = await openSocket(this.#address, { take: () => undefined, lose: () => undefined });
    post.write(this.#head("POST", "Content-Length: 32767"));
    this.#post = post;
  }

  write(bytes: Buffer): boolean {
    return this.#post?.write(Buffer.from(bytes.toString("base64"))) ?? false;
  }

  end(): void {
    this.#get?.end();
    this.#post?.end();
  }

  terminate(): void {
    this.#get?.terminate();
    this.#post?.terminate();
  }

  async #openGet(): Promise<void> {
    const opened = Promise.withResolvers<void>();
    let head: string | undefined = "";
    this.#get = await openSocket(this.#address, {
      take: (bytes) => {
        if (head === undefined) return this.#events.take(bytes);
        head += bytes.toString("latin1");
        const end = head.indexOf(HEAD_END);
        if (end === -1) return;
        if (!head.startsWith("HTTP/1.0 200 ")) return opened.reject(new Error(head));
        const rest = Buffer.from(head.slice(end + HEAD_END.length), "latin1");
        head = undefined;
        opened.resolve();
        if (rest.length > 0) this.#events.take(rest);
      },
      lose: (reason) => {
        opened.reject(new Error(reason));
        this.#events.lose(reason);
      },
    });
    this.#get.write(this.#head("GET", "Accept: application/x-rtsp-tunnelled"));
    await opened.promise;
  }

  #head(method: string, header: string): Buffer {
    const path = new URL(this.#address).pathname;
    return Buffer.from(`${method} ${path} HTTP/1.1\r\nx-sessioncookie: ${this.#cookie}\r\n${header}${HEAD_END}`);
  }
}
