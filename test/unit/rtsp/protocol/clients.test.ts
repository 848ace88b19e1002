import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { RtspParser } from "../../../../src/rtsp/protocol/parser.ts";
import { recogniseMethod } from "../../../../src/rtsp/protocol/state.ts";
import { parseTransport } from "../../../../src/rtsp/protocol/transport-header.ts";
import { acceptsDigestUri, parseRtspUrl } from "../../../../src/rtsp/protocol/url.ts";
import { parseInPieces } from "./events.ts";

const FOLDER = new URL("../../../fixtures/rtsp/", import.meta.url);
/** Debian 12 builds VLC without live555: it takes rtsp: for SAT>IP, and sets up without having asked what there is. */
const SATIP = "vlc-satip.bin";
const RECORDINGS = readdirSync(FOLDER).filter((name) => name.endsWith(".bin") && name !== SATIP);

/** Everything one player sent to a listener on loopback in one session. */
function recording(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, FOLDER)));
}

describe("what real players sent", () => {
  test("there are recordings", () => {
    expect(RECORDINGS.length).toBeGreaterThanOrEqual(10);
  });

  for (const name of RECORDINGS) {
    test(`${name} is understood`, () => {
      const parser = new RtspParser();
      parser.push(recording(name));
      const methods: string[] = [];
      for (let event = parser.next(); event !== undefined; event = parser.next()) {
        if (event.type === "interleaved") continue;
        if (event.type !== "request") throw new Error(JSON.stringify(event));
        const { method, uri, headers, cseq } = event.request;
        const target = parseRtspUrl(uri);
        expect(recogniseMethod(method)).toBe(method as "OPTIONS");
        expect(cseq).toBeNumber();
        expect(target.segments).toEqual(["stream1"]);
        expect(target.baseUrl).not.toContain("token");
        if (method === "SETUP") {
          expect(target.track).toBe(0);
          expect(parseTransport(headers.get("Transport") ?? "")[0]?.unsupported).toBeUndefined();
        }
        const signed = /\buri="([^"]*)"/.exec(headers.get("Authorization") ?? "")?.[1];
        if (signed !== undefined) expect(acceptsDigestUri(method, uri, signed)).toBeTrue();
        methods.push(method);
      }
      expect(parser.pendingBytes).toBe(0);
      expect(methods).toEqual(expect.arrayContaining(["DESCRIBE", "SETUP", "PLAY"]));
    });

    test(`${name} gives the same events however it is cut`, () => {
      const bytes = recording(name);
      const whole = parseInPieces(bytes, () => bytes.length);
      for (const size of [1, 2, 3, 7, 64, 1000]) expect(parseInPieces(bytes, () => size)).toEqual(whole);
    });
  }

  test("VLC's SAT>IP attempt is well-formed, names no track, and begins with CSeq 0", () => {
    const bytes = recording(SATIP);
    const events = parseInPieces(bytes, () => 1);
    expect(events).toMatchObject([
      { type: "request", method: "SETUP", cseq: 0 },
      { type: "request", method: "PLAY", cseq: 1 },
      { type: "request", method: "TEARDOWN", cseq: 2 },
    ]);
    expect(parseRtspUrl(String(events[0]?.uri))).toMatchObject({ segments: ["stream1"], track: undefined });
  });
});
