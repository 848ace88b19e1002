/** Where a camera takes live video's packets; empty: it does not tell. */
export interface MediaPorts {
  readonly udp: readonly number[];
  readonly tcp: readonly number[];
}

/** The ports of the camera's own candidates in its SDP (RFC 8839 §5.1); a relay's are none of them. */
export function portsOf(sdp: string): MediaPorts {
  const ports = { udp: new Set<number>(), tcp: new Set<number>() };
  for (const [, transport, port] of sdp.matchAll(/^a=candidate:\S+ \d+ (udp|tcp) \d+ \S+ (\d+) typ host/gim))
    ports[transport?.toLowerCase() === "tcp" ? "tcp" : "udp"].add(Number(port));
  return { udp: [...ports.udp], tcp: [...ports.tcp] };
}
