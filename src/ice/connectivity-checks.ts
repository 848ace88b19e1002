import type { Crypto } from "../core/crypto-port.ts";
import type { CandidatePair, LocalPath } from "./candidate-pair.ts";
import { OWNER_BYTES } from "./check-request.ts";
import type { IceCredentials } from "./credentials.ts";
import { addressKey, type TransportAddress } from "./ip-address.ts";
import { errorNumberOf, hasIntegrity, STUN_ATTRIBUTE, STUN_METHOD, type StunMessage } from "./stun-message.ts";
import { StunWriter } from "./stun-writer.ts";

/** First retransmission; doubles with each (RFC 8489 §6.2.1). */
const FIRST_TIMEOUT_MS = 500;
/** 500 + 1000 + 2000 + 4000 ms: after 7.5 s of silence a pair is taken for dead; a check of the peer revives it. */
const MAX_SENDS = 4;
const RANDOM_BYTES = 6;

/** A datagram to send. */
export interface IceDatagram {
  readonly path: LocalPath;
  readonly remote: TransportAddress;
  readonly bytes: Uint8Array;
}

/** What a check says of us. */
export interface CheckContent {
  readonly local: IceCredentials;
  readonly remote: IceCredentials;
  readonly isControlling: boolean;
  readonly tieBreaker: bigint;
  readonly nominate: boolean;
}

/** What an answer to one of our checks means. */
export type CheckAnswer =
  | { readonly outcome: "succeeded"; readonly pair: CandidatePair; readonly nominated: boolean }
  | { readonly outcome: "role-conflict"; readonly pair: CandidatePair; readonly wasControlling: boolean }
  | { readonly outcome: "failed"; readonly pair: CandidatePair };

interface Transaction {
  readonly pair: CandidatePair;
  readonly bytes: Uint8Array;
  readonly content: CheckContent;
  readonly sentMs: number;
  sends: number;
  nextMs: number;
}

/** The checks that we have sent and that wait for answers; at most one for each pair. */
export class ConnectivityChecks {
  readonly #crypto: Pick<Crypto, "hmacSha1" | "timingSafeEqual" | "randomBytes">;
  readonly #waiting = new Map<string, Transaction>();

  constructor(crypto: Pick<Crypto, "hmacSha1" | "timingSafeEqual" | "randomBytes">) {
    this.#crypto = crypto;
  }

  /** Sends a check on a pair, in place of one that waits. */
  start(pair: CandidatePair, content: CheckContent, nowMs: number): IceDatagram {
    this.cancel(pair);
    const owner = Uint8Array.fromBase64(content.local.ufrag).subarray(0, OWNER_BYTES);
    const id = Uint8Array.from([...owner, ...this.#crypto.randomBytes(RANDOM_BYTES)]);
    const bytes = checkOf(pair, content, id, this.#crypto);
    this.#waiting.set(id.toHex(), { pair, bytes, content, sentMs: nowMs, sends: 1, nextMs: nowMs + FIRST_TIMEOUT_MS });
    pair.checksSent += 1;
    return { path: pair.path, remote: pair.remote, bytes };
  }

  isWaiting(pair: CandidatePair): boolean {
    for (const transaction of this.#waiting.values()) if (transaction.pair === pair) return true;
    return false;
  }

  cancel(pair: CandidatePair): void {
    for (const [id, transaction] of this.#waiting) if (transaction.pair === pair) this.#waiting.delete(id);
  }

  clear(): void {
    this.#waiting.clear();
  }

  /** Repeats what got no answer; `onTimeout` hears of pairs whose last repetition got none. */
  repeat(nowMs: number, onTimeout: (pair: CandidatePair) => void): readonly IceDatagram[] {
    const sent: IceDatagram[] = [];
    for (const [id, transaction] of this.#waiting) {
      if (transaction.nextMs > nowMs) continue;
      const { pair, bytes } = transaction;
      if (transaction.sends === MAX_SENDS) {
        this.#waiting.delete(id);
        onTimeout(pair);
        continue;
      }
      transaction.nextMs = nowMs + FIRST_TIMEOUT_MS * 2 ** transaction.sends;
      transaction.sends += 1;
      pair.checksSent += 1;
      sent.push({ path: pair.path, remote: pair.remote, bytes });
    }
    return sent;
  }

  /** Judges an answer; undefined when it is none of ours or not authentic. An answer that took another way than its check proves nothing (RFC 8445 §7.2.5.2.1). */
  answered(message: StunMessage, path: LocalPath, from: TransportAddress, nowMs: number): CheckAnswer | undefined {
    const id = message.transactionId.toHex();
    const transaction = this.#waiting.get(id);
    if (transaction === undefined) return undefined;
    const { pair, content } = transaction;
    if (!hasIntegrity(message, new TextEncoder().encode(content.remote.password), this.#crypto)) return undefined;
    this.#waiting.delete(id);
    if (message.class === "error") {
      if (errorNumberOf(message) === 487)
        return { outcome: "role-conflict", pair, wasControlling: content.isControlling };
      pair.failure = `the peer answered with error ${errorNumberOf(message) ?? "of no number"}`;
      return { outcome: "failed", pair };
    }
    if (path.id !== pair.path.id || addressKey(from) !== addressKey(pair.remote)) {
      pair.failure = "the answer took another way than the check";
      return { outcome: "failed", pair };
    }
    // of a repeated check nobody knows which one was answered
    if (transaction.sends === 1) pair.rttMs = nowMs - transaction.sentMs;
    return { outcome: "succeeded", pair, nominated: content.nominate };
  }
}

function checkOf(
  pair: CandidatePair,
  { local, remote, isControlling, tieBreaker, nominate }: CheckContent,
  id: Uint8Array,
  crypto: Pick<Crypto, "hmacSha1">,
): Uint8Array {
  const writer = new StunWriter("request", STUN_METHOD.binding, id)
    .addText(STUN_ATTRIBUTE.username, `${remote.ufrag}:${local.ufrag}`)
    .addUint32(STUN_ATTRIBUTE.priority, peerReflexivePriority(pair))
    .addUint64(isControlling ? STUN_ATTRIBUTE.iceControlling : STUN_ATTRIBUTE.iceControlled, tieBreaker);
  if (nominate) writer.add(STUN_ATTRIBUTE.useCandidate, new Uint8Array());
  return writer.finish(new TextEncoder().encode(remote.password), crypto);
}

/** What our side would have were the peer to see us at an address that we do not know of (RFC 8445 §7.1.1). */
function peerReflexivePriority({ path }: CandidatePair): number {
  return (path.candidate.priority % 2 ** 24) + 110 * 2 ** 24;
}
