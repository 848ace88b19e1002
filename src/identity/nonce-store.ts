import type { Clock } from "../core/clock.ts";
import type { Crypto } from "../core/crypto-port.ts";
import type { NonceStore } from "./authenticator.ts";

const HTTP_LIFETIME_US = 5 * 60 * 1_000_000;
/** About 2 MB. Anonymous callers get a nonce with every challenge; a flood costs honest clients one `stale=true` round. */
const HTTP_CAPACITY = 10_000;
/** A player asks at most a few times a connection; older nonces leave. */
const CONNECTION_CAPACITY = 8;
/** How far behind the highest `nc` a request may arrive: parallel requests overtake each other. */
const NC_WINDOW = 64n;
const NC_MASK = (1n << NC_WINDOW) - 1n;
/** A multiple of three, so that base64 needs no padding. */
const NONCE_BYTES = 18;

interface IssuedNonce {
  readonly issuedUs: number;
  highest: number;
  /** Bit n: `highest - n` was used. */
  used: bigint;
}

interface NonceRules {
  readonly capacity: number;
  readonly expired: (issuedUs: number) => boolean;
  readonly nowUs: () => number;
  /** Whether the form without `nc` (RFC 2069) is accepted; such a nonce can be used again. */
  readonly acceptsUncounted: boolean;
}

/** Nonces of all HTTP listeners: 5 minutes, counted use only. */
export function createHttpNonces(crypto: Crypto, clock: Clock): NonceStore {
  return createNonces(crypto, {
    capacity: HTTP_CAPACITY,
    nowUs: () => clock.monotonicUs(),
    expired: (issuedUs) => clock.monotonicUs() - issuedUs >= HTTP_LIFETIME_US,
    acceptsUncounted: false,
  });
}

/** Nonces of one RTSP connection: they live as long as it does and may be used in the RFC 2069 form. */
export function createConnectionNonces(crypto: Crypto): NonceStore {
  return createNonces(crypto, {
    capacity: CONNECTION_CAPACITY,
    nowUs: () => 0,
    expired: () => false,
    acceptsUncounted: true,
  });
}

function createNonces(crypto: Crypto, rules: NonceRules): NonceStore {
  // A Map keeps the order of insertion, so the oldest nonces stand first.
  const issued = new Map<string, IssuedNonce>();
  return {
    issue() {
      for (const [nonce, { issuedUs }] of issued) {
        if (issued.size < rules.capacity && !rules.expired(issuedUs)) break;
        issued.delete(nonce);
      }
      const nonce = crypto.randomBytes(NONCE_BYTES).toBase64({ alphabet: "base64url" });
      issued.set(nonce, { issuedUs: rules.nowUs(), highest: 0, used: 0n });
      return nonce;
    },
    use(nonce, nc) {
      if (nc === undefined && !rules.acceptsUncounted) return "unsupported";
      const state = issued.get(nonce);
      if (state === undefined || rules.expired(state.issuedUs)) return "stale";
      return nc === undefined || takeCount(state, nc) ? "fresh" : "stale";
    },
  };
}

/** Marks `nc` used; false when it already was, is 0, or lies below the window. */
function takeCount(state: IssuedNonce, nc: number): boolean {
  if (nc < 1) return false;
  if (nc > state.highest) {
    const step = BigInt(nc - state.highest);
    state.used = step >= NC_WINDOW ? 1n : ((state.used << step) | 1n) & NC_MASK;
    state.highest = nc;
    return true;
  }
  const behind = BigInt(state.highest - nc);
  if (behind >= NC_WINDOW || (state.used >> behind) & 1n) return false;
  state.used |= 1n << behind;
  return true;
}
