import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { safeParse } from "valibot";
import { Certificate } from "../../src/modules/tls/model.ts";
import { makeCertificate, type TestCertificate, tlsFixture, tlsFixtureBytes } from "../support/certificates.ts";
import { testWith } from "../support/conditional-tests.ts";
import { curl } from "../support/curl.ts";
import { ADMIN_PASSWORD } from "../support/identity.ts";
import { knock, startTlsFront } from "../support/tls-front.ts";

const ADMIN = ["-u", `admin:${ADMIN_PASSWORD}`] as const;

let authority: TestCertificate;
let leaf: TestCertificate;
beforeAll(async () => {
  authority = await makeCertificate({ name: "authority", isAuthority: true });
  leaf = await makeCertificate({ name: "leaf", issuer: authority });
});

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

  testWith("openssl")("issues a self-signed one, RSA where asked", async () => {
    const { json } = await ask("-d", '{"rsa":true}', "/self-signed");
    expect(json).toMatchObject({ self_signed: true, fingerprint: await knock(front.secure.port) });
    const text = Bun.spawnSync(["openssl", "x509", "-noout", "-text"], {
      stdin: Buffer.from(front.store.current.certificate),
    });
    expect(`${text.stdout}`).toContain("Public-Key: (2048 bit)");
    expect((await ask("-d", "", "/self-signed")).last.status).toBe(200);
    expect((await ask("-d", '{"rsa":1}', "/self-signed")).json).toMatchObject({ status: "error", key: "rsa" });
  });

  testWith("openssl")("makes a signing request whose certificate can be installed without a key", async () => {
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
