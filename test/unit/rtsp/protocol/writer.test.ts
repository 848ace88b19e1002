import { describe, expect, test } from "bun:test";
import {
  allowedMethods,
  METHODS,
  nextState,
  PUBLIC_METHODS,
  recogniseMethod,
} from "../../../../src/rtsp/protocol/state.ts";
import { REASONS, type RtspStatus } from "../../../../src/rtsp/protocol/status.ts";
import { formatResponse } from "../../../../src/rtsp/protocol/writer.ts";
import { bytesOf, parseAll } from "./events.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const INTERNAL = expect.objectContaining({ kind: "internal" });

describe("responses", () => {
  test("CSeq first, then headers in order, then the length of the body", () => {
    const bytes = formatResponse({
      status: 200,
      cseq: 7,
      headers: [
        ["Session", "a;timeout=60"],
        ["Content-Type", "application/sdp"],
      ],
      body: bytesOf("v=0\r\né"),
    });
    expect(text(bytes)).toBe(
      "RTSP/1.0 200 OK\r\nCSeq: 7\r\nSession: a;timeout=60\r\nContent-Type: application/sdp\r\nContent-Length: 7\r\n\r\nv=0\r\né",
    );
  });

  test("without CSeq and body", () => {
    expect(text(formatResponse({ status: 400, cseq: undefined, headers: [] }))).toBe(
      "RTSP/1.0 400 Bad Request\r\n\r\n",
    );
  });

  test("every status of the table is read back by our own parser", () => {
    for (const status of Object.keys(REASONS).map(Number) as RtspStatus[]) {
      const bytes = formatResponse({ status, cseq: status, headers: [], body: bytesOf("x") });
      expect(parseAll(bytes)).toEqual([{ type: "response", status, cseq: status }]);
    }
  });

  test.each([
    ["X", "a\r\nSet: b"],
    ["X", "a\nb"],
    ["X", "a\0"],
    ["X\r\nY", "a"],
    ["", "a"],
    ["X:", "a"],
  ])("header %p with value %p never leaves", (name, value) => {
    expect(() => formatResponse({ status: 200, cseq: 1, headers: [[name, value]] })).toThrow(INTERNAL);
  });
});

describe("methods", () => {
  test("offered, known elsewhere, unknown", () => {
    expect(METHODS.map(recogniseMethod)).toEqual([...METHODS]);
    for (const name of ["ANNOUNCE", "RECORD", "REDIRECT", "PLAY_NOTIFY"]) expect(recogniseMethod(name)).toBe(405);
    for (const name of ["BREW", "options", "GET", "toString", "__proto__"]) expect(recogniseMethod(name)).toBe(501);
    expect(PUBLIC_METHODS).toBe("OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER");
  });

  test.each([
    ["INIT", "SETUP", "READY"],
    ["INIT", "PLAY", undefined],
    ["INIT", "PAUSE", undefined],
    ["INIT", "TEARDOWN", "INIT"],
    ["INIT", "OPTIONS", "INIT"],
    ["READY", "SETUP", "READY"],
    ["READY", "PLAY", "PLAYING"],
    ["READY", "PAUSE", "READY"],
    ["READY", "TEARDOWN", "INIT"],
    ["PLAYING", "SETUP", undefined],
    ["PLAYING", "PLAY", "PLAYING"],
    ["PLAYING", "PAUSE", "READY"],
    ["PLAYING", "TEARDOWN", "INIT"],
    ["PLAYING", "GET_PARAMETER", "PLAYING"],
    ["PLAYING", "DESCRIBE", "PLAYING"],
    ["READY", "SET_PARAMETER", "READY"],
  ] as const)("%s + %s", (state, method, expected) => {
    expect(nextState(state, method)).toBe(expected as "INIT");
  });

  test("Allow beside a 455 names what is possible now", () => {
    expect(allowedMethods("INIT")).toBe("OPTIONS, DESCRIBE, SETUP, TEARDOWN, GET_PARAMETER, SET_PARAMETER");
    expect(allowedMethods("PLAYING")).not.toContain("SETUP");
  });
});
