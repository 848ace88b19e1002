import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { safeParse } from "valibot";
import { createHttpApp } from "../../src/http/app.ts";
import { listenHttp, listenHttps } from "../../src/http/listen.ts";
import { Certificate } from "../../src/modules/tls/model.ts";
import { makeCertificate, type TestCertificate, tlsFixture, tlsFixtureBytes } from "../support/certificates.ts";
import { curl } from "../support/curl.ts";
import { startHttpFront } from "../support/http-front.ts";
import { ADMIN_PASSWORD } from "../support/identity.ts";
import { knock, startTlsFront, type TlsFront } from "../support/tls-front.ts";
import { until } from "../support/until.ts";

const ADMIN = ["-u", `admin:${ADMIN_PASSWORD}`] as const;
const DAY_MS = 86_400_000;

let authority: TestCertificate;
let leaf: TestCertificate;
beforeAll(async () => {
  authority = await makeCertificate({ name: "authority", isAuthority: true });
  leaf = await makeCertificate({ name: "leaf", issuer: authority });
});

/** A front for one test. */
async function withFront(
  options: Parameters<typeof startTlsFront>[0],
  body: (front: TlsFront) => Promise<void>,
): Promise<void> {
  const front = await startTlsFront(options);
  await body(front).finally(() => front.stop());
}

const trust = ({ folder }: TlsFront) => ["--cacert", join(folder, "server.crt")];

describe("HTTPS", () => {
  test("is served with the self-signed certificate, which a client that trusts it accepts under its names", () =>
    withFront({}, async (front) => {
      for (const host of ["127.0.0.1", "localhost", "cam", "cam.local"]) {
        const place = ["--resolve", `${host}:${front.secure.port}:127.0.0.1`];
        const { last } = await curl(...trust(front), ...place, `https://${host}:${front.secure.port}/api/info`);
        expect(last.status).toBe(200);
      }
      expect(
        curl(
          ...trust(front),
          "--resolve",
          `other:${front.secure.port}:127.0.0.1`,
          `https://other:${front.secure.port}/`,
        ),
      ).rejects.toThrow("no alternative certificate subject name");
      expect(curl(`${front.url}/api/info`)).rejects.toThrow("self-signed");
    }));

  test("speaks TLS 1.2 and 1.3, nothing older", () =>
    withFront({}, async ({ secure }) => {
      // our own end of it runs in this process
      const version = async (name: string) => {
        const cipher = ["-cipher", "DEFAULT@SECLEVEL=0"];
        const child = Bun.spawn(
          ["openssl", "s_client", `-${name}`, ...cipher, "-connect", `127.0.0.1:${secure.port}`],
          {
            stdin: "ignore",
            stdout: "ignore",
            stderr: "pipe",
          },
        );
        return { text: await new Response(child.stderr).text(), code: await child.exited };
      };
      for (const name of ["tls1_2", "tls1_3"]) expect(await version(name), name).toMatchObject({ code: 0 });
      for (const name of ["tls1", "tls1_1"])
        expect(await version(name), name).toMatchObject({ code: 1, text: expect.stringContaining("protocol version") });
    }));

  test("carries the session cookie that plain HTTP cannot have", () =>
    withFront({}, async (front) => {
      const login = JSON.stringify({ username: "admin", password: ADMIN_PASSWORD });
      const { last } = await curl("-k", "-d", login, `${front.url}/api/login`);
      expect(last.headers.get("set-cookie")).toMatch(new RegExp(`^__Host-rd_${front.secure.port}=.+; Secure`));
    }));

  test("serves the chain, leaf first", () =>
    withFront({}, async (front) => {
      await front.certificates.install(
        { certificate: leaf.certificate + authority.certificate, key: leaf.key },
        { user: "admin", address: "192.0.2.1" },
      );
      const ca = join(front.folder, "authority.crt");
      writeFileSync(ca, authority.certificate);
      expect((await curl("--cacert", ca, `${front.url}/api/info`)).last.status).toBe(200);
    }));

  test("a port in use is told with its host and port", () =>
    withFront({}, async ({ secure, plain, store }) => {
      const second = listenHttps({
        addresses: ["127.0.0.1"],
        port: secure.port,
        tls: { cert: store.current.certificate, key: store.current.key },
        createApp: () => createHttpApp(plain.services, true),
      });
      expect(second).rejects.toMatchObject({
        kind: "unavailable",
        message: expect.stringContaining(`HTTPS port ${secure.port} on 127.0.0.1 is in use by`),
      });
    }));

  test("one free port serves both families", () =>
    withFront({ addresses: ["127.0.0.1", "::1"] }, async (front) => {
      expect(front.secure.addresses).toEqual(["127.0.0.1", "::1"]);
      await front.store.issueSelfSigned("ecdsa");
      for (const host of ["127.0.0.1", "[::1]"])
        expect((await curl(...trust(front), `https://${host}:${front.secure.port}/health`)).last.status).toBe(200);
    }));
});

// Elysia looks for the path behind a fixed number of characters, which short names do not fill
describe("host names of one to four letters", async () => {
  const front = await startHttpFront();
  const services = { ...front.services, hosts: { ...front.services.hosts, hosts: ["a", "pi", "cam", "cams"] } };
  const { certificate, key } = await makeCertificate({ name: "short" });
  const place = { addresses: ["127.0.0.1"], port: 0 };
  const plain = await listenHttp({ ...place, createApp: () => createHttpApp(services) });
  const tls = { cert: certificate, key };
  const secure = await listenHttps({ ...place, tls, createApp: () => createHttpApp(services, true) });
  afterAll(() => Promise.all([front.listener.stop(), plain.stop(), secure.stop()]));

  for (const [scheme, { port }] of [
    ["http", plain],
    ["https", secure],
  ] as const) {
    test.each(["a", "pi", "cam", "cams"])(`${scheme}://%s finds its paths`, async (host) => {
      const ask = (...args: readonly string[]) =>
        curl("-k", "-H", `Host: ${host}`, ...args.slice(0, -1), `${scheme}://127.0.0.1:${port}${args.at(-1)}`);
      expect((await ask("/api/v1/info?envelope=none")).json).toMatchObject({ name: "RotorDream" });
      expect((await ask("/health")).last.status).toBe(200);
      expect((await ask("/x/api/info")).last.status).toBe(404);
      expect((await ask("-X", "PROPFIND", "/api/info")).last.status).toBe(405);
      const digest = await ask("--digest", ...ADMIN, "/api/streams?auth=required&x=%2F");
      expect(digest.last.status).toBe(200);
      expect(digest.last.text).toContain(`rtsp://${host}:8554/stream1`);
      const login = JSON.stringify({ username: "admin", password: ADMIN_PASSWORD });
      expect((await ask("-H", `Origin: ${scheme}://${host}`, "-d", login, "/api/login")).last.status).toBe(200);
      expect((await ask("-H", `Origin: ${scheme}://other`, "-d", login, "/api/login")).last.status).toBe(403);
    });
  }
});

describe("replacing the certificate", () => {
  test(
    "20 times in a row: no handshake is refused, each change is seen at once, and keep-alive clients live on",
    () =>
      withFront({}, async ({ secure, url, store }) => {
        let isOver = false;
        let handshakes = 0;
        const failures: string[] = [];
        const knocking = Array.from({ length: 6 }, async () => {
          while (!isOver) {
            await knock(secure.port).then(
              () => {
                handshakes += 1;
              },
              (error) => failures.push(`${error.code}`),
            );
          }
        });
        // each on one connection of its own, which it says with its port
        const clients = Array.from({ length: 20 }, () => new KeepAliveClient(secure.port));
        for (const client of clients) await client.ask();
        for (let round = 0; round < 20; round += 1) {
          await store.issueSelfSigned("ecdsa");
          const seen = await Promise.all([knock(secure.port), knock(secure.port), knock(secure.port)]);
          expect(new Set(seen)).toEqual(new Set([store.description.fingerprint]));
          for (const client of clients) await client.ask();
        }
        isOver = true;
        await Promise.all(knocking);
        expect(failures).toEqual([]);
        expect(handshakes).toBeGreaterThan(200);
        expect(clients.map((client) => client.closed)).not.toContain(true);
        for (const client of clients) client.end();
        expect((await curl("-k", `${url}/health`)).last.status).toBe(200);
      }),
    60_000,
  );

  test("leaves nothing of the former ones behind", () =>
    withFront({}, async ({ store }) => {
      const before = process.listenerCount("beforeExit");
      for (let round = 0; round < 3; round += 1) await store.issueSelfSigned("ecdsa");
      expect(process.listenerCount("beforeExit")).toBe(before);
    }));
});

/** An HTTP client that keeps its one connection. */
class KeepAliveClient {
  readonly #ready = Promise.withResolvers<Bun.Socket>();
  closed = false;
  #text = "";

  constructor(port: number) {
    void Bun.connect({
      hostname: "127.0.0.1",
      port,
      tls: { rejectUnauthorized: false },
      socket: {
        // what is written before is lost
        handshake: (socket) => this.#ready.resolve(socket),
        data: (_, bytes) => {
          this.#text += bytes.toString();
        },
        close: () => {
          this.closed = true;
        },
      },
    });
  }

  async ask(): Promise<void> {
    this.#text = "";
    (await this.#ready.promise).write("GET /health HTTP/1.1\r\nHost: cam\r\n\r\n");
    await until(() => this.closed || this.#text.includes('"checks"'));
    expect(this.#text).toStartWith("HTTP/1.1 200");
  }

  end(): void {
    void this.#ready.promise.then((socket) => socket.end());
  }
}

describe("/api/certificate", async () => {
  const front = await startTlsFront();
  afterAll(() => front.stop());
  const ask = (...args: readonly string[]) =>
    curl("-k", ...ADMIN, ...args.slice(0, -1), `${front.url}/api/certificate${args.at(-1)}`);
  const put = (body: string) => {
    const file = join(front.folder, "body");
    writeFileSync(file, body);
    return ask("-X", "PUT", "--data-binary", `@${file}`, "");
  };

  test("tells of the certificate in force", async () => {
    const { json } = await ask("");
    expect(safeParse(Certificate, json.data).success).toBe(true);
    expect(json).toMatchObject({
      subject: "O=RotorDream, CN=cam",
      sans: ["cam", "cam.local", "localhost", "127.0.0.1", "::1"],
      days_left: 823,
      self_signed: true,
      fingerprint: await knock(front.secure.port),
    });
  });

  test("is for those who may read and change the system", async () => {
    const bare = (...args: readonly string[]) =>
      curl("-k", ...args.slice(0, -1), `${front.url}/api/certificate${args.at(-1)}`);
    expect((await bare("")).last.status).toBe(401);
    expect((await bare("-X", "PUT", "")).last.status).toBe(401);
    expect((await bare("-d", "{}", "/self-signed")).last.status).toBe(401);
    expect((await bare("-d", "{}", "/csr")).last.status).toBe(401);
  });

  const uploads: readonly (readonly [what: string, body: () => string, subject: string])[] = [
    ["PEM in JSON", () => JSON.stringify({ certificate: leaf.certificate, key: leaf.key }), "CN=leaf"],
    [
      "a PEM text",
      () => `${tlsFixture("rsa.crt")}${tlsFixture("authority.crt")}${tlsFixture("rsa-pkcs1.key")}`,
      "CN=cam.test",
    ],
    [
      "PKCS#12",
      () =>
        JSON.stringify({
          pkcs12: Buffer.from(tlsFixtureBytes("ecdsa-aes.p12")).toString("base64"),
          password: "secret",
        }),
      "CN=cam.test",
    ],
  ];
  test.each(uploads)("takes %s, live", async (_, body, subject) => {
    const { last, json } = await put(body());
    expect(last.status, last.text).toBe(200);
    expect(json).toMatchObject({ subject, self_signed: false });
    expect(await knock(front.secure.port)).toBe(String(json.fingerprint));
    const [line] = front.plain.identity.audit.list({ limit: 1 });
    expect(line).toMatchObject({
      action: "certificate-changed",
      user: "admin",
      address: "127.0.0.1",
      subject,
      detail: { way: "upload", fingerprint: json.fingerprint },
    });
  });

  const refused: readonly (readonly [what: string, body: () => string, key: string | undefined, code: string])[] = [
    ["an empty body", () => "", "certificate", "INVALID_VALUE"],
    ["malformed JSON", () => '{"certificate":', undefined, "MALFORMED_JSON"],
    ["an unknown member", () => '{"certificate":"","chain":""}', "chain", "INVALID_VALUE"],
    ["a number", () => '{"certificate":1}', "certificate", "INVALID_VALUE"],
    ["no PEM", () => "hello", "certificate", "INVALID_VALUE"],
    [
      "a key that is no PEM",
      () => JSON.stringify({ certificate: leaf.certificate, key: "hello" }),
      "key",
      "INVALID_VALUE",
    ],
    [
      "another's key",
      () => JSON.stringify({ certificate: leaf.certificate, key: authority.key }),
      "key",
      "INVALID_VALUE",
    ],
    ["an encrypted key", () => tlsFixture("ecdsa.crt") + tlsFixture("encrypted-pkcs8.key"), "key", "INVALID_VALUE"],
    ["no base64", () => '{"pkcs12":"%"}', "pkcs12", "INVALID_VALUE"],
    ["no PKCS#12", () => '{"pkcs12":"aGVsbG8="}', "pkcs12", "INVALID_VALUE"],
    [
      "a wrong password",
      () => JSON.stringify({ pkcs12: Buffer.from(tlsFixtureBytes("rsa-aes.p12")).toString("base64"), password: "x" }),
      "password",
      "INVALID_VALUE",
    ],
  ];
  test.each(refused)("refuses %s and keeps what it has", async (_, body, key, code) => {
    const before = front.store.current;
    const { last, json } = await put(body());
    expect(last.status).toBe(400);
    expect(json.code).toBe(code);
    expect(json.key).toBe(key);
    expect(front.store.current).toBe(before);
    expect(await knock(front.secure.port)).toBe(front.store.description.fingerprint);
  });

  test("refuses more than 64 KiB", async () => {
    expect((await put("x".repeat(64 * 1024 + 1))).last.status).toBe(413);
  });

  test("issues a self-signed one, RSA where asked", async () => {
    const { json } = await ask("-d", '{"rsa":true}', "/self-signed");
    expect(json).toMatchObject({ self_signed: true, fingerprint: await knock(front.secure.port) });
    const text = Bun.spawnSync(["openssl", "x509", "-noout", "-text"], {
      stdin: Buffer.from(front.store.current.certificate),
    });
    expect(`${text.stdout}`).toContain("Public-Key: (2048 bit)");
    expect((await ask("-d", "", "/self-signed")).last.status).toBe(200);
    expect((await ask("-d", '{"rsa":1}', "/self-signed")).json).toMatchObject({ status: "error", key: "rsa" });
  });

  test("makes a signing request whose certificate can be installed without a key", async () => {
    const { json } = await ask("-d", '{"common_name":"cam.example","sans":["cam.example","192.0.2.7"]}', "/csr");
    const [csr, ca, caKey, signed, extensions] = ["csr", "ca.crt", "ca.key", "signed.crt", "extensions"].map((name) =>
      join(front.folder, name),
    ) as [string, string, string, string, string];
    writeFileSync(csr, String(json.csr));
    writeFileSync(ca, authority.certificate);
    writeFileSync(caKey, authority.key);
    writeFileSync(extensions, "subjectAltName=DNS:cam.example");
    const openssl = (...args: readonly string[]) => Bun.spawnSync(["openssl", ...args], { stderr: "pipe" });
    const shown = openssl("req", "-in", csr, "-noout", "-verify", "-text");
    expect(shown.exitCode).toBe(0);
    expect(`${shown.stdout}`).toContain("DNS:cam.example, IP Address:192.0.2.7");
    expect(`${shown.stdout}`).toContain("Subject: CN = cam.example");
    const days = ["-days", "90", "-extfile", extensions];
    const sign = openssl(
      "x509",
      "-req",
      "-in",
      csr,
      "-CA",
      ca,
      "-CAkey",
      caKey,
      "-CAcreateserial",
      ...days,
      "-out",
      signed,
    );
    expect(sign.exitCode, `${sign.stderr}`).toBe(0);
    const { last } = await ask("-X", "PUT", "--data-binary", `@${signed}`, "");
    expect(last.status, last.text).toBe(200);
    expect(front.store.description).toMatchObject({ issuer: "CN=authority", sans: ["cam.example"] });
  });

  test.each([
    ['{"sans":["a b"]}', "sans.0"],
    ['{"sans":"cam"}', "sans"],
    ['{"common_name":""}', "common_name"],
    [`{"common_name":"${"x".repeat(65)}"}`, "common_name"],
  ])("refuses the signing request %s", async (body, key) => {
    const { last, json } = await ask("-d", body, "/csr");
    expect(last.status).toBe(400);
    expect(json.key).toBe(key);
  });
});

describe("a certificate near its end", () => {
  test("is an event once a day and a warning in words", () =>
    withFront({}, async (front) => {
      expect(front.certificates.warnings()).toEqual([]);
      const soon = await makeCertificate({ name: "soon", issuer: authority, untilMs: Date.now() + 5.5 * DAY_MS });
      for (let round = 0; round < 2; round += 1)
        await front.certificates.install(
          { certificate: soon.certificate, key: soon.key },
          { user: "admin", address: "192.0.2.1" },
        );
      expect(front.events.map(({ kind, data }) => [kind, data.days_left])).toEqual([["certificate-expiring", 5]]);
      expect(front.certificates.warnings()).toEqual([expect.stringMatching(/CN=soon ends on \S+, in 5 days;/)]);
    }));
});

describe("mutual TLS", () => {
  test("lets in who has a certificate of the authority, nobody else, also after a replacement", async () => {
    const clients = await makeCertificate({ name: "clients", isAuthority: true });
    const friend = await makeCertificate({ name: "friend", issuer: clients, usage: "client" });
    const stranger = await makeCertificate({ name: "stranger", usage: "client" });
    await withFront({ clientCa: clients.certificate }, async (front) => {
      const as = ({ name, certificate, key }: TestCertificate) => {
        writeFileSync(join(front.folder, `${name}.pem`), certificate + key);
        return curl("-k", "--cert", join(front.folder, `${name}.pem`), `${front.url}/api/info`);
      };
      for (let round = 0; round < 2; round += 1) {
        expect((await as(friend)).last.status).toBe(200);
        expect(as(stranger)).rejects.toThrow();
        expect(curl("-k", `${front.url}/api/info`)).rejects.toThrow();
        await front.store.issueSelfSigned("ecdsa");
      }
    });
  });
});
