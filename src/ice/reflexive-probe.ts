import type { Crypto } from "../core/crypto-port.ts";
import { addressFamily, addressKey, isPublishable, type TransportAddress } from "./ip-address.ts";
import { describeServerError, NO_ANSWER } from "./server-errors.ts";
import {
  errorNumberOf,
  STUN_ATTRIBUTE,
  STUN_METHOD,
  type StunMessage,
  TRANSACTION_ID_BYTES,
  xorAddressOf,
} from "./stun-message.ts";
import { StunTransactions } from "./stun-transactions.ts";
import { StunWriter } from "./stun-writer.ts";

/** Between questions, so that the NAT keeps the mapping (RFC 8445 §11). */
export const KEEPALIVE_PERIOD_MS = 15_000;
/** A server that was of no use is asked again after this. */
export const RETRY_PERIOD_MS = 60_000;

/**
 * Asks one STUN server again and again where it sees one socket of ours (RFC 8489 Binding, RFC 8445 §5.1.1.2). Believes only what comes from
 * the server's address with the number of a question of ours, and only addresses that a peer could use.
 */
export class ReflexiveProbe {
  readonly server: TransportAddress;
  readonly #crypto: Pick<Crypto, "hmacSha1" | "randomBytes">;
  readonly #transactions = new StunTransactions<undefined>(false);
  #mapped: TransportAddress | undefined;
  #failure: string | undefined;
  #nextMs = Number.NEGATIVE_INFINITY;

  constructor(server: TransportAddress, crypto: Pick<Crypto, "hmacSha1" | "randomBytes">) {
    this.server = server;
    this.#crypto = crypto;
  }

  /** Where the server sees us; undefined: not known. */
  get mapped(): TransportAddress | undefined {
    return this.#mapped;
  }

  /** Why it is not known, for people; undefined: it is, or no answer is overdue. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Asks and repeats what is due; `send` takes datagrams to the server. */
  tick(nowMs: number, send: (bytes: Uint8Array) => void): void {
    this.#transactions.tick(nowMs, send, () => this.#fail(NO_ANSWER, nowMs));
    if (nowMs < this.#nextMs || this.#transactions.size > 0) return;
    const id = this.#crypto.randomBytes(TRANSACTION_ID_BYTES);
    const bytes = new StunWriter("request", STUN_METHOD.binding, id).finish(undefined, this.#crypto);
    this.#transactions.start(undefined, id, bytes, nowMs);
    this.#nextMs = nowMs + KEEPALIVE_PERIOD_MS;
    send(bytes);
  }

  /** Takes an answer; false: it is none to us. */
  receive(message: StunMessage, from: TransportAddress, nowMs: number): boolean {
    const isAnswer = message.class === "success" || message.class === "error";
    if (!isAnswer || message.method !== STUN_METHOD.binding || !this.#transactions.has(message)) return false;
    if (addressKey(from) !== addressKey(this.server)) return false;
    this.#transactions.end(message);
    const mapped = xorAddressOf(message, STUN_ATTRIBUTE.xorMappedAddress);
    if (message.class === "error") this.#fail(describeServerError(errorNumberOf(message)), nowMs);
    else if (mapped === undefined) this.#fail("the server's answer names no address", nowMs);
    else if (!isPublishable(mapped) || addressFamily(mapped.address) !== addressFamily(this.server.address))
      this.#fail(`the server says that we are at ${mapped.address}, which cannot be`, nowMs);
    else {
      this.#mapped = mapped;
      this.#failure = undefined;
    }
    return true;
  }

  #fail(reason: string, nowMs: number): void {
    this.#mapped = undefined;
    this.#failure = reason;
    this.#nextMs = nowMs + RETRY_PERIOD_MS;
  }
}
