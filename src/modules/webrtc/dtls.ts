import { createHash, X509Certificate } from "node:crypto";
import { SRTP_PROFILE, type SrtpKeys, type SrtpProfile } from "bun-ffi-v4l2";
import type * as Werift from "werift";
import { defectText } from "../../core/errors.ts";
import type { Fingerprint } from "../../sdp/peer-description.ts";
import type { DTLS_LIBRARY } from "./dtls-library.ts";
import { handshakeProblem } from "./dtls-proof.ts";
import { isAdmissibleDtls } from "./dtls-records.ts";

/** A handshake has about six datagrams from the client, with every repetition lost a few dozen. */
const MAX_DATAGRAMS = 128;
const KEY_BYTES = 16;
const SALT_BYTES = { [SRTP_PROFILE.AEAD_AES_128_GCM]: 12, [SRTP_PROFILE.AES128_CM_SHA1_80]: 14 } as const;
/** Ends werift's repetitions: it goes on until a later flight. */
const NO_MORE_FLIGHTS = 7;

/** Keys that a handshake gave. */
export interface DtlsKeys {
  readonly profile: SrtpProfile;
  readonly local: SrtpKeys;
  readonly remote: SrtpKeys;
}

/** What a handshake tells its session. */
export interface DtlsEvents {
  send(bytes: Uint8Array): void;
  onConnected(keys: DtlsKeys): void;
  /** The peer said good-bye, or cannot be talked to; `reason` is a clause for people. */
  onEnded(reason: string): void;
}

/** The server's side of one DTLS-SRTP handshake (RFC 5764). */
export interface DtlsHandshake {
  /** Whether media may flow. */
  readonly isConnected: boolean;
  receive(bytes: Uint8Array): void;
  close(): void;
}

/** Our certificate, and handshakes with it. */
export interface DtlsIdentity {
  /** SHA-256, as in `a=fingerprint`. */
  readonly fingerprint: string;
  begin(peer: readonly Fingerprint[], events: DtlsEvents): DtlsHandshake;
}

/** Makes a certificate for this run (RFC 8827 §6.5 wants no lasting one) and loads the DTLS library, which takes 0.1–0.2 s and opens standard error once more for the life of the program: to be called once. */
export async function createDtlsIdentity(): Promise<DtlsIdentity> {
  // its X.509 part reads metadata that this defines
  await import("reflect-metadata");
  const { DTLS_LIBRARY: library } = await import("./dtls-library.ts");
  const certificate = await library.CipherContext.createSelfSignedCertificateWithKey(
    // ECDSA with SHA-256 on P-256, by their numbers in TLS; werift exports no names for them
    { signature: 3, hash: 4 },
    23,
  );
  const { raw } = new X509Certificate(certificate.certPem);
  const digest = createHash("sha256").update(raw).digest("hex").toUpperCase();
  return {
    fingerprint: digest.match(/../g)?.join(":") ?? "",
    begin: (peer, events) => new Handshake(library, certificate, peer, events),
  };
}

class Handshake implements DtlsHandshake {
  readonly #server: Werift.DtlsServer;
  readonly #events: DtlsEvents;
  readonly #peer: readonly Fingerprint[];
  #deliver: (bytes: Buffer) => void = () => undefined;
  #datagrams = 0;
  #isConnected = false;
  #isClosed = false;

  constructor(
    { DtlsServer }: typeof DTLS_LIBRARY,
    certificate: Awaited<ReturnType<typeof Werift.CipherContext.createSelfSignedCertificateWithKey>>,
    peer: readonly Fingerprint[],
    events: DtlsEvents,
  ) {
    this.#events = events;
    this.#peer = peer;
    const isClosed = () => this.#isClosed;
    const transport = {
      type: "udp",
      address: ["0.0.0.0", 0] as const,
      closed: false,
      onData: () => undefined,
      send: async (bytes: Buffer) => {
        if (!isClosed()) events.send(bytes);
      },
      close: async () => undefined,
    };
    this.#server = new DtlsServer({
      cert: certificate.certPem,
      key: certificate.keyPem,
      signatureHash: certificate.signatureHash,
      transport: transport as unknown as Werift.DtlsServer["transport"]["socket"],
      srtpProfiles: [SRTP_PROFILE.AEAD_AES_128_GCM, SRTP_PROFILE.AES128_CM_SHA1_80],
      extendedMasterSecret: true,
      certificateRequest: true,
    });
    this.#deliver = (bytes) => (transport.onData as (data: Buffer) => void)(bytes);
    this.#server.onConnect.subscribe(() => this.#connected());
    this.#server.onError.subscribe((error) => this.#end(`DTLS failed: ${defectText(error).split("\n")[0]}`));
    this.#server.onClose.subscribe(() => this.#end("the peer closed the connection"));
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  receive(bytes: Uint8Array): void {
    if (this.#isClosed || !isAdmissibleDtls(bytes, this.#isConnected)) return;
    this.#datagrams += 1;
    if (!this.#isConnected && this.#datagrams > MAX_DATAGRAMS) {
      this.#end("DTLS did not come to an end");
      return;
    }
    try {
      // the library keeps parts of what it is given
      this.#deliver(Buffer.from(bytes));
    } catch {
      // records that it cannot read are dropped, as RFC 6347 §4.1.2.7 says
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#server.dtls.flight = NO_MORE_FLIGHTS;
  }

  #connected(): void {
    // a repeated Finished is announced again
    if (this.#isConnected || this.#isClosed) return;
    const profile = this.#server.srtp.srtpProfile as SrtpProfile | undefined;
    const problem = handshakeProblem(this.#server, this.#peer);
    if (problem !== undefined || profile === undefined) {
      this.#end(problem ?? "the peer offers no SRTP profile that we have");
      return;
    }
    const keys = this.#server.extractSessionKeys(KEY_BYTES, SALT_BYTES[profile]);
    this.#isConnected = true;
    this.#events.onConnected({
      profile,
      local: { key: keys.localKey, salt: keys.localSalt },
      remote: { key: keys.remoteKey, salt: keys.remoteSalt },
    });
  }

  #end(reason: string): void {
    if (this.#isClosed) return;
    this.close();
    this.#events.onEnded(reason);
  }
}
