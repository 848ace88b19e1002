import { describe, expect, test } from "bun:test";
import { AppError } from "../../src/core/errors.ts";
import { type RtspEvent, RtspParser } from "../../src/rtsp/protocol/parser.ts";
import { parseRange } from "../../src/rtsp/protocol/range-header.ts";
import { parseSessionId } from "../../src/rtsp/protocol/session-header.ts";
import { nextState, recogniseMethod } from "../../src/rtsp/protocol/state.ts";
import { parseTransport } from "../../src/rtsp/protocol/transport-header.ts";
import { acceptsDigestUri, parseRtspUrl } from "../../src/rtsp/protocol/url.ts";
import { formatResponse } from "../../src/rtsp/protocol/writer.ts";
import { SeededRandom } from "../support/seeded-random.ts";
import { mutated, recordedMessages } from "./rtsp-mutations.ts";

const INPUTS = process.env.RD_LONG === "1" ? 1_000_000 : 20_000;
const SEED = 20_260_101;
/** One incomplete message: 16 KiB of head and 64 KiB of body, or one interleaved frame. */
const MOST_PENDING_BYTES = 80 * 1024;
/** An hour of long run on a shared machine. */
const DEADLINE_MS = 3_600_000;

/** A number that depends on everything in an event, cheaper than comparing objects a million times. */
function fingerprint(previous: number | bigint, event: RtspEvent): number | bigint {
  switch (event.type) {
    case "interleaved":
      return Bun.hash(event.payload, BigInt(previous) ^ BigInt(event.channel));
    case "request": {
      const { method, uri, cseq, headers, body } = event.request;
      return Bun.hash(body, BigInt(Bun.hash(JSON.stringify([method, uri, cseq, headers.entries()]), BigInt(previous))));
    }
    case "http-request":
      return Bun.hash(JSON.stringify([event.method, event.target, event.headers.entries()]), BigInt(previous));
    default:
      return Bun.hash(JSON.stringify(event), BigInt(previous));
  }
}

/** Parses `bytes` in pieces, gives each event to `seen`; the fingerprint of all of them. */
function run(bytes: Uint8Array, nextSize: () => number, seen: (event: RtspEvent) => void): number | bigint {
  const parser = new RtspParser();
  let print: number | bigint = 0n;
  for (let at = 0; at < bytes.length; ) {
    const size = nextSize();
    parser.push(bytes.subarray(at, at + size));
    at += size;
    for (let event = parser.next(); event !== undefined; event = parser.next()) {
      print = fingerprint(print, event);
      seen(event);
    }
    if (parser.pendingBytes > MOST_PENDING_BYTES) throw new Error(`${parser.pendingBytes} bytes pending`);
  }
  return print;
}

/** What a session does with an event, as far as it is pure: only a refusal meant for the peer may be thrown. */
function use(event: RtspEvent): void {
  if (event.type === "malformed") formatResponse({ status: event.status, cseq: event.cseq, headers: [] });
  if (event.type !== "request") return;
  const { method, uri, headers, cseq } = event.request;
  try {
    const known = recogniseMethod(method);
    if (typeof known === "string") nextState("READY", known);
    acceptsDigestUri(method, uri, uri);
    parseSessionId(headers.get("Session") ?? "");
    parseRange(headers.get("Range") ?? "");
    const target = parseRtspUrl(uri);
    // Whatever a URL held, what we would send back is well-formed and keeps no secret.
    const answer = [target.baseUrl, target.url] as const;
    formatResponse({ status: 200, cseq, headers: answer.map((value) => ["Content-Base", value]) });
    if (!target.asterisk && parseRtspUrl(target.baseUrl).token !== undefined) throw new Error(`token kept: ${uri}`);
    if (headers.get("Transport") !== undefined) parseTransport(headers.get("Transport") ?? "");
  } catch (error) {
    if (!(error instanceof AppError) || error.kind !== "bad-request") throw error;
  }
}

describe("RTSP parser, mutated recordings", () => {
  test(
    `${INPUTS} inputs: nothing thrown, memory bounded, the same events however cut`,
    () => {
      const random = new SeededRandom(SEED);
      const messages = recordedMessages();
      const counts: Record<RtspEvent["type"], number> = {
        request: 0,
        interleaved: 0,
        response: 0,
        "http-request": 0,
        malformed: 0,
      };
      for (let input = 0; input < INPUTS; input += 1) {
        const bytes = mutated(random, messages);
        const whole = run(
          bytes,
          () => bytes.length,
          (event) => {
            counts[event.type] += 1;
            use(event);
          },
        );
        const largest = random.pick([1, 3, 40, 1500]);
        const pieces = run(
          bytes,
          () => 1 + random.below(largest),
          () => undefined,
        );
        if (whole !== pieces) throw new Error(`input ${input} of seed ${SEED}, pieces ≤ ${largest}: ${bytes.toHex()}`);
      }
      // Mutations that reach only one branch would prove nothing.
      for (const count of Object.values(counts)) expect(count).toBeGreaterThan(INPUTS / 100);
    },
    DEADLINE_MS,
  );

  test("random bytes after any first byte never throw", () => {
    const random = new SeededRandom(SEED + 1);
    for (let first = 0; first < 256; first += 1) {
      const bytes = Uint8Array.from({ length: 400 }, () => random.below(256)).with(0, first);
      expect(run(bytes, () => bytes.length, use)).toBe(run(bytes, () => 1 + random.below(9), use));
    }
  });
});
