import { type RtspHeader, RtspHeaders } from "./headers.ts";
import { hasControl, isToken, parseDecimal } from "./syntax.ts";

/** No player sends more than 20; more only costs time. */
const MAX_HEADERS = 64;
/** Camera URLs are short; Content-Base and RTP-Info repeat them in answers. */
const MAX_URI_LENGTH = 2048;
/** GET_PARAMETER and SET_PARAMETER carry a few lines of text. */
const MAX_BODY_BYTES = 64 * 1024;
const MAX_CSEQ = 0xffff_ffff;

/** Why a message is refused. */
export interface HeadProblem {
  readonly status: 400 | 413 | 414 | 505;
  readonly message: string;
}

/** What the first line says. */
export type StartLine =
  | { readonly kind: "request"; readonly method: string; readonly uri: string }
  | { readonly kind: "response"; readonly status: number }
  | { readonly kind: "http"; readonly method: string; readonly target: string }
  | { readonly kind: "malformed"; readonly problem: HeadProblem };

/** The start line and headers of one message. */
export interface MessageHead {
  readonly start: StartLine;
  readonly headers: RtspHeaders;
  readonly cseq: number | undefined;
  /** First thing wrong with start line or headers; the body can still be skipped. */
  readonly problem: HeadProblem | undefined;
  /** Where the message ends; a problem here loses framing. */
  readonly bodyBytes: number | HeadProblem;
}

const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/** Reads a header section, from the start line to before the blank line. Never throws. */
export function readMessageHead(bytes: Uint8Array): MessageHead {
  const lines = DECODER.decode(bytes).split("\n").map(withoutCr);
  const start = readStartLine(lines[0] ?? "");
  const { headers, problem: headerProblem } = readHeaders(lines.slice(1));
  const sequence = readCSeq(headers);
  const problem = start.kind === "malformed" ? start.problem : headerProblem;
  return {
    start,
    headers,
    cseq: sequence.cseq,
    problem: problem ?? sequence.problem,
    bodyBytes: readBodyBytes(headers),
  };
}

function withoutCr(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

function readStartLine(line: string): StartLine {
  const [first = "", second = "", third = "", ...more] = line.trim().split(/[ \t]+/);
  if (/^RTSP\/[0-9]/i.test(first)) {
    const status = /^[1-5][0-9]{2}$/.test(second) ? Number(second) : undefined;
    return status === undefined ? malformed(400, "The status line is malformed.") : { kind: "response", status };
  }
  if (more.length > 0 || third === "" || !isToken(first)) return malformed(400, "The request line is malformed.");
  if (/^HTTP\/1\.[0-9]$/.test(third)) return { kind: "http", method: first, target: second };
  if (!/^RTSP\/[0-9]{1,4}\.[0-9]{1,4}$/i.test(third)) return malformed(400, "The request line is malformed.");
  if (second.length > MAX_URI_LENGTH) return malformed(414, `The URI is longer than ${MAX_URI_LENGTH} characters.`);
  if (hasControl(second)) return malformed(400, "The URI holds a control character.");
  if (third.slice(5) !== "1.0") return malformed(505, "Only RTSP/1.0 is spoken here.");
  return { kind: "request", method: first, uri: second };
}

function malformed(status: HeadProblem["status"], message: string): StartLine {
  return { kind: "malformed", problem: { status, message } };
}

/** Headers that could be read are kept beside a problem: the answer needs CSeq, the framing Content-Length. */
function readHeaders(lines: readonly string[]): { headers: RtspHeaders; problem: HeadProblem | undefined } {
  const entries: RtspHeader[] = [];
  let problem: string | undefined;
  for (const line of lines) {
    if (line === "") continue;
    const last = entries.at(-1);
    if (/^[ \t]/.test(line)) {
      // RFC 2326 §4.2: a line that begins with white space continues the one before.
      if (last === undefined) problem ??= "The first header line is a continuation.";
      else entries[entries.length - 1] = [last[0], `${last[1]} ${line.trim()}`.trim()];
      continue;
    }
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0)).trimEnd();
    if (!isToken(name)) problem ??= "A header line has no valid name.";
    else entries.push([name, line.slice(colon + 1).trim()]);
  }
  if (entries.some(([, value]) => hasControl(value))) problem ??= "A header value holds a control character.";
  if (entries.length > MAX_HEADERS) problem ??= `There are more than ${MAX_HEADERS} headers.`;
  return {
    headers: new RtspHeaders(entries),
    problem: problem === undefined ? undefined : { status: 400, message: problem },
  };
}

function readCSeq(headers: RtspHeaders): { cseq: number | undefined; problem: HeadProblem | undefined } {
  const values = new Set(headers.getAll("CSeq"));
  const [value] = values;
  if (value === undefined) return { cseq: undefined, problem: undefined };
  const cseq = values.size === 1 ? parseDecimal(value, MAX_CSEQ) : undefined;
  const problem = cseq === undefined ? ({ status: 400, message: "CSeq is not one number." } as const) : undefined;
  return { cseq, problem };
}

function readBodyBytes(headers: RtspHeaders): number | HeadProblem {
  // RTSP has no chunked bodies (RFC 7826 §4.2): whoever sends one disagrees with us about where the message ends.
  if (headers.get("Transfer-Encoding") !== undefined)
    return { status: 400, message: "Transfer-Encoding is not part of RTSP." };
  const values = new Set(headers.getAll("Content-Length"));
  const [value] = values;
  if (value === undefined) return 0;
  if (values.size > 1) return { status: 400, message: "There are different Content-Length headers." };
  if (!/^[0-9]+$/.test(value)) return { status: 400, message: "Content-Length is not a number." };
  const length = parseDecimal(value.replace(/^0+(?=[0-9])/, ""), MAX_BODY_BYTES);
  return length ?? { status: 413, message: `The body is larger than ${MAX_BODY_BYTES} bytes.` };
}
