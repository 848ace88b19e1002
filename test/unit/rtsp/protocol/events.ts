import { type RtspEvent, RtspParser } from "../../../../src/rtsp/protocol/parser.ts";

/** An event with bytes as hex and headers as entries, fit for comparison after the next push. */
function plain(event: RtspEvent): Record<string, unknown> {
  switch (event.type) {
    case "interleaved":
      return { ...event, payload: event.payload.toHex() };
    case "request": {
      const { headers, body, ...rest } = event.request;
      return { type: event.type, ...rest, headers: headers.entries(), body: body.toHex() };
    }
    case "http-request": {
      // how much had come of what follows depends on the pieces
      const { rest: _, ...head } = event;
      return { ...head, headers: event.headers.entries() };
    }
    default:
      return { ...event };
  }
}

/** What a parser makes of `bytes` cut into pieces of the sizes that `nextSize` gives. */
export function parseInPieces(bytes: Uint8Array, nextSize: () => number): Record<string, unknown>[] {
  const parser = new RtspParser();
  const events: Record<string, unknown>[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = Math.max(1, nextSize());
    parser.push(bytes.subarray(at, at + size));
    at += size;
    for (let event = parser.next(); event !== undefined; event = parser.next()) events.push(plain(event));
  }
  return events;
}

/** Text as the bytes a peer sends; `\n` stays bare. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** All events of one push. */
export function parseAll(input: string | Uint8Array): Record<string, unknown>[] {
  const bytes = typeof input === "string" ? bytesOf(input) : input;
  return parseInPieces(bytes, () => Math.max(1, bytes.length));
}
