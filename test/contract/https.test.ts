import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createHttpApp } from "../../src/http/app.ts";
import { listenHttp, listenHttps } from "../../src/http/listen.ts";
import { makeCertificate, type TestCertificate } from "../support/certificates.ts";
import { testWith } from "../support/conditional-tests.ts";
import { curl } from "../support/curl.ts";
import { startHttpFront } from "../support/http-front.ts";
import { ADMIN_PASSWORD } from "../support/identity.ts";
import { type TlsFront, withTlsFront } from "../support/tls-front.ts";

const ADMIN = ["-u", `admin:${ADMIN_PASSWORD}`] as const;

let authority: TestCertificate;
let leaf: TestCertificate;
beforeAll(async () => {
  authority = await makeCertificate({ name: "authority", isAuthority: true });
  leaf = await makeCertificate({ name: "leaf", issuer: authority });
});

const trust = ({ folder }: TlsFront) => ["--cacert", join(folder, "server.crt")];

describe("HTTPS", () => {
  test("is served with the self-signed certificate, which a client that trusts it accepts under its names", () =>
    withTlsFront({}, async (front) => {
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

  testWith("openssl")("speaks TLS 1.2 and 1.3, nothing older", () =>
    withTlsFront({}, async ({ secure }) => {
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
    }),
  );

  test("carries the session cookie that plain HTTP cannot have", () =>
    withTlsFront({}, async (front) => {
      const login = JSON.stringify({ username: "admin", password: ADMIN_PASSWORD });
      const { last } = await curl("-k", "-d", login, `${front.url}/api/login`);
      expect(last.headers.get("set-cookie")).toMatch(new RegExp(`^__Host-rd_${front.secure.port}=.+; Secure`));
    }));

  test("serves the chain, leaf first", () =>
    withTlsFront({}, async (front) => {
      await front.certificates.install(
        { certificate: leaf.certificate + authority.certificate, key: leaf.key },
        { user: "admin", address: "192.0.2.1" },
      );
      const ca = join(front.folder, "authority.crt");
      writeFileSync(ca, authority.certificate);
      expect((await curl("--cacert", ca, `${front.url}/api/info`)).last.status).toBe(200);
    }));

  test("a port in use is told with its host and port", () =>
    withTlsFront({}, async ({ secure, plain, store }) => {
      const second = listenHttps({
        addresses: ["127.0.0.1"],
        port: secure.port,
        tls: { cert: store.current.certificate, key: store.current.key },
        app: createHttpApp(plain.services),
      });
      expect(second).rejects.toMatchObject({
        kind: "unavailable",
        message: expect.stringContaining(`HTTPS port ${secure.port} on 127.0.0.1 is in use by`),
      });
    }));

  test("one free port serves both families", () =>
    withTlsFront({ addresses: ["127.0.0.1", "::1"] }, async (front) => {
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
  const plain = await listenHttp({ ...place, app: createHttpApp(services) });
  const tls = { cert: certificate, key };
  const secure = await listenHttps({ ...place, tls, app: createHttpApp(services) });
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

describe("mutual TLS", () => {
  test("lets in who has a certificate of the authority, nobody else, also after a replacement", async () => {
    const clients = await makeCertificate({ name: "clients", isAuthority: true });
    const friend = await makeCertificate({ name: "friend", issuer: clients, usage: "client" });
    const stranger = await makeCertificate({ name: "stranger", usage: "client" });
    await withTlsFront({ clientCa: clients.certificate }, async (front) => {
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

describe("plain HTTP beside it", () => {
  test("takes no password, token or session where TLS is required, but Digest", async () => {
    const front = await startHttpFront({ requireTls: true });
    try {
      const url = `${front.url}/api/streams`;
      expect((await curl(...ADMIN, url)).last.status).toBe(401);
      expect((await curl("--digest", ...ADMIN, url)).last.status).toBe(200);
      const { last, json } = await curl("-H", "Authorization: Bearer abc", url);
      expect([last.status, json.code]).toEqual([403, "TLS_REQUIRED"]);
      expect((await curl("-H", "Authorization: Bearer abc", `${front.url}/api/info`)).last.status).toBe(403);
      expect((await curl(`${front.url}/api/snapshot?token=abc`)).last.status).toBe(403);
      const cookie = `rd_${front.listener.port}=abc`;
      const withCookie = (await curl("-H", `Cookie: ${cookie}`, `${front.url}/api/info`)).last;
      expect([withCookie.status, withCookie.headers.get("set-cookie")]).toEqual([
        403,
        expect.stringContaining("Max-Age=0"),
      ]);
      expect((await curl(`${front.url}/api/info`)).last.status).toBe(200);
    } finally {
      await front.listener.stop();
    }
  });

  test("tells nobody of hsts, TLS everybody", () =>
    withTlsFront({ transport: { hsts: true } }, async (front) => {
      const header = async (url: string) => (await curl("-k", url)).last.headers.get("strict-transport-security");
      expect(await header(`${front.url}/api/info`)).toBe("max-age=31536000");
      expect(await header(`${front.url}/nothing`)).toBe("max-age=31536000");
      expect(await header(`${front.plain.url}/api/info`)).toBeUndefined();
    }));
});
