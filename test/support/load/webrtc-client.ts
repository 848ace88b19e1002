import "reflect-metadata";
import { createHash, X509Certificate } from "node:crypto";
import { CipherContext, DtlsClient } from "werift";
import { candidatePriority } from "../../../src/ice/candidate.ts";
import type { LocalPath } from "../../../src/ice/candidate-pair.ts";
import { createIceCredentials } from "../../../src/ice/credentials.ts";
import { IceAgent } from "../../../src/ice/ice-agent.ts";
import { looksLikeStun, parseStun } from "../../../src/ice/stun-message.ts";
import { createCrypto } from "../../../src/storage/crypto.ts";
import { until } from "../until.ts";

const TICK_MS = 20;
const PAYLOAD_TYPE = 102;

/** A certificate that many light clients may share: making one costs more than all else. */
export type ClientCertificate = Awaited<ReturnType<typeof CipherContext.createSelfSignedCertificateWithKey>>;

export function createClientCertificate(): Promise<ClientCertificate> {
  return CipherContext.createSelfSignedCertificateWithKey({ signature: 3, hash: 4 }, 23);
}

/** A viewer that connects as a browser does and only counts what it gets: cheap enough for dozens in one process. It reports nothing, so it agrees on no transport-wide feedback. */
export class LightWebRtcClient {
  packets = 0;
  bytes = 0;
  /** Pictures whose last packet came. */
  frames = 0;
  /** Numbers that were left out, and never came before a later one. */
  lost = 0;
  /** Longest time between two pictures; whoever begins to look sets it to 0. */
  longestGapMs = 0;
  isConnected = false;
  /** Where the session lives on the server. */
  location = "";
  readonly #nowMs: () => number;
  readonly #socket: Bun.udp.Socket<"buffer">;
  readonly #agent: IceAgent;
  readonly #path: LocalPath;
  readonly #dtlsTransport = {
    type: "udp",
    address: ["127.0.0.1", 1],
    closed: false,
    onData: (_bytes: Buffer): void => undefined,
    send: async (bytes: Buffer) => {
      const pair = this.#agent.selected(this.#nowMs());
      if (pair !== undefined) this.#socket.send(bytes, pair.remote.port, pair.remote.address);
    },
    close: async () => undefined,
  };
  #timer: NodeJS.Timeout | undefined;
  #sequence: number | undefined;
  #lastFrameMs = 0;

  private constructor(socket: Bun.udp.Socket<"buffer">, nowMs: () => number) {
    this.#socket = socket;
    this.#nowMs = nowMs;
    const crypto = createCrypto();
    const priority = candidatePriority("host", "udp", 65_535);
    const candidate = { foundation: "1", transport: "udp", priority, address: "127.0.0.1", port: socket.port } as const;
    this.#path = { id: "client", candidate: { ...candidate, type: "host" } };
    const local = createIceCredentials(crypto);
    this.#agent = new IceAgent({ mode: "full", isControlling: true, local, paths: [this.#path], crypto });
  }

  /** Plays a stream of `server` by WHEP; resolves when packets come. `nowMs`: by which its ICE lives, such as a test's clock. */
  static async play(
    server: string,
    stream: string,
    certificate: ClientCertificate,
    { headers = {}, nowMs = () => performance.now() }: { headers?: Record<string, string>; nowMs?: () => number } = {},
  ): Promise<LightWebRtcClient> {
    let client: LightWebRtcClient | undefined;
    const socket = await Bun.udpSocket({
      hostname: "127.0.0.1",
      binaryType: "buffer",
      socket: {
        data: (_socket, bytes, port, address) => client?.receive(bytes, port, address),
        error: () => undefined,
      },
    });
    client = new LightWebRtcClient(socket, nowMs);
    try {
      await client.connect(server, stream, certificate, headers);
    } catch (error) {
      client.vanish();
      throw error;
    }
    return client;
  }

  /** Since the server last answered one of its checks. */
  get silenceMs(): number | undefined {
    return this.#agent.silenceMs(this.#nowMs());
  }

  /** Stops without a word, as a pulled cable does. */
  /** Gives no sign of life any more, as behind a pulled cable, and keeps its port. */
  fallSilent(): void {
    clearInterval(this.#timer);
  }

  /** Stops without a word, as a browser that is killed. */
  vanish(): void {
    clearInterval(this.#timer);
    this.#socket.close();
  }

  /** Ends the session on the server too. */
  async stop(server: string): Promise<void> {
    await fetch(`${server}${this.location}`, { method: "DELETE", keepalive: false });
    this.vanish();
  }

  private receive(bytes: Buffer, port: number, address: string): void {
    const first = bytes[0] ?? 0;
    if (first >= 128) this.#count(bytes);
    else if (looksLikeStun(bytes)) {
      const message = parseStun(bytes);
      if (message === undefined) return;
      this.#send(this.#agent.receive(message, this.#path, { address, port }, this.#nowMs()));
    } else this.#dtlsTransport.onData(Buffer.from(bytes));
  }

  private async connect(
    server: string,
    stream: string,
    certificate: ClientCertificate,
    headers: Record<string, string>,
  ): Promise<void> {
    const answer = await fetch(`${server}/api/whep/${stream}`, {
      method: "POST",
      keepalive: false,
      headers: { ...headers, "Content-Type": "application/sdp" },
      body: offerOf(this.#agent, certificate),
    });
    const sdp = await answer.text();
    if (answer.status !== 201) throw new Error(sdp);
    this.location = answer.headers.get("location") ?? "";
    const value = (name: string) => new RegExp(`^a=${name}:(.*)\r$`, "m").exec(sdp)?.[1] ?? "";
    this.#agent.setRemote({ ufrag: value("ice-ufrag"), password: value("ice-pwd") });
    for (const [, line = ""] of sdp.matchAll(/^a=candidate:(.*)\r$/gm)) this.#agent.addRemoteCandidate(line);
    this.#timer = setInterval(() => this.#send(this.#agent.tick(this.#nowMs())), TICK_MS);
    await until(() => this.#agent.selected(this.#nowMs()) !== undefined);
    const dtls = new DtlsClient({
      cert: certificate.certPem,
      key: certificate.keyPem,
      signatureHash: certificate.signatureHash,
      transport: this.#dtlsTransport as never,
      srtpProfiles: [7, 1] as never,
      extendedMasterSecret: true,
    });
    dtls.onConnect.subscribe(() => {
      this.isConnected = true;
    });
    void dtls.connect();
    await until(() => this.packets > 0);
  }

  /** Headers are not encrypted. Reports and what is sent again have other payload types. */
  #count(bytes: Buffer): void {
    const second = bytes[1] ?? 0;
    if ((second & 0x7f) !== PAYLOAD_TYPE) return;
    this.packets += 1;
    this.bytes += bytes.length;
    const sequence = bytes.readUInt16BE(2);
    if (this.#sequence !== undefined) this.lost += (sequence - this.#sequence - 1) & 0xffff;
    this.#sequence = sequence;
    if (second < 0x80) return;
    const now = performance.now();
    if (this.frames > 0) this.longestGapMs = Math.max(this.longestGapMs, now - this.#lastFrameMs);
    this.frames += 1;
    this.#lastFrameMs = now;
  }

  #send(datagrams: ReturnType<IceAgent["tick"]>): void {
    for (const { bytes, remote } of datagrams) this.#socket.send(bytes, remote.port, remote.address);
  }
}

function offerOf({ local }: IceAgent, certificate: ClientCertificate): string {
  const { raw } = new X509Certificate(certificate.certPem);
  const digest = createHash("sha256").update(raw).digest("hex").toUpperCase();
  return [
    "v=0",
    "o=- 1 1 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    "a=group:BUNDLE 0",
    `m=video 9 UDP/TLS/RTP/SAVPF ${PAYLOAD_TYPE} 103`,
    "c=IN IP4 0.0.0.0",
    `a=ice-ufrag:${local.ufrag}`,
    `a=ice-pwd:${local.password}`,
    `a=fingerprint:sha-256 ${digest.match(/../g)?.join(":")}`,
    "a=setup:actpass",
    "a=mid:0",
    "a=recvonly",
    "a=rtcp-mux",
    "a=rtpmap:102 H264/90000",
    "a=rtcp-fb:102 nack",
    "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
    "a=rtpmap:103 rtx/90000",
    "a=fmtp:103 apt=102",
    "",
  ].join("\r\n");
}
