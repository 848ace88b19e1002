import type { Clock } from "../../core/clock.ts";
import type { Crypto } from "../../core/crypto-port.ts";

/** A TURN password given to a browser is good for this long; coturn ends no allocation that was made in time. */
const CREDENTIAL_LIFETIME_S = 3600;

/** One server as `RTCPeerConnection` takes it. */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

/**
 * The configured servers with credentials of their own for one user, made as coturn's `use-auth-secret` checks them; the secret itself goes
 * nowhere. Servers of the REST API for TURN know no other way.
 */
export function iceServersFor(
  user: string,
  { iceServers, turnSecret }: { readonly iceServers: readonly string[]; readonly turnSecret: string | undefined },
  { clock, crypto }: { readonly clock: Clock; readonly crypto: Pick<Crypto, "hmacSha1"> },
): readonly IceServer[] {
  const isTurn = (url: string) => /^turns?:/.test(url);
  const stun = iceServers.filter((url) => !isTurn(url));
  const turn = iceServers.filter(isTurn);
  const servers: IceServer[] = stun.length > 0 ? [{ urls: stun }] : [];
  if (turn.length === 0) return servers;
  if (turnSecret === undefined) return [...servers, { urls: turn }];
  const username = `${Math.floor(clock.wallMs() / 1000) + CREDENTIAL_LIFETIME_S}:${user}`;
  const encode = (text: string) => new TextEncoder().encode(text);
  const credential = crypto.hmacSha1(encode(turnSecret), encode(username));
  return [...servers, { urls: turn, username, credential: Uint8Array.from(credential).toBase64() }];
}

/** The same as `Link` header fields (draft-ietf-wish-whep §4.4). */
export function iceServerLinks(servers: readonly IceServer[]): string {
  return servers
    .flatMap(({ urls, username, credential }) =>
      urls.map((url) => {
        const login =
          username === undefined
            ? ""
            : `; username=${JSON.stringify(username)}; credential=${JSON.stringify(credential)}; credential-type="password"`;
        return `<${url}>; rel="ice-server"${login}`;
      }),
    )
    .join(", ");
}
