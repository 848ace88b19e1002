import type { Crypto } from "../core/crypto-port.ts";

/** Of one side of an ICE session (RFC 8839 §5.4). */
export interface IceCredentials {
  readonly ufrag: string;
  readonly password: string;
}

/** 48 random bits: two sessions of one device do not meet (RFC 8445 §5.3 asks for 24). */
const UFRAG_BYTES = 6;
/** 144 random bits (RFC 8445 §5.3 asks for 128). */
const PASSWORD_BYTES = 18;

/** Fresh credentials. Base64 without padding: its letters are exactly the ice-chars. */
export function createIceCredentials(crypto: Pick<Crypto, "randomBytes">): IceCredentials {
  return {
    ufrag: crypto.randomBytes(UFRAG_BYTES).toBase64(),
    password: crypto.randomBytes(PASSWORD_BYTES).toBase64(),
  };
}
