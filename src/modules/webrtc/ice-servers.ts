import type { Clock } from "../../core/clock.ts";
import type { Crypto } from "../../core/crypto-port.ts";
import type { TurnCredentials } from "../../ice/turn-requests.ts";

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
  const { username, password } = turnCredentials(user, CREDENTIAL_LIFETIME_S, turnSecret, { clock, crypto });
  return [...servers, { urls: turn, username, credential: password }];
}

/** Credentials that coturn's `use-auth-secret` takes from now on for so many seconds. */
export function turnCredentials(
  name: string,
  lifetimeS: number,
  secret: string,
  { clock, crypto }: { readonly clock: Clock; readonly crypto: Pick<Crypto, "hmacSha1"> },
): TurnCredentials {
  const username = `${Math.floor(clock.wallMs() / 1000) + lifetimeS}:${name}`;
  const encode = (text: string) => new TextEncoder().encode(text);
  return { username, password: Uint8Array.from(crypto.hmacSha1(encode(secret), encode(username))).toBase64() };
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
