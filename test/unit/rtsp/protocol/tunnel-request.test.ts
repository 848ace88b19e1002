import { describe, expect, test } from "bun:test";
import { RtspParser } from "../../../../src/rtsp/protocol/parser.ts";
import {
  formatHttpRefusal,
  formatTunnelStart,
  readTunnelRequest,
} from "../../../../src/rtsp/protocol/tunnel-request.ts";
import { bytesOf } from "./events.ts";

/** What a request head is taken for. */
function read(...lines: string[]) {
  const parser = new RtspParser();
  parser.push(bytesOf([...lines, "", ""].join("\r\n")));
  const event = parser.next();
  if (event?.type !== "http-request") throw new Error(`this is ${event?.type}`);
  return readTunnelRequest(event);
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe("readTunnelRequest", () => {
  test.each([
    ["FFmpeg", ["GET /stream1 HTTP/1.1", "Range: bytes=0-", "Icy-MetaData: 1", "x-sessioncookie: 91432f5a5851c52e"]],
    ["live555", ["GET /stream1 HTTP/1.1", "CSeq: 1", "x-sessioncookie: 91432f5a5851c52e"]],
    ["gortsplib", ["GET /stream1 HTTP/1.1", "X-Sessioncookie: 91432f5a5851c52e", "Content-Length: 30000"]],
    ["a proxy", ["GET http://camera/onvif/main HTTP/1.0", "Via: 1.1 proxy", "x-sessioncookie: 91432f5a5851c52e"]],
  ])("takes the GET of %s", (_, lines) => {
    expect(read(...lines)).toEqual({ half: "get", cookie: "91432f5a5851c52e" });
  });

  test.each(["32767", "99999999999999999999", "0", "-1", "soon"])("takes a POST of Content-Length %s", (length) => {
    const lines = ["POST / HTTP/1.0", "x-sessioncookie: a", `Content-Length: ${length}`];
    expect(read(...lines)).toEqual({ half: "post", cookie: "a" });
  });

  test.each([
    [400, "no cookie", ["GET / HTTP/1.1", "Host: camera"]],
    [400, "an empty cookie", ["GET / HTTP/1.1", "x-sessioncookie:"]],
    [400, "a cookie too long", ["GET / HTTP/1.1", `x-sessioncookie: ${"a".repeat(129)}`]],
    [400, "a cookie with a blank", ["GET / HTTP/1.1", "x-sessioncookie: a b"]],
    [400, "two cookies", ["GET / HTTP/1.1", "x-sessioncookie: a", "x-sessioncookie: b"]],
    [400, "a broken header", ["GET / HTTP/1.1", "x-sessioncookie: a", "nonsense"]],
    [403, "a web page", ["POST / HTTP/1.1", "x-sessioncookie: a", "Origin: http://camera"]],
    [405, "another method", ["PUT / HTTP/1.1", "x-sessioncookie: a"]],
    [501, "chunks", ["POST / HTTP/1.1", "x-sessioncookie: a", "Transfer-Encoding: chunked"]],
  ])("refuses with %d %s", (status, _, lines) => {
    expect(read(...lines)).toMatchObject({ status });
  });

  test("takes a cookie of 128 characters", () => {
    const cookie = "~".repeat(128);
    expect(read("GET / HTTP/1.1", `x-sessioncookie: ${cookie}`)).toEqual({ half: "get", cookie });
  });
});

test("answers are HTTP/1.0: the tunnel without a length, a refusal with one", () => {
  const start = text(formatTunnelStart());
  expect(start).toStartWith("HTTP/1.0 200 OK\r\n");
  expect(start).toEndWith("\r\nContent-Type: application/x-rtsp-tunnelled\r\n\r\n");
  expect(start).not.toContain("Content-Length");
  const refused = text(formatHttpRefusal({ status: 405, message: "Nö." }));
  expect(refused).toStartWith("HTTP/1.0 405 Method Not Allowed\r\n");
  expect(refused).toContain("\r\nAllow: GET, POST\r\n");
  expect(refused).toEndWith("\r\nContent-Length: 5\r\n\r\nNö.\n");
});
