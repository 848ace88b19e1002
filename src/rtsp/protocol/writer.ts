import { AppError } from "../../core/errors.ts";
import type { RtspHeader } from "./headers.ts";
import { REASONS, type RtspStatus } from "./status.ts";
import { hasControl, isToken } from "./syntax.ts";

/** An answer to one request. */
export interface RtspResponse {
  readonly status: RtspStatus;
  /** Of the request; undefined where it had none that could be read. */
  readonly cseq: number | undefined;
  /** Without CSeq and Content-Length, which are added. */
  readonly headers: readonly RtspHeader[];
  readonly body?: Uint8Array;
}

const ENCODER = new TextEncoder();

/** One response in RFC 2326 §7 form. Throws AppError `internal` when a name or value would break the header (our defect, never sent). */
export function formatResponse(response: RtspResponse): Uint8Array {
  let head = `RTSP/1.0 ${response.status} ${REASONS[response.status]}\r\n`;
  if (response.cseq !== undefined) head += formatHeader("CSeq", String(response.cseq));
  for (const [name, value] of response.headers) head += formatHeader(name, value);
  const body = response.body;
  if (body === undefined || body.length === 0) return ENCODER.encode(`${head}\r\n`);
  const headBytes = ENCODER.encode(`${head}${formatHeader("Content-Length", String(body.length))}\r\n`);
  const message = new Uint8Array(headBytes.length + body.length);
  message.set(headBytes);
  message.set(body, headBytes.length);
  return message;
}

function formatHeader(name: string, value: string): string {
  if (!isToken(name) || hasControl(value)) {
    throw new AppError("internal", "An RTSP header would not be well-formed.", {
      key: isToken(name) ? name : "header name",
    });
  }
  return `${name}: ${value}\r\n`;
}
