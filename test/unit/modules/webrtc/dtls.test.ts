import "reflect-metadata";
import { beforeAll, describe, expect, test } from "bun:test";
import { createHash, generateKeyPairSync, sign, X509Certificate } from "node:crypto";
import { CipherContext, DtlsClient } from "werift";
import { createDtlsIdentity, type DtlsIdentity, type DtlsKeys } from "../../../../src/modules/webrtc/dtls.ts";
import { isAdmissibleDtls } from "../../../../src/modules/webrtc/dtls-records.ts";
import type { Fingerprint } from "../../../../src/sdp/peer-description.ts";
import { SeededRandom } from "../../../support/seeded-random.ts";
import { until } from "../../../support/until.ts";

let identity: DtlsIdentity;
let certificate: Awaited<ReturnType<typeof CipherContext.createSelfSignedCertificateWithKey>>;

beforeAll(async () => {
  identity = await createDtlsIdentity();
  certificate = await CipherContext.createSelfSignedCertificateWithKey({ signature: 3, hash: 4 }, 23);
});

function fingerprintOf(pem: string): Fingerprint {
  const { raw } = new X509Certificate(pem);
  return { algorithm: "sha-256", hex: createHash("sha256").update(raw).digest("hex").toUpperCase() };
}

interface Attempt {
  keys: DtlsKeys | undefined;
  reason: string | undefined;
  clientConnected: boolean;
}

/** A client of werift's on a wire that may change or lose what it sends. */
function attempt(options: {
  readonly fingerprint?: Fingerprint;
  readonly tamper?: (client: DtlsClient) => void;
  readonly toServer?: (bytes: Buffer) => Buffer | undefined;
  readonly toClient?: (bytes: Buffer) => Buffer | undefined;
  readonly profiles?: readonly number[];
}) {
  const result: Attempt = { keys: undefined, reason: undefined, clientConnected: false };
  const transport = {
    type: "udp",
    address: ["127.0.0.1", 1],
    closed: false,
    onData: (_bytes: Buffer): void => undefined,
    send: async (bytes: Buffer) => {
      const changed = options.toServer === undefined ? bytes : options.toServer(bytes);
      if (changed !== undefined) queueMicrotask(() => server.receive(changed));
    },
    close: async () => undefined,
  };
  const server = identity.begin([options.fingerprint ?? fingerprintOf(certificate.certPem)], {
    send: (bytes) => {
      const changed = options.toClient === undefined ? Buffer.from(bytes) : options.toClient(Buffer.from(bytes));
      if (changed !== undefined) queueMicrotask(() => transport.onData(changed));
    },
    onConnected: (keys) => {
      result.keys = keys;
    },
    onEnded: (reason) => {
      result.reason = reason;
    },
  });
  const client = new DtlsClient({
    cert: certificate.certPem,
    key: certificate.keyPem,
    signatureHash: certificate.signatureHash,
    transport: transport as never,
    srtpProfiles: (options.profiles ?? [7, 1]) as never,
    extendedMasterSecret: true,
  });
  client.onConnect.subscribe(() => {
    result.clientConnected = true;
  });
  options.tamper?.(client);
  void client.connect();
  return { result, client, server };
}

describe("DTLS handshake", () => {
  test("gives both sides the same keys, AES-GCM preferred", async () => {
    const { result, client } = attempt({});
    await until(() => result.keys !== undefined && result.clientConnected);
    expect(result.keys?.profile).toBe(7);
    const theirs = client.extractSessionKeys(16, 12);
    expect(Buffer.from(result.keys?.local.key ?? []).equals(theirs.remoteKey)).toBe(true);
    expect(Buffer.from(result.keys?.remote.salt ?? []).equals(theirs.localSalt)).toBe(true);
    expect(result.reason).toBeUndefined();
  });

  test("takes AES-CM-SHA1 from who has nothing better", async () => {
    const { result } = attempt({ profiles: [1] });
    await until(() => result.keys !== undefined);
    expect([result.keys?.profile, result.keys?.local.salt.length]).toEqual([1, 14]);
  });

  test("refuses a certificate that the SDP did not name", async () => {
    const other = fingerprintOf(
      (await CipherContext.createSelfSignedCertificateWithKey({ signature: 3, hash: 4 }, 23)).certPem,
    );
    const { result, server } = attempt({ fingerprint: other });
    await until(() => result.reason !== undefined);
    expect(result.reason).toContain("not the one that its SDP names");
    expect([result.keys, server.isConnected]).toEqual([undefined, false]);
  });

  test("refuses who shows a certificate without holding its key", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const { result } = attempt({
      tamper: (client) => {
        client.cipher.signatureData = (bytes: Buffer) => sign("sha256", bytes, privateKey);
      },
    });
    await until(() => result.reason !== undefined);
    expect(result.reason).toContain("does not hold the key");
    expect(result.keys).toBeUndefined();
  });

  test("refuses a Finished that does not fit the handshake", async () => {
    const { result } = attempt({
      tamper: (client) => {
        client.cipher.verifyData = () => Buffer.alloc(12);
      },
    });
    await until(() => result.reason !== undefined);
    expect(result.reason).toContain("altered");
    expect(result.keys).toBeUndefined();
  });

  test("a lost datagram is repeated", async () => {
    let lost = 0;
    const { result } = attempt({ toServer: (bytes) => (++lost === 2 ? undefined : bytes) });
    await until(() => result.keys !== undefined);
  });

  test("nothing forged disturbs a connected peer, and its good-bye is heard", async () => {
    const { result, client, server } = attempt({});
    await until(() => result.keys !== undefined && result.clientConnected);
    const hello = Buffer.from("16fefd0000000000000000002a0100001e00000000000000".padEnd(110, "0"), "hex");
    const alert = Buffer.from("15fefd000000000000000900020100", "hex");
    for (const bytes of [hello, alert, Buffer.alloc(40, 22), Buffer.from([22])]) server.receive(bytes);
    expect([server.isConnected, result.reason]).toEqual([true, undefined]);
    const [packet] = [{ contentType: 21, protocolVersion: { major: 254, minor: 253 }, epoch: 1, sequenceNumber: 5 }];
    const { encryptPacket } = client.cipher;
    const fragment = Buffer.from([1, 0]);
    const sealed = encryptPacket.call(client.cipher, {
      recordLayerHeader: { ...packet, contentLen: 2 },
      fragment,
    } as never);
    const record = Buffer.concat([
      Buffer.from("15fefd0001000000000005", "hex"),
      Buffer.from([sealed.fragment.length >> 8, sealed.fragment.length & 255]),
      sealed.fragment,
    ]);
    server.receive(record);
    expect(result.reason).toBe("the peer closed the connection");
  });

  test("garbage never throws, and too much of it ends the handshake", async () => {
    const random = new SeededRandom(9147);
    const { result, server } = attempt({ toServer: () => undefined });
    let given = 0;
    for (let input = 0; input < 20_000 && result.reason === undefined; input += 1) {
      const bytes = Uint8Array.from({ length: random.below(120) }, () => random.below(256));
      bytes.set([22, 254, 253, 0, 0].slice(0, bytes.length));
      if (bytes.length > 13) bytes.set([0, bytes.length - 13], 11);
      if (bytes.length > 25) {
        bytes.set([random.below(25), 0, 0, bytes.length - 25], 13);
        bytes.set([0, 0, 0, 0, 0, bytes.length - 25], 19);
      }
      if (isAdmissibleDtls(bytes, false)) given += 1;
      server.receive(bytes);
    }
    expect(given).toBe(129);
    expect(result.reason).toBe("DTLS did not come to an end");
  });
});

describe("isAdmissibleDtls", () => {
  const hello = (length: string, offset = "000000", fragment = "000002") =>
    Uint8Array.fromHex(`16fefd00000000000000000e01${length}0000${offset}${fragment}aabb`.replace("000e01", "00000e01"));

  test("bounds what a message claims to be", () => {
    expect(isAdmissibleDtls(hello("000002"), false)).toBe(true);
    expect(isAdmissibleDtls(hello("000002"), true)).toBe(false);
    expect(isAdmissibleDtls(hello("ffffff"), false)).toBe(false);
    expect(isAdmissibleDtls(hello("000002", "000001"), false)).toBe(false);
    expect(isAdmissibleDtls(hello("000003", "000001"), false)).toBe(true);
  });

  test("takes no more parts of messages once connected: the library would keep them", () => {
    const certificate = (length: string) =>
      Uint8Array.fromHex(`16fefd00000000000000000${"00e0b"}${length}0000000000000002aabb`);
    expect([certificate("000003"), certificate("000002")].map((bytes) => isAdmissibleDtls(bytes, false))).toEqual([
      true,
      true,
    ]);
    expect([certificate("000003"), certificate("000002")].map((bytes) => isAdmissibleDtls(bytes, true))).toEqual([
      false,
      true,
    ]);
  });

  test("takes nothing else", () => {
    expect(isAdmissibleDtls(new Uint8Array(), false)).toBe(false);
    expect(isAdmissibleDtls(Uint8Array.fromHex("17fefd000000000000000000010a"), false)).toBe(false);
    expect(isAdmissibleDtls(Uint8Array.fromHex("19fefd000000000000000000010a"), false)).toBe(false);
  });
});
