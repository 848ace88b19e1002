import type { StunMessage } from "./stun-message.ts";

/** First retransmission; doubles with each (RFC 8489 §6.2.1). */
const FIRST_TIMEOUT_MS = 500;
/** Rc of RFC 8489 §6.2.1. */
const MAX_SENDS = 7;
/** Wait after the last one: Rm of RFC 8489 §6.2.1. */
const LAST_TIMEOUT_MS = 16 * FIRST_TIMEOUT_MS;
/** Over TCP nothing is sent again (RFC 8489 §6.2.2). */
const RELIABLE_TIMEOUT_MS = 39_500;

interface Transaction<Subject> {
  readonly subject: Subject;
  readonly bytes: Uint8Array;
  sends: number;
  nextMs: number;
}

/** Requests to a server that wait for their answers; `Subject` is what the asker wants back with an answer. */
export class StunTransactions<Subject> {
  readonly #isReliable: boolean;
  readonly #waiting = new Map<string, Transaction<Subject>>();

  /** `isReliable`: over TCP. */
  constructor(isReliable: boolean) {
    this.#isReliable = isReliable;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Takes notice of a request that is sent now; `transactionId`: 12 random bytes, which `bytes` carry. */
  start(subject: Subject, transactionId: Uint8Array, bytes: Uint8Array, nowMs: number): void {
    const nextMs = nowMs + (this.#isReliable ? RELIABLE_TIMEOUT_MS : FIRST_TIMEOUT_MS);
    this.#waiting.set(transactionId.toHex(), { subject, bytes, sends: 1, nextMs });
  }

  /** What the answer is to, which goes on waiting; undefined: to nothing of ours. */
  find({ transactionId }: StunMessage): Subject | undefined {
    return this.#waiting.get(transactionId.toHex())?.subject;
  }

  has({ transactionId }: StunMessage): boolean {
    return this.#waiting.has(transactionId.toHex());
  }

  /** It was answered, and waits no more. */
  end({ transactionId }: StunMessage): void {
    this.#waiting.delete(transactionId.toHex());
  }

  clear(): void {
    this.#waiting.clear();
  }

  /** Gives `send` what is due again, and `onTimeout` what got no answer. */
  tick(nowMs: number, send: (bytes: Uint8Array) => void, onTimeout: (subject: Subject) => void): void {
    for (const [id, transaction] of this.#waiting) {
      if (transaction.nextMs > nowMs) continue;
      if (this.#isReliable || transaction.sends === MAX_SENDS) {
        this.#waiting.delete(id);
        onTimeout(transaction.subject);
        continue;
      }
      transaction.sends += 1;
      const wait = transaction.sends === MAX_SENDS ? LAST_TIMEOUT_MS : FIRST_TIMEOUT_MS * 2 ** (transaction.sends - 1);
      transaction.nextMs = nowMs + wait;
      send(transaction.bytes);
    }
  }
}
