import type { RtspEvent } from "./parser.ts";

/** What stands at the beginning of either half of RTSP over HTTP. */
export interface TunnelRequest {
  /** `get`: the server's way to the client, as plain bytes; `post`: the client's way to the server, in base64. */
  readonly half: "get" | "post";
  /** Of `x-sessioncookie`, 1…128 visible ASCII characters; the client chose it to tie its two requests together. */
  readonly cookie: string;
}

/** Why an HTTP request on this port is refused. */
export interface HttpRefusal {
  readonly status: keyof typeof REASONS;
  /** One sentence for a person. */
  readonly message: string;
}

const REASONS = {
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  501: "Not Implemented",
} as const;

/** Players send 16 to 36. */
const COOKIE = /^[\x21-\x7e]{1,128}$/;
const ENCODER = new TextEncoder();

/**
 * Reads the request that opens half a tunnel: Apple's "Tunnelling RTSP and RTP over HTTP", as QuickTime, live555, FFmpeg
 * and GStreamer speak it. The target is free, what is played stands in the RTSP inside. Content-Length means nothing:
 * players promise 32767 bytes and send as many as they need.
 */
export function readTunnelRequest(request: RtspEvent & { readonly type: "http-request" }): TunnelRequest | HttpRefusal {
  const { method, headers, problem } = request;
  if (problem !== undefined) return { status: 400, message: problem.message };
  if (method !== "GET" && method !== "POST")
    return { status: 405, message: "This port speaks RTSP, and HTTP's GET and POST for RTSP tunnelled in them." };
  const cookies = new Set(headers.getAll("x-sessioncookie"));
  const [cookie = ""] = cookies;
  if (cookies.size === 0)
    return { status: 400, message: "This port speaks RTSP. For RTSP tunnelled in HTTP x-sessioncookie is missing." };
  if (cookies.size > 1 || !COOKIE.test(cookie))
    return { status: 400, message: "x-sessioncookie is not 1 to 128 visible ASCII characters." };
  // Every browser names the origin of a POST and no player does: a page that was led to this address opens no tunnel.
  if (headers.get("Origin") !== undefined) return { status: 403, message: "Web pages open no tunnel." };
  // Sizes of chunks would pass for base64.
  if (headers.get("Transfer-Encoding") !== undefined)
    return { status: 501, message: "Transfer-Encoding is not part of a tunnel." };
  return { half: method === "GET" ? "get" : "post", cookie };
}

/** The answer to the GET; what follows it on the connection is RTSP. The POST is never answered. */
export function formatTunnelStart(): Uint8Array {
  return format("200 OK", [
    "Cache-Control: no-store",
    "Pragma: no-cache",
    "Content-Type: application/x-rtsp-tunnelled",
  ]);
}

/** The answer to an HTTP request that opens no tunnel; the connection ends behind it. */
export function formatHttpRefusal({ status, message }: HttpRefusal): Uint8Array {
  const allow = status === 405 ? ["Allow: GET, POST"] : [];
  const body = `${message}\n`;
  const headers = [
    ...allow,
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${ENCODER.encode(body).length}`,
  ];
  return format(`${status} ${REASONS[status]}`, headers, body);
}

/** HTTP/1.0, which knows bodies without length, as servers of tunnels speak it. */
function format(status: string, headers: readonly string[], body = ""): Uint8Array {
  const head = [`HTTP/1.0 ${status}`, "Server: RotorDream", "Connection: close", ...headers];
  return ENCODER.encode(`${head.join("\r\n")}\r\n\r\n${body}`);
}
