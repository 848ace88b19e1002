import type { Peer } from "./peer.ts";
import type { TunnelPost } from "./tunnel-post.ts";

/** GETs that nothing has come of yet. The oldest gives way, so that idlers keep nobody out; players send the POST at once. */
const MAX_WAITING = 128;
/** Of one address, behind which a whole house may look. */
const MAX_WAITING_OF_ADDRESS = 32;
/** POSTs of one tunnel that are heard of together: the end of one may be seen after the beginning, and even the end, of the next. */
const MAX_POSTS = 64;

/** The connection of the GET, which is the RTSP connection of the tunnel: it has the sessions and gives the answers. */
export interface TunnelGet {
  readonly hasSessions: boolean;
  /** Bytes that the client sent through its POST, decoded. */
  receiveTunnelled(bytes: Uint8Array): void;
  shut(): void;
}

/** A GET and, one after the other, its POSTs. */
export class Tunnel {
  readonly get: TunnelGet;
  readonly address: string;
  /** In the order of their beginning; the first is heard, and each stays until all it said was. */
  readonly #posts: TunnelPost[] = [];

  constructor(get: TunnelGet, address: string) {
    this.get = get;
    this.address = address;
  }

  /** Whether there is neither a POST nor a session. */
  get isWaiting(): boolean {
    return this.#posts.length === 0 && !this.get.hasSessions;
  }

  /** Whether it is this POST's turn. */
  hears(post: TunnelPost): boolean {
    return this.#posts[0] === post;
  }

  /** Bytes that POSTs said before their turn. */
  get heldBytes(): number {
    return this.#posts.reduce((sum, post) => sum + post.heldBytes, 0);
  }

  /** Whether one more POST may begin. */
  get hasRoom(): boolean {
    return this.#posts.length < MAX_POSTS;
  }

  /** When the POST began that is heard after this one; undefined: there is none. */
  get nextBeganUs(): number | undefined {
    return this.#posts[1]?.beganUs;
  }

  /** A POST begins; it is heard when those before it have ended. */
  attach(post: TunnelPost): void {
    this.#posts.push(post);
  }

  /** POSTs have ended: the next one that is there, or was, is heard. */
  advance(): void {
    while (this.#posts[0]?.hasEnded) {
      this.#posts.shift();
      this.#posts[0]?.speak();
    }
  }

  /** The GET is gone, and with it what the POSTs were for; what they still say is not kept. */
  end(): void {
    for (const post of this.#posts.splice(0)) {
      post.end();
      post.shut();
    }
  }
}

/** The tunnels of a server. A cookie is good at the address that it came from, and over TLS only where the GET came over TLS. */
export class TunnelTable {
  readonly #tunnels = new Map<string, Tunnel>();

  /** A tunnel for this GET; undefined when its cookie is in use. */
  open(peer: Peer, cookie: string, get: TunnelGet): Tunnel | undefined {
    const key = keyOf(peer, cookie);
    if (this.#tunnels.has(key)) return undefined;
    this.#makeRoom(peer.address);
    const tunnel = new Tunnel(get, peer.address);
    this.#tunnels.set(key, tunnel);
    return tunnel;
  }

  /** The tunnel that a POST belongs to. */
  find(peer: Peer, cookie: string): Tunnel | undefined {
    return this.#tunnels.get(keyOf(peer, cookie));
  }

  /** The GET is gone. */
  close(tunnel: Tunnel): void {
    for (const [key, each] of this.#tunnels) if (each === tunnel) this.#tunnels.delete(key);
    tunnel.end();
  }

  #makeRoom(address: string): void {
    const waiting = [...this.#tunnels.values()].filter((tunnel) => tunnel.isWaiting);
    const ofAddress = waiting.filter((tunnel) => tunnel.address === address);
    const oldest = ofAddress.length >= MAX_WAITING_OF_ADDRESS ? ofAddress[0] : undefined;
    const leaving = oldest ?? (waiting.length >= MAX_WAITING ? waiting[0] : undefined);
    if (leaving === undefined) return;
    this.close(leaving);
    leaving.get.shut();
  }
}

function keyOf({ isSecure, address }: Peer, cookie: string): string {
  return `${isSecure ? "tls" : "tcp"} ${address} ${cookie}`;
}
