import { STUN_ATTRIBUTE } from "../../../src/ice/stun-message.ts";
import { StunWriter } from "../../../src/ice/stun-writer.ts";
import { createCrypto } from "../../../src/storage/crypto.ts";
import { SeededRandom } from "../seeded-random.ts";

/**
 * What strangers may send to the port of all viewers: bytes that are no protocol, checks for sessions that there are not, and checks that
 * name a session but are not made with its password.
 */
export const FLOOD_KINDS = ["noise", "unknown", "forged"] as const;

/** One of FLOOD_KINDS. */
export type FloodKind = (typeof FLOOD_KINDS)[number];

/** Where to send it, and whom it may name. */
export interface FloodTarget {
  readonly port: number;
  /** Of a session of the server. */
  readonly ufrag: string;
}

/** The port of all viewers of a server, and an offer that nobody answers: it lives for 30 s. */
export async function floodTarget(http: string): Promise<FloodTarget> {
  const { sdp } = (await (await fetch(`${http}/api/webrtc/offer`)).json()) as { readonly sdp: string };
  const find = (pattern: RegExp) => pattern.exec(sdp)?.[1] ?? "";
  return {
    port: Number(find(/^a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 (\d+) /m)),
    ufrag: find(/^a=ice-ufrag:(.*)\r$/m),
  };
}

/** Different datagrams of a kind, sent over and over. */
const VARIANTS = 256;
const PERIOD_MS = 10;
const NOISE_BYTES = 60;
/** First bytes of DTLS handshakes and data, of RTP and RTCP (RFC 7983 §7), and of nothing. */
const FIRST_BYTES = [20, 22, 23, 64, 128, 200];

/** Sends `perSecond` datagrams of `kinds` in turn for `forMs`; resolves with how many it sent and how many came back. */
export async function flood(
  { port, ufrag }: FloodTarget,
  {
    kinds,
    perSecond,
    forMs,
  }: { readonly kinds: readonly FloodKind[]; readonly perSecond: number; readonly forMs: number },
): Promise<{ readonly sent: number; readonly answers: number }> {
  const random = new SeededRandom(8445);
  const pool = Array.from({ length: VARIANTS }, () => kinds.map((kind) => datagramOf(kind, ufrag, random))).flat();
  let answers = 0;
  const socket = await Bun.udpSocket({
    hostname: "127.0.0.1",
    socket: {
      data: () => {
        answers += 1;
      },
    },
  });
  const start = performance.now();
  let sent = 0;
  for (let elapsed = 0; elapsed < forMs; elapsed = performance.now() - start) {
    // no more at once than a pause of the sender gathers: bursts would be lost before they reach the server
    const due = Math.min((elapsed * perSecond) / 1000, sent + (3 * perSecond * PERIOD_MS) / 1000);
    while (sent < due) socket.send(pool[sent++ % pool.length] ?? "", port, "127.0.0.1");
    await Bun.sleep(PERIOD_MS);
  }
  socket.close();
  return { sent, answers };
}

function datagramOf(kind: FloodKind, ufrag: string, random: SeededRandom): Uint8Array {
  if (kind === "noise")
    return Uint8Array.from({ length: NOISE_BYTES }, () => random.below(256)).with(0, random.pick(FIRST_BYTES));
  const crypto = createCrypto();
  return new StunWriter("request", 1, crypto.randomBytes(12))
    .addText(STUN_ATTRIBUTE.username, `${kind === "forged" ? ufrag : "none"}:x`)
    .addUint32(STUN_ATTRIBUTE.priority, 1)
    .add(STUN_ATTRIBUTE.useCandidate, new Uint8Array())
    .finish(crypto.randomBytes(20), crypto);
}
