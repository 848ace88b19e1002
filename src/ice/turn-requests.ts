import type { Crypto } from "../core/crypto-port.ts";
import { describeServerError, NO_ANSWER } from "./server-errors.ts";
import {
  attributeOf,
  errorNumberOf,
  hasIntegrity,
  STUN_ATTRIBUTE,
  type StunMessage,
  TRANSACTION_ID_BYTES,
  textOf,
} from "./stun-message.ts";
import { StunTransactions } from "./stun-transactions.ts";
import { StunWriter } from "./stun-writer.ts";

/** A realm or nonce of more bytes is none that we echo; RFC 8489 §14.9 and §14.10 allow 763, which together would not fit a message. */
const MAX_CHALLENGE_BYTES = 256;
/** Nonces that are refused in a row; a busy server may change its nonce while we answer. */
const MAX_CHALLENGES = 4;
const UNAUTHORIZED = 401;
const STALE_NONCE = 438;

/** Long-term credentials (RFC 8489 §9.2). */
export interface TurnCredentials {
  readonly username: string;
  readonly password: string;
}

/** A question to the server, and what follows from its answer. */
export interface TurnRequest {
  readonly method: number;
  /** Adds what is asked for. */
  readonly fill: (writer: StunWriter) => void;
  readonly onSuccess: (message: StunMessage, nowMs: number) => void;
  /** `reason`: a clause for people. */
  readonly onFailure: (reason: string, nowMs: number) => void;
}

/** What a client is made of. */
export interface TurnRequestsOptions {
  /** Undefined: we have none. */
  readonly credentials: TurnCredentials | undefined;
  /** Over TCP or TLS. */
  readonly isReliable: boolean;
  readonly crypto: Pick<Crypto, "hmacSha1" | "md5Hex" | "timingSafeEqual" | "randomBytes">;
  /** Sends a message to the server. */
  readonly send: (bytes: Uint8Array) => void;
}

interface Login {
  readonly username: string;
  readonly realm: Uint8Array;
  readonly nonce: Uint8Array;
  readonly key: Uint8Array;
}

interface Asked {
  readonly request: TurnRequest;
  /** It was sealed with; undefined: with nothing. */
  readonly key: Uint8Array | undefined;
  readonly challenges: number;
  /** An error that nobody vouches for. */
  unproven: number | undefined;
}

/** Requests to a TURN server with long-term credentials (RFC 8489 §9.2): challenges, stale nonces, repetitions. */
export class TurnRequests {
  readonly #options: TurnRequestsOptions;
  readonly #transactions: StunTransactions<Asked>;
  #login: Login | undefined;

  constructor(options: TurnRequestsOptions) {
    this.#options = options;
    this.#transactions = new StunTransactions(options.isReliable);
  }

  /** Sends a request; exactly one of its two ends follows, unless `clear` comes first. */
  ask(request: TurnRequest, nowMs: number): void {
    this.#ask(request, 0, nowMs);
  }

  /** Takes an answer. What is not authentic changes nothing, except a challenge, which cannot be. */
  receive(message: StunMessage, nowMs: number): void {
    const asked = this.#transactions.find(message);
    if (asked === undefined || message.method !== asked.request.method) return;
    const isProven = asked.key === undefined || hasIntegrity(message, asked.key, this.#options.crypto);
    if (message.class === "success" && isProven) {
      this.#transactions.end(message);
      asked.request.onSuccess(message, nowMs);
    } else if (message.class === "error") {
      const error = errorNumberOf(message);
      if (error === UNAUTHORIZED || error === STALE_NONCE) this.#challenged(message, error, asked, nowMs);
      else if (isProven) this.#fail(message, describeServerError(error), asked, nowMs);
      else asked.unproven = error;
    }
  }

  /** Repeats what is due, and gives up what got no answer. */
  tick(nowMs: number): void {
    this.#transactions.tick(nowMs, this.#options.send, ({ request, unproven }) =>
      request.onFailure(unproven === undefined ? NO_ANSWER : describeServerError(unproven), nowMs),
    );
  }

  /** Forgets what waits for answers. */
  clear(): void {
    this.#transactions.clear();
  }

  #ask(request: TurnRequest, challenges: number, nowMs: number): void {
    const { crypto, send } = this.#options;
    const id = crypto.randomBytes(TRANSACTION_ID_BYTES);
    const writer = new StunWriter("request", request.method, id);
    request.fill(writer);
    const login = this.#login;
    if (login !== undefined) {
      writer.addText(STUN_ATTRIBUTE.username, login.username);
      writer.add(STUN_ATTRIBUTE.realm, login.realm).add(STUN_ATTRIBUTE.nonce, login.nonce);
    }
    const bytes = writer.finish(login?.key, crypto);
    this.#transactions.start({ request, key: login?.key, challenges, unproven: undefined }, id, bytes, nowMs);
    send(bytes);
  }

  #challenged(message: StunMessage, error: number, asked: Asked, nowMs: number): void {
    const { credentials, crypto } = this.#options;
    const realm = attributeOf(message, STUN_ATTRIBUTE.realm);
    const nonce = attributeOf(message, STUN_ATTRIBUTE.nonce);
    const isRefused = error === UNAUTHORIZED && asked.key !== undefined;
    if (isRefused || asked.challenges === MAX_CHALLENGES) {
      this.#fail(message, describeServerError(error), asked, nowMs);
    } else if (credentials === undefined) {
      this.#fail(message, "the server wants credentials, and webrtc.turn_secret is not set", asked, nowMs);
    } else if (!isEchoable(realm) || !isEchoable(nonce)) {
      this.#fail(message, "the server asks for credentials without a realm and nonce of usual length", asked, nowMs);
    } else {
      const { username, password } = credentials;
      const text = textOf(message, STUN_ATTRIBUTE.realm) ?? "";
      const key = Uint8Array.fromHex(crypto.md5Hex(`${username}:${text}:${password}`));
      this.#login = { username, key, realm: realm.slice(), nonce: nonce.slice() };
      this.#transactions.end(message);
      this.#ask(asked.request, asked.challenges + 1, nowMs);
    }
  }

  #fail(message: StunMessage, reason: string, { request }: Asked, nowMs: number): void {
    this.#transactions.end(message);
    request.onFailure(reason, nowMs);
  }
}

function isEchoable(value: Uint8Array | undefined): value is Uint8Array {
  return value !== undefined && value.length > 0 && value.length <= MAX_CHALLENGE_BYTES;
}
