/** A STUN or TURN server as its URL names it (RFC 7064, RFC 7065). */
export interface IceServerUrl {
  /** As it was written; holds no secret. */
  readonly url: string;
  readonly isTurn: boolean;
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
  readonly transport: "udp" | "tcp" | "tls" | "dtls";
}

const PLAIN_PORT = 3478;
const SECURE_PORT = 5349;
const FORM =
  /^(?<scheme>stun|stuns|turn|turns):(?:\[(?<literal>[0-9A-Fa-f:.]+)\]|(?<name>[A-Za-z0-9.-]{1,253}))(?::(?<port>\d{1,5}))?(?:\?transport=(?<transport>udp|tcp))?$/;

/** Reads a URL; undefined when it is none. What says no transport is UDP, and TLS over TCP where the scheme is secure. */
export function parseIceServerUrl(url: string): IceServerUrl | undefined {
  const { scheme = "", literal, name, port, transport } = FORM.exec(url)?.groups ?? {};
  const host = literal ?? name;
  const isSecure = scheme.endsWith("s");
  const number = port === undefined ? (isSecure ? SECURE_PORT : PLAIN_PORT) : Number(port);
  if (host === undefined || number < 1 || number > 65_535) return undefined;
  const isTcp = transport === "tcp" || (isSecure && transport === undefined);
  return {
    url,
    isTurn: scheme.startsWith("turn"),
    host,
    port: number,
    transport: isSecure ? (isTcp ? "tls" : "dtls") : isTcp ? "tcp" : "udp",
  };
}
