import { AppError } from "../core/errors.ts";
import type { Identity, NonceStore } from "../identity/authenticator.ts";
import type { Answer, Exchange } from "./exchange.ts";
import type { Peer } from "./peer.ts";
import { acceptsDigestUri } from "./protocol/url.ts";
import type { RtspServices } from "./services.ts";

/** Who is at the other end of one RTSP connection. What a DESCRIBE or SETUP proved holds for the connection (contract rtsp.md). */
export class ConnectionAccess {
  readonly #services: RtspServices;
  readonly #peer: Peer;
  readonly #nonces: NonceStore;
  #identity: Identity | undefined;

  constructor(services: RtspServices, peer: Peer) {
    this.#services = services;
    this.#peer = peer;
    this.#nonces = services.createNonceStore();
  }

  /** Who proved to be somebody; undefined: nobody, so far. */
  get user(): string | undefined {
    return this.#identity?.user;
  }

  /** False once the login that was proved has ended or lost Media_r. Before any login there is nothing to lose. */
  holds(): boolean {
    if (this.#identity === undefined) return true;
    const now = this.#services.authenticator.refresh(this.#identity);
    if (!now?.permissions.has("Media_r")) return false;
    this.#identity = now;
    return true;
  }

  /** Undefined when the request may go on; else the refusal. Credentials that are presented are always checked. */
  async refuse(exchange: Exchange): Promise<Answer | undefined> {
    const { request, target } = exchange;
    const authorization = request.headers.get("Authorization");
    const presented = authorization !== undefined || target.token !== undefined;
    if (!presented && this.#identity !== undefined) return undefined;
    const isToken = target.token !== undefined || /^\s*bearer\s/i.test(authorization ?? "");
    // whoever overhears a token has it; passwords the authenticator refuses by itself
    if (isToken && this.#services.requireTls && !this.#peer.isSecure) return this.#challenge(false);
    const result = await this.#services.authenticator.authenticate({
      authorization,
      token: target.token,
      method: request.method,
      acceptsUri: (uri) => acceptsDigestUri(request.method, request.uri, uri),
      nonces: this.#nonces,
      address: this.#peer.address,
      isSecure: this.#peer.isSecure,
      allowAnonymous: true,
    });
    if (result.outcome === "locked-out") throw new AppError("locked-out", "Too many failed logins.");
    if (result.outcome === "rejected") return this.#challenge(result.stale);
    if (result.identity.permissions.has("Media_r")) {
      this.#identity = result.identity;
      return undefined;
    }
    if (result.identity.user === undefined) return this.#challenge(false);
    throw new AppError("forbidden", "The permission Media_r is needed.", { permission: "Media_r" });
  }

  #challenge(stale: boolean): Answer {
    const { authenticator, digestAlgorithms } = this.#services;
    const challenges = authenticator.challenges(this.#nonces, digestAlgorithms, stale, this.#peer.isSecure);
    return { status: 401, headers: challenges.map((text) => ["WWW-Authenticate", text] as const) };
  }
}
