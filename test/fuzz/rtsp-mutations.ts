import { readdirSync, readFileSync } from "node:fs";
import type { SeededRandom } from "../support/seeded-random.ts";

/** Characters as bytes of the same number. */
function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

const RECORDINGS = new URL("../fixtures/rtsp/", import.meta.url);

/** Pieces at which RTSP parsers have broken: delimiters, lengths, limits, other protocols. */
const TOKENS: readonly Uint8Array[] = [
  "\r\n",
  "\n",
  "\r",
  "\r\n\r\n",
  "\n\n",
  "\0",
  " ",
  "\t",
  ":",
  "$",
  "$\0\0\0",
  "$\x01\0\x04abcd",
  "$\x01\xff\xff",
  "RTSP/1.0",
  "RTSP/2.0",
  "RTSP/1.0 200 OK\r\n",
  "HTTP/1.1",
  "GET / HTTP/1.1\r\n\r\n",
  "x-sessioncookie: \r\n",
  "CSeq: 1\r\n",
  "CSeq: -1\r\n",
  "CSeq: 4294967296\r\n",
  "Content-Length: 0\r\n",
  "Content-Length: 5\r\n",
  "Content-Length: -5\r\n",
  "Content-Length: 65536\r\n",
  "Content-Length: 99999999999999999999\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n",
  "Transport: RTP/AVP;unicast;client_port=1-70000\r\n",
  'Transport: RTP/AVP;mode="PLAY\r\n',
  "Range: clock=20260101T000000Z-\r\n",
  "Session: 0123456789abcdef\r\n",
  "Require: funky\r\n",
  "Authorization: Basic %%%\r\n",
  'Authorization: Digest username="a",, uri=\r\n',
  " folded\r\n",
  "OPTIONS * RTSP/1.0\r\n",
  "ANNOUNCE rtsp://h/stream1 RTSP/1.0\r\n",
  "PLAY rtsp://h/%2e%2e/stream1?token=%zz/trackID=0 RTSP/1.0\r\n",
  "rtsp://u:p@h:70000/",
  "/trackID=0",
  "/trackID=1",
  "SETUP rtsp://h/onvif/profile_jpeg/trackID=1 RTSP/1.0\r\nCSeq: 9\r\nTransport: RTP/AVP/TCP;unicast;interleaved=2-3\r\n\r\n",
  "?token=/trackID=9",
  "\xff\xfe\xc3\x28",
  "\x16\x03\x01\x02\0",
  "a".repeat(300),
  "b".repeat(2100),
  "x: y\r\n".repeat(70),
  "z".repeat(17_000),
].map(bytesOf);

/** What the recorded players did not send on these days, but others do. */
const OTHER_MESSAGES: readonly Uint8Array[] = [
  "RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 2\r\n\r\nok",
  "GET /stream1 HTTP/1.0\r\nx-sessioncookie: abc\r\nAccept: application/x-rtsp-tunnelled\r\n\r\n",
  "POST /stream1 HTTP/1.0\r\nx-sessioncookie: abc\r\nContent-Length: 32767\r\n\r\nT1BUSU9OUyAqIFJUU1AvMS4wDQpDU2VxOiAxDQoNCg==",
  "SET_PARAMETER rtsp://h/stream1/ RTSP/1.0\r\nCSeq: 9\r\nContent-Type: text/parameters\r\nContent-Length: 10\r\n\r\nbarparam: x",
  "ANNOUNCE rtsp://h/stream1/ RTSP/1.0\ncseq: 9\ncontent-length: 5\n\nv=0\r\n",
  "OPTIONS * RTSP/1.0\r\nCSeq: 9\r\nRequire: funky\r\n\r\n",
  "PAUSE rtsp://h/stream2/ RTSP/1.0\r\nCSeq: 9\r\nSession: 0123456789abcdef0123456789abcdef\r\n\r\n",
  "SETUP rtsp://h/stream2/trackID=0 RTSP/1.0\r\nCSeq: 9\r\nSession: 0123456789abcdef0123456789abcdef;timeout=60\r\nTransport: RTP/AVP;multicast,RTP/AVP/TCP;unicast;interleaved=2-3\r\n\r\n",
  "$\x01\0\x08\x80\xc9\0\x01\0\0\0\0",
].map(bytesOf);

/** The messages of every recorded player and some others, one array element each. */
export function recordedMessages(): readonly Uint8Array[] {
  const messages: Uint8Array[] = [...OTHER_MESSAGES];
  for (const name of readdirSync(RECORDINGS)
    .filter((file) => file.endsWith(".bin"))
    .sort()) {
    const text = readFileSync(new URL(name, RECORDINGS), "latin1");
    for (const part of text.split(/(?<=\r\n\r\n)/)) messages.push(bytesOf(part));
  }
  return messages;
}

/** One to four recorded messages after one another, changed in zero to five places. */
export function mutated(random: SeededRandom, messages: readonly Uint8Array[]): Uint8Array {
  let bytes = joined(Array.from({ length: 1 + random.below(4) }, () => random.pick(messages)));
  for (let changes = random.below(6); changes > 0; changes -= 1) bytes = changed(random, bytes);
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function changed(random: SeededRandom, bytes: Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + random.below(random.pick([2, 16, 200])));
  switch (random.below(6)) {
    case 0:
      return at < bytes.length ? bytes.with(at, random.below(256)) : bytes;
    case 1:
      return joined([bytes.subarray(0, at), bytes.subarray(end)]);
    case 2:
      return joined([bytes.subarray(0, end), bytes.subarray(at, end), bytes.subarray(end)]);
    case 3:
      return joined([bytes.subarray(0, at), random.pick(TOKENS), bytes.subarray(at)]);
    case 4:
      return joined([bytes.subarray(0, at), random.pick(TOKENS), bytes.subarray(end)]);
    default:
      return at < bytes.length ? bytes.with(at, (bytes[at] ?? 0) ^ (1 << random.below(8))) : bytes;
  }
}
