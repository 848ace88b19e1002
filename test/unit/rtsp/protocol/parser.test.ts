import { describe, expect, test } from "bun:test";
import { RtspParser } from "../../../../src/rtsp/protocol/parser.ts";
import { bytesOf, parseAll, parseInPieces } from "./events.ts";

const OPTIONS = "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n";
const OPTIONS_EVENT = {
  type: "request",
  method: "OPTIONS",
  uri: "*",
  cseq: 1,
  headers: [["CSeq", "1"]],
  body: "",
};

/** One request with these header lines, CSeq 7 in front. */
function request(...lines: string[]): string {
  return ["DESCRIBE rtsp://h/stream1 RTSP/1.0", "CSeq: 7", ...lines, "", ""].join("\r\n");
}

describe("requests", () => {
  test.each([
    ["CRLF", OPTIONS],
    ["bare LF", OPTIONS.replaceAll("\r\n", "\n")],
    ["empty lines in front", `\r\n\n\r\n${OPTIONS}`],
    ["white space around and inside the request line", "OPTIONS  *\tRTSP/1.0 \r\nCSeq:1\r\n\r\n"],
    ["lower-case version", OPTIONS.replace("RTSP", "rtsp")],
    ["white space around the value", "OPTIONS * RTSP/1.0\r\nCSeq:  \t1 \t\r\n\r\n"],
    ["white space before the colon", "OPTIONS * RTSP/1.0\r\nCSeq : 1\r\n\r\n"],
    ["a folded value", "OPTIONS * RTSP/1.0\r\nCSeq:\r\n 1\r\n\r\n"],
  ])("%s", (_, text) => {
    expect(parseAll(text)).toEqual([OPTIONS_EVENT]);
  });

  test("header names compare without case, all values stay in order", () => {
    const parser = new RtspParser();
    parser.push(bytesOf(request("require: a", "REQUIRE: b", "x-long: one\r\n  two\r\n\tthree")));
    const event = parser.next();
    if (event?.type !== "request") throw new Error("no request");
    expect(event.request.headers.getAll("Require")).toEqual(["a", "b"]);
    expect(event.request.headers.get("Require")).toBe("a");
    expect(event.request.headers.get("X-Long")).toBe("one two three");
    expect(event.request.headers.get("absent")).toBeUndefined();
    expect(event.request.cseq).toBe(7);
  });

  test("pipelined, with bodies and interleaved frames between", () => {
    const frame = "$\x01\x00\x03abc";
    const text = `${OPTIONS}${frame}\r\n${request("content-length: 4")}body$\x00\x00\x00${OPTIONS}`;
    expect(parseAll(text).map((event) => [event.type, event.body ?? event.payload])).toEqual([
      ["request", ""],
      ["interleaved", "616263"],
      ["request", "626f6479"],
      ["interleaved", ""],
      ["request", ""],
    ]);
  });

  test("the body is a copy that later input does not change", () => {
    const parser = new RtspParser();
    parser.push(bytesOf(`${request("Content-Length: 4")}body`));
    const event = parser.next();
    parser.push(new Uint8Array(4096).fill(0x0a));
    parser.push(new Uint8Array(4096).fill(0x0a));
    expect(event?.type === "request" && new TextDecoder().decode(event.request.body)).toBe("body");
  });

  test("CSeq may be 0, the largest, repeated alike, or missing", () => {
    const cseq = (lines: string) => parseAll(`OPTIONS * RTSP/1.0\r\n${lines}\r\n`)[0]?.cseq;
    expect(cseq("CSeq: 0\r\n")).toBe(0);
    expect(cseq("CSeq: 4294967295\r\n")).toBe(4_294_967_295);
    expect(cseq("CSeq: 5\r\ncseq: 5\r\n")).toBe(5);
    expect(parseAll("OPTIONS * RTSP/1.0\r\n\r\n")[0]).toMatchObject({ type: "request", cseq: undefined });
  });

  test("an answer to nothing is told apart and its body skipped", () => {
    expect(parseAll(`RTSP/1.0 200 OK\r\nCSeq: 3\r\nContent-Length: 2\r\n\r\nok${OPTIONS}`)).toEqual([
      { type: "response", status: 200, cseq: 3 },
      OPTIONS_EVENT,
    ]);
  });

  test("HTTP on this port is reported once, nothing after it is read", () => {
    const http = "GET /stream1 HTTP/1.0\r\nx-sessioncookie: abc\r\n\r\n";
    expect(parseAll(`${http}${OPTIONS}`)).toEqual([
      {
        type: "http-request",
        method: "GET",
        target: "/stream1",
        headers: [["x-sessioncookie", "abc"]],
        problem: undefined,
      },
    ]);
  });

  test("HTTP brings what follows its head, and what is wrong with it", () => {
    const parser = new RtspParser();
    parser.push(bytesOf("POST / HTTP/1.1\r\nContent-Length: 32767\r\n\r\nT1BU"));
    const event = parser.next();
    expect(event?.type === "http-request" && new TextDecoder().decode(event.rest)).toBe("T1BU");
    expect(parseAll("GET / HTTP/1.1\r\nnonsense\r\n\r\n")).toMatchObject([{ problem: { status: 400 } }]);
    expect(parseAll(`GET / HTTP/1.1\r\n${"x: y\r\n".repeat(3000)}\r\n`)).toMatchObject([
      { type: "http-request", method: "GET", problem: { status: 400 } },
    ]);
  });
});

describe("malformed input that keeps framing: answered with its CSeq, the next request works", () => {
  test.each([
    ["no URI", "OPTIONS\r\nCSeq: 7\r\n\r\n", 400],
    ["a word too many", "OPTIONS * x RTSP/1.0\r\nCSeq: 7\r\n\r\n", 400],
    ["not a version", "OPTIONS * FTP/1.0\r\nCSeq: 7\r\n\r\n", 400],
    ["a method that is no token", "OP(IONS * RTSP/1.0\r\nCSeq: 7\r\n\r\n", 400],
    ["a control character in the URI", "OPTIONS rtsp://h/\x01 RTSP/1.0\r\nCSeq: 7\r\n\r\n", 400],
    ["RTSP/2.0", "OPTIONS * RTSP/2.0\r\nCSeq: 7\r\n\r\n", 505],
    ["RTSP/1.1", "OPTIONS * RTSP/1.1\r\nCSeq: 7\r\n\r\n", 505],
    ["a long URI", `OPTIONS rtsp://h/${"a".repeat(2040)} RTSP/1.0\r\nCSeq: 7\r\n\r\n`, 414],
    ["a header without colon", request("nonsense"), 400],
    ["a header without name", request(": x"), 400],
    ["a header name with a space", request("a b: x"), 400],
    ["a fold in front of all headers", "OPTIONS * RTSP/1.0\r\n x\r\nCSeq: 7\r\n\r\n", 400],
    ["a NUL in a value", request("a: b\0c"), 400],
    ["a bare CR in a value", request("a: b\rc"), 400],
    ["65 headers", request(...Array.from({ length: 64 }, (_, index) => `h${index}: x`)), 400],
    ["a malformed status line", "RTSP/1.0 abc\r\nCSeq: 7\r\n\r\n", 400],
    ["a body that belongs to a bad request", `${request("nonsense", "Content-Length: 4")}body`, 400],
  ])("%s", (_, text, status) => {
    expect(parseAll(text + OPTIONS)).toMatchObject([
      { type: "malformed", status, cseq: 7, fatal: false },
      OPTIONS_EVENT,
    ]);
  });

  test.each(["-1", "abc", "4294967296", "1.5", "", "0x10", "99999999999999999999"])("CSeq %p", (value) => {
    expect(parseAll(`OPTIONS * RTSP/1.0\r\nCSeq: ${value}\r\n\r\n${OPTIONS}`)).toMatchObject([
      { type: "malformed", status: 400, cseq: undefined, fatal: false },
      OPTIONS_EVENT,
    ]);
  });

  test("two different CSeq", () => {
    expect(parseAll("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nCSeq: 2\r\n\r\n")).toMatchObject([
      { type: "malformed", cseq: undefined },
    ]);
  });

  test("64 headers and a URI of 2048 characters are accepted", () => {
    const headers = Array.from({ length: 63 }, (_, index) => `h${index}: x`);
    expect(parseAll(request(...headers))).toMatchObject([{ type: "request" }]);
    const uri = `rtsp://h/${"a".repeat(2039)}`;
    expect(parseAll(`OPTIONS ${uri} RTSP/1.0\r\nCSeq: 1\r\n\r\n`)).toMatchObject([{ type: "request", uri }]);
  });
});

describe("input after which framing is lost: one fatal event, then silence", () => {
  test.each([
    ["negative Content-Length", request("Content-Length: -1"), 400],
    ["Content-Length that is no number", request("Content-Length: ten"), 400],
    ["empty Content-Length", request("Content-Length:"), 400],
    ["different Content-Lengths", request("Content-Length: 1", "Content-Length: 2"), 400],
    ["Transfer-Encoding", request("Transfer-Encoding: chunked"), 400],
    ["a body over 64 KiB", request("Content-Length: 65537"), 413],
    ["a huge Content-Length", request(`Content-Length: ${"9".repeat(400)}`), 413],
    ["too many header bytes", request(`a: ${"x".repeat(16_384)}`), 400],
    ["too many short header lines", request(...Array.from({ length: 6000 }, () => "a: b")), 400],
  ])("%s", (_, text, status) => {
    expect(parseAll(text + OPTIONS)).toMatchObject([{ type: "malformed", status, cseq: 7, fatal: true }]);
  });

  test.each([
    ["a TLS hello", "\x16\x03\x01\x02\x00\x01", 400],
    ["a space", " OPTIONS", 400],
    ["a request line without end", `OPTIONS rtsp://h/${"a".repeat(16_384)}`, 414],
  ])("%s", (_, text, status) => {
    expect(parseAll(text)).toMatchObject([{ type: "malformed", status, cseq: undefined, fatal: true }]);
  });

  test("a CSeq that the limit cuts in half is not taken for another", () => {
    const begin = "OPTIONS * RTSP/1.0\r\n";
    for (const room of [7, 8, 9, 10]) {
      const filler = `a: ${"x".repeat(16_384 - begin.length - room - 5)}\r\n`;
      const text = `${begin}${filler}CSeq: 12\r\n${"b: c\r\n".repeat(10)}\r\n`;
      const cseq = room === 10 ? 12 : undefined;
      expect(parseAll(text)).toMatchObject([{ type: "malformed", cseq, fatal: true }]);
      expect(parseInPieces(bytesOf(text), () => 1)).toEqual(parseAll(text));
    }
  });

  test("16 KiB of header and 64 KiB of body are accepted exactly", () => {
    const room = 16_384 - request("a: ", "Content-Length: 65536").length;
    const text = request(`a: ${"x".repeat(room)}`, "Content-Length: 65536") + "b".repeat(65_536);
    expect(parseAll(text)).toMatchObject([{ type: "request", cseq: 7 }]);
    expect(parseAll(text.replace("a: ", "a: x"))).toMatchObject([{ type: "malformed", fatal: true }]);
  });

  test("the same number twice is one Content-Length, leading zeros do not matter", () => {
    expect(parseAll(`${request("Content-Length: 2", "content-length: 2")}ok`)).toMatchObject([
      { type: "request", body: "6f6b" },
    ]);
    expect(parseAll(`${request("Content-Length: 0000000000000000000002")}ok`)).toMatchObject([
      { type: "request", body: "6f6b" },
    ]);
  });
});

describe("memory and time", () => {
  test("a drained parser holds no more than one message, whatever was sent", () => {
    const parser = new RtspParser();
    const chunk = bytesOf("\r\n".repeat(500) + OPTIONS.repeat(100));
    for (let round = 0; round < 200; round += 1) {
      parser.push(chunk);
      while (parser.next() !== undefined);
      expect(parser.pendingBytes).toBe(0);
    }
    parser.push(bytesOf("X".repeat(100_000)));
    while (parser.next() !== undefined);
    parser.push(chunk);
    expect(parser.pendingBytes).toBe(0);
  });

  test("a message in pieces of one byte is one message", () => {
    const body = "b".repeat(60_000);
    const text = `${request(`a: ${"x".repeat(16_000)}`, `Content-Length: ${body.length}`)}${body}`;
    expect(parseInPieces(bytesOf(text), () => 1)).toEqual(parseAll(text));
  });
});
