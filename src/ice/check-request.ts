import type { Crypto } from "../core/crypto-port.ts";
import type { TransportAddress } from "./ip-address.ts";
import {
  hasIntegrity,
  STUN_ATTRIBUTE,
  STUN_METHOD,
  type StunMessage,
  textOf,
  uint32Of,
  uint64Of,
  unknownAttributesOf,
} from "./stun-message.ts";
import { StunWriter } from "./stun-writer.ts";

/** What an authentic check of the peer says (RFC 8445 §7.1). */
export interface CheckRequest {
  readonly priority: number;
  readonly nominates: boolean;
  /** The tie-breaker, under the role that the peer believes to have. */
  readonly controlling: bigint | undefined;
  readonly controlled: bigint | undefined;
}

/** Whom a check must name to be for us. */
export interface CheckAudience {
  readonly ufrag: string;
  readonly key: Uint8Array;
  /** Undefined: not known yet; a browser may check before its answer arrives. */
  readonly remoteUfrag: string | undefined;
}

/** Reads a check: undefined when it is not for us or not authentic, the bytes of an error answer when it is authentic and wrong. */
export function readCheck(
  message: StunMessage,
  audience: CheckAudience,
  crypto: Pick<Crypto, "hmacSha1" | "timingSafeEqual">,
): CheckRequest | Uint8Array | undefined {
  const { ufrag, key, remoteUfrag } = audience;
  const [ours, theirs] = (textOf(message, STUN_ATTRIBUTE.username) ?? "").split(":");
  if (ours !== ufrag || (remoteUfrag !== undefined && theirs !== remoteUfrag)) return undefined;
  if (!hasIntegrity(message, key, crypto)) return undefined;
  const unknown = unknownAttributesOf(message);
  if (unknown.length > 0)
    return errorAnswer(message, 420, "Unknown Attribute").addUnknownAttributes(unknown).finish(key, crypto);
  const priority = uint32Of(message, STUN_ATTRIBUTE.priority);
  if (priority === undefined) return errorAnswer(message, 400, "Bad Request").finish(key, crypto);
  return {
    priority,
    nominates: message.attributes.some(({ type }) => type === STUN_ATTRIBUTE.useCandidate),
    controlling: uint64Of(message, STUN_ATTRIBUTE.iceControlling),
    controlled: uint64Of(message, STUN_ATTRIBUTE.iceControlled),
  };
}

/** The answer that tells a peer where its check came from. */
export function checkSuccess(
  message: StunMessage,
  from: TransportAddress,
  key: Uint8Array,
  crypto: Pick<Crypto, "hmacSha1">,
): Uint8Array {
  return new StunWriter("success", STUN_METHOD.binding, message.transactionId)
    .addXorAddress(STUN_ATTRIBUTE.xorMappedAddress, from)
    .finish(key, crypto);
}

/** The answer that makes a peer change its role (RFC 8445 §7.3.1.1). */
export function roleConflict(message: StunMessage, key: Uint8Array, crypto: Pick<Crypto, "hmacSha1">): Uint8Array {
  return errorAnswer(message, 487, "Role Conflict").finish(key, crypto);
}

/** Ufrag of our session that a message belongs to: named in a check, hidden in the transaction id of an answer to one of ours. Not authenticated by this. */
export function localUfragOf(message: StunMessage): string | undefined {
  if (message.class === "request") return textOf(message, STUN_ATTRIBUTE.username)?.split(":")[0];
  return message.transactionId.subarray(0, OWNER_BYTES).toBase64();
}

/** Bytes of our ufrag that begin every transaction id, by which an answer finds its session. */
export const OWNER_BYTES = 6;

function errorAnswer(message: StunMessage, number: number, phrase: string): StunWriter {
  return new StunWriter("error", STUN_METHOD.binding, message.transactionId).addError(number, phrase);
}
