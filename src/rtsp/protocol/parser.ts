import type { RtspHeaders } from "./headers.ts";
import { InputBuffer } from "./input-buffer.ts";
import { type HeadProblem, type MessageHead, readMessageHead } from "./message-head.ts";

/** Request line and headers with their blank line; the contract's limit. */
const MAX_HEAD_BYTES = 16 * 1024;

/** One request. `cseq` is undefined when the header is missing. */
export interface RtspRequest {
  /** As sent, upper and lower case differ. */
  readonly method: string;
  /** As sent, at most 2048 characters without white space; it may hold credentials: see `parseRtspUrl`. */
  readonly uri: string;
  readonly headers: RtspHeaders;
  /** 0…2³²−1. */
  readonly cseq: number | undefined;
  /** A copy, at most 64 KiB. */
  readonly body: Uint8Array;
}

/** What a client sent. */
export type RtspEvent =
  | { readonly type: "request"; readonly request: RtspRequest }
  /** RFC 2326 §10.12; `payload` is valid until the next push. */
  | { readonly type: "interleaved"; readonly channel: number; readonly payload: Uint8Array }
  /** An answer, although this server asks nothing. */
  | { readonly type: "response"; readonly status: number; readonly cseq: number | undefined }
  /** An HTTP request on the RTSP port; the parser reads nothing after it. */
  | {
      readonly type: "http-request";
      readonly method: string;
      readonly target: string;
      readonly headers: RtspHeaders;
      /** First thing wrong with its head. */
      readonly problem: HeadProblem | undefined;
      /** The beginning of what follows the head, as far as it had come. */
      readonly rest: Uint8Array;
    }
  /** To be answered; `fatal`: where the next message begins is unknown, close after the answer. */
  | {
      readonly type: "malformed";
      readonly status: HeadProblem["status"];
      readonly cseq: number | undefined;
      readonly message: string;
      readonly fatal: boolean;
    };

const LF = 0x0a;
const CR = 0x0d;
const DOLLAR = 0x24;
const INTERLEAVED_HEADER_BYTES = 4;

/**
 * Cuts a client's byte stream into events (RFC 2326 §4, §10.12). Sans-IO: push what arrived, then call next until it gives undefined.
 * The same bytes give the same events however they are cut. Once drained it holds at most one incomplete message (80 KiB).
 */
export class RtspParser {
  readonly #input = new InputBuffer();
  /** Where to go on looking for the end of the head, so that small chunks do not scan it again. */
  #scanned = 0;
  #lineStart = 0;
  #head: MessageHead | undefined;
  #ended = false;

  /** Bytes waiting; the owner of the socket stops reading when it does not drain them. */
  get pendingBytes(): number {
    return this.#input.length;
  }

  /** Adds received bytes (copied). After a fatal event or an HTTP request they are ignored. */
  push(chunk: Uint8Array): void {
    if (!this.#ended) this.#input.append(chunk);
  }

  /** The next complete event; undefined when more bytes are needed. Never throws. */
  next(): RtspEvent | undefined {
    if (this.#ended) return undefined;
    if (this.#head !== undefined) return this.#readBody(this.#head);
    this.#skipBlank();
    const first = this.#input.at(0);
    if (first === -1) return undefined;
    if (first === DOLLAR) return this.#readInterleaved();
    // No method begins like this: a TLS hello, or the middle of something whose beginning was lost.
    if (!isMethodStart(first)) return this.#fail({ status: 400, message: "This is not RTSP." }, undefined);
    return this.#readHead();
  }

  /** RFC 2326 §4.1: empty lines before a message are ignored. */
  #skipBlank(): void {
    let blank = 0;
    for (let byte = this.#input.at(0); byte === CR || byte === LF; byte = this.#input.at(blank)) blank += 1;
    this.#input.consume(blank);
  }

  #readInterleaved(): RtspEvent | undefined {
    if (this.#input.length < INTERLEAVED_HEADER_BYTES) return undefined;
    const end = INTERLEAVED_HEADER_BYTES + this.#input.at(2) * 256 + this.#input.at(3);
    if (this.#input.length < end) return undefined;
    const channel = this.#input.at(1);
    const payload = this.#input.view(INTERLEAVED_HEADER_BYTES, end);
    this.#input.consume(end);
    return { type: "interleaved", channel, payload };
  }

  #readHead(): RtspEvent | undefined {
    const end = this.#findHeadEnd();
    if (end === undefined) return undefined;
    const tooLong = end > MAX_HEAD_BYTES;
    // Only whole lines count: half a CSeq would be another one.
    const head = readMessageHead(this.#input.view(0, tooLong ? this.#lineStart : end));
    const lengthProblem: HeadProblem | undefined = tooLong
      ? {
          status: this.#lineStart === 0 ? 414 : 400,
          message: `Request line and headers exceed ${MAX_HEAD_BYTES} bytes.`,
        }
      : undefined;
    if (head.start.kind === "http") {
      const { method, target } = head.start;
      const rest = this.#input.view(end, this.#input.length).slice();
      this.#end();
      return {
        type: "http-request",
        method,
        target,
        headers: head.headers,
        problem: lengthProblem ?? head.problem,
        rest,
      };
    }
    if (lengthProblem !== undefined) return this.#fail(lengthProblem, head.cseq);
    if (typeof head.bodyBytes === "object") return this.#fail(head.bodyBytes, head.cseq);
    this.#input.consume(end);
    this.#scanned = 0;
    this.#lineStart = 0;
    this.#head = head;
    return this.#readBody(head);
  }

  /** Offset after the blank line; beyond the limit when it is not within it; undefined while unknown. */
  #findHeadEnd(): number | undefined {
    while (this.#scanned < MAX_HEAD_BYTES) {
      const lineEnd = this.#input.indexOf(LF, this.#scanned);
      if (lineEnd === -1) {
        this.#scanned = this.#input.length;
        break;
      }
      if (lineEnd >= MAX_HEAD_BYTES) return MAX_HEAD_BYTES + 1;
      const length = lineEnd - this.#lineStart;
      if (length === 0 || (length === 1 && this.#input.at(this.#lineStart) === CR)) return lineEnd + 1;
      this.#lineStart = lineEnd + 1;
      this.#scanned = lineEnd + 1;
    }
    return this.#scanned >= MAX_HEAD_BYTES ? MAX_HEAD_BYTES + 1 : undefined;
  }

  #readBody(head: MessageHead): RtspEvent | undefined {
    const bodyBytes = typeof head.bodyBytes === "number" ? head.bodyBytes : 0;
    if (this.#input.length < bodyBytes) return undefined;
    const body = this.#input.view(0, bodyBytes).slice();
    this.#input.consume(bodyBytes);
    this.#head = undefined;
    const { start, headers, cseq, problem } = head;
    if (problem !== undefined) return { type: "malformed", ...problem, cseq, fatal: false };
    if (start.kind === "response") return { type: "response", status: start.status, cseq };
    if (start.kind !== "request") return undefined;
    return { type: "request", request: { method: start.method, uri: start.uri, headers, cseq, body } };
  }

  #fail(problem: HeadProblem, cseq: number | undefined): RtspEvent {
    this.#end();
    return { type: "malformed", ...problem, cseq, fatal: true };
  }

  #end(): void {
    this.#ended = true;
    this.#input.clear();
  }
}

/** RFC 2326 methods begin with a letter; `isToken` is checked once the line is there. */
function isMethodStart(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}
