import { AppError } from "../../core/errors.ts";
import { hasControl, parseDecimal } from "./syntax.ts";

const DEFAULT_PORTS = { rtsp: 554, rtsps: 322 } as const;
const HOST = /^(?:\[[0-9A-Fa-f:.]{2,45}(?:%[A-Za-z0-9._~%-]{1,32})?\]|[A-Za-z0-9._~-]{1,253})$/;
/** Our `trackID=N`, and the spelling of servers whose URLs people have saved. */
const TRACK = /\/(?:trackID|streamid|track)=([0-9]{1,3})\/?$/i;
const CAMERA = /^cam[0-9]{1,3}$/;

/** What a request URI points at. */
export interface RtspTarget {
  /** The URI was `*`; everything else is then empty. */
  readonly asterisk: boolean;
  /** Undefined, like host and port, for a URI that is only a path. */
  readonly scheme: "rtsp" | "rtsps" | undefined;
  /** IPv6 addresses in brackets. */
  readonly host: string | undefined;
  readonly port: number | undefined;
  /** Decoded, without track and trailing slash, such as `/cam1/stream1`; `/` for the root. */
  readonly path: string;
  /** `cam1` of `/cam1/stream1`; undefined where the path names none. */
  readonly camera: string | undefined;
  /** Decoded parts of the path after the camera, such as `["onvif", "profile1"]`; none holds a slash, a control, or is `..`. */
  readonly segments: readonly string[];
  readonly track: number | undefined;
  /** A secret: never into answers or logs. May be empty, which is a wrong token. */
  readonly token: string | undefined;
  /** Of `?id=`, which names a recording. */
  readonly id: string | undefined;
  /** The choice made by `?tcp` or `?udp`. */
  readonly transport: "tcp" | "udp" | undefined;
  /** The request URI without credentials and token, safe for RTP-Info and logs. */
  readonly url: string;
  /** Content-Base: `url` without the track, its path ending in a slash. */
  readonly baseUrl: string;
}

/** Reads a request URI (RFC 2326 §3.2). Throws AppError `bad-request` (400) for other schemes, bad hosts or ports, broken escapes and `..`. */
export function parseRtspUrl(uri: string): RtspTarget {
  if (uri === "*") return ASTERISK;
  const { scheme, authority, rest } = splitUri(uri.toWellFormed());
  const { host, port } = readAuthority(authority, scheme);
  const { rawPath, query, track, trackText, trackInQuery } = cutTrack(rest);
  const names = decodePath(rawPath);
  const camera = names.length > 1 && CAMERA.test(names[0] ?? "") ? names[0] : undefined;
  const { token, id, transport, publicQuery } = readQuery(query);
  const origin = scheme === undefined ? "" : `${scheme}://${host}${port === undefined ? "" : `:${port}`}`;
  const basePath = rawPath.endsWith("/") ? rawPath : `${rawPath}/`;
  return {
    asterisk: false,
    scheme,
    host,
    port: port ?? (scheme === undefined ? undefined : DEFAULT_PORTS[scheme]),
    path: `/${names.join("/")}`,
    camera,
    segments: camera === undefined ? names : names.slice(1),
    track,
    token,
    id,
    transport,
    url: encode(`${origin}${rawPath}${trackInQuery ? publicQuery + trackText : trackText + publicQuery}`),
    baseUrl: encode(`${origin}${basePath}${publicQuery}`),
  };
}

/**
 * Whether the `uri` of a Digest response names this request: the request URI, its path form or, on SETUP, the aggregate URL
 * with or without a trailing slash, which live555 and FFmpeg sign.
 */
export function acceptsDigestUri(method: string, requestUri: string, digestUri: string): boolean {
  if (digestUri === requestUri) return true;
  const path = /^rtsps?:\/\/[^/?#]*(.*)$/i.exec(requestUri)?.[1];
  if (path !== undefined && digestUri === (path === "" ? "/" : path)) return true;
  if (method !== "SETUP") return false;
  const aggregate = requestUri.replace(TRACK, "");
  return aggregate !== requestUri && (digestUri === aggregate || digestUri === `${aggregate}/`);
}

const ASTERISK: RtspTarget = {
  asterisk: true,
  scheme: undefined,
  host: undefined,
  port: undefined,
  path: "/",
  camera: undefined,
  segments: [],
  track: undefined,
  token: undefined,
  id: undefined,
  transport: undefined,
  url: "*",
  baseUrl: "*",
};

function bad(message: string): AppError {
  return new AppError("bad-request", message, { key: "Request-URI" });
}

function splitUri(uri: string): { scheme: "rtsp" | "rtsps" | undefined; authority: string; rest: string } {
  if (hasControl(uri)) throw bad("The URI holds a control character.");
  const [beforeFragment = ""] = uri.split("#", 1);
  const absolute = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?]*)(.*)$/.exec(beforeFragment);
  if (absolute === null) return { scheme: undefined, authority: "", rest: beforeFragment };
  const [, schemeText = "", authority = "", rest = ""] = absolute;
  const scheme = schemeText.toLowerCase();
  if (scheme !== "rtsp" && scheme !== "rtsps") throw bad("The URI is neither rtsp: nor rtsps:.");
  return { scheme, authority, rest };
}

function readAuthority(
  authority: string,
  scheme: string | undefined,
): { host: string | undefined; port: number | undefined } {
  if (scheme === undefined) return { host: undefined, port: undefined };
  const hostPort = authority.slice(authority.lastIndexOf("@") + 1);
  const [, host = "", portText = ""] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(hostPort) ?? [];
  if (!HOST.test(host)) throw bad("The host of the URI is malformed.");
  if (portText === "") return { host, port: undefined };
  const port = parseDecimal(portText, 65_535);
  if (port === undefined || port === 0) throw bad("The port of the URI is malformed.");
  return { host, port };
}

/** The track is cut before the query is parsed: FFmpeg and live555 append it behind the query. */
function cutTrack(rest: string) {
  const rooted = rest.startsWith("/") || rest.startsWith("?") || rest === "" ? rest : `/${rest}`;
  const atEnd = TRACK.exec(rooted);
  const whole = atEnd === null ? rooted : rooted.slice(0, atEnd.index);
  const mark = whole.indexOf("?");
  const fullPath = mark === -1 ? whole : whole.slice(0, mark);
  const query = mark === -1 ? undefined : whole.slice(mark + 1);
  const inPath = atEnd === null ? TRACK.exec(fullPath) : null;
  const match = atEnd ?? inPath;
  return {
    rawPath: inPath === null ? fullPath : fullPath.slice(0, inPath.index),
    query,
    track: match?.[1] === undefined ? undefined : Number(match[1]),
    trackText: match?.[0] ?? "",
    trackInQuery: atEnd !== null && query !== undefined,
  };
}

function decodePath(rawPath: string): readonly string[] {
  return rawPath
    .split("/")
    .filter((part) => part !== "")
    .map((part) => {
      const name = decode(part);
      if (name === "." || name === ".." || /[/\\]/.test(name) || hasControl(name))
        throw bad("The path of the URI is not allowed.");
      return name;
    });
}

function readQuery(
  query: string | undefined,
): Pick<RtspTarget, "token" | "id" | "transport"> & { publicQuery: string } {
  let token: string | undefined;
  let id: string | undefined;
  let transport: "tcp" | "udp" | undefined;
  const kept: string[] = [];
  for (const parameter of (query ?? "").split("&")) {
    const equals = parameter.indexOf("=");
    // live555 ends its aggregate URL in a slash even behind a query.
    const bare = parameter.replace(/\/+$/, "");
    const name = decode(equals === -1 ? bare : parameter.slice(0, equals));
    if (name.toLowerCase() === "token") {
      token ??= decode(equals === -1 ? "" : bare.slice(equals + 1));
      continue;
    }
    if (name === "id") id ??= decode(bare.slice(equals + 1));
    if (name === "tcp" || name === "udp") transport ??= name;
    if (parameter !== "") kept.push(parameter);
  }
  return { token, id, transport, publicQuery: kept.length === 0 ? "" : `?${kept.join("&")}` };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw bad("The URI holds a broken escape.");
  }
}

/** Only characters that need no quoting in RTP-Info and SDP. */
function encode(url: string): string {
  return url.replace(/[^A-Za-z0-9\-._~:/?[\]@!$&'()*+=%]/gu, encodeURIComponent);
}
