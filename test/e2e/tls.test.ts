import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCertificate } from "../support/certificates.ts";
import { testWith } from "../support/conditional-tests.ts";
import { curl } from "../support/curl.ts";
import { EXECUTABLE, startServer, type TestServer } from "../support/server.ts";
import { knock } from "../support/tls-front.ts";
import { until } from "../support/until.ts";

const NO_API_LIMIT = { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" };
const EXIT_CONFIGURATION = 78;
/** The files are looked at every 2 s. */
const PICKED_UP_LIMIT_MS = 15_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the executable to its end. */
async function rotordream(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  const child = Bun.spawn([EXECUTABLE, ...args], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const text = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { code: await child.exited, text: text.join("") };
}

/** `openssl s_client` with these bytes to say; what it heard. */
async function openssl(url: string, say: string, ...args: readonly string[]): Promise<string> {
  const { host } = new URL(url.replace(/^\w+:/, "http:"));
  const child = Bun.spawn(["openssl", "s_client", "-connect", host, "-quiet", ...args], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  child.stdin.write(say);
  child.stdin.flush();
  let heard = "";
  for await (const bytes of child.stdout) {
    heard += Buffer.from(bytes).toString("latin1");
    if (heard.includes("\r\n\r\n")) break;
  }
  child.kill();
  await child.exited;
  return heard;
}

const portOf = (url: string) => Number(new URL(url.replace(/^\w+:/, "http:")).port);
const fingerprint = (server: TestServer) => knock(portOf(server.https));

describe("the compiled executable over TLS", () => {
  testWith("curl")("serves one certificate on both ports, keeps it over a restart, and shows it", async () => {
    const data = join(folder, "restart");
    const seen: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      await using server = await startServer(["--data-dir", data]);
      seen.push(await knock(portOf(server.https)), await knock(portOf(server.rtsps)));
      const { last } = await curl("--cacert", join(data, "server.crt"), `${server.https}/api/info`);
      expect(last.status).toBe(200);
    }
    expect(new Set(seen).size).toBe(1);
    const shown = await rotordream("cert", "show", "--data-dir", data);
    expect(shown.code).toBe(0);
    expect(shown.text).toContain(`fingerprint  ${seen[0]}`);
    expect(shown.text).toContain("issuer       itself (self-signed)");
    expect(statSync(join(data, "server.key")).mode & 0o777).toBe(0o600);
    expect((await rotordream("doctor", "--demo", "--source", "test", "--data-dir", data)).text).toContain(
      `SHA-256 ${seen[0]}`,
    );
  });

  testWith("curl", "openssl")(
    "picks up what the command line installs and makes, and what is dropped into the folder",
    async () => {
      const data = join(folder, "dropped");
      await using server = await startServer(["--data-dir", data], NO_API_LIMIT);
      const authority = await makeCertificate({ name: "authority", isAuthority: true });
      const leaf = await makeCertificate({ name: "leaf", issuer: authority });
      const [certificate, key, ca] = ["leaf.crt", "leaf.key", "ca.crt"].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ];
      writeFileSync(certificate, leaf.certificate + authority.certificate);
      writeFileSync(key, leaf.key);
      writeFileSync(ca, authority.certificate);

      const first = await fingerprint(server);
      const installed = await rotordream("cert", "install", certificate, key, "--data-dir", data);
      expect(installed.code, installed.text).toBe(0);
      await until(async () => (await fingerprint(server)) !== first, PICKED_UP_LIMIT_MS);
      expect((await curl("--cacert", ca, `${server.https}/api/info`)).last.status).toBe(200);

      const second = await fingerprint(server);
      expect((await rotordream("cert", "self-signed", "--rsa", "--data-dir", data)).code).toBe(0);
      await until(async () => (await fingerprint(server)) !== second, PICKED_UP_LIMIT_MS);
      expect(
        await openssl(server.https, "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n", "-sigalgs", "RSA-PSS+SHA256"),
      ).toContain("200 OK");

      const third = await fingerprint(server);
      const dropped = await makeCertificate({ name: "dropped" });
      writeFileSync(join(data, "server.crt"), dropped.certificate);
      writeFileSync(join(data, "server.key"), dropped.key);
      await until(async () => (await fingerprint(server)) !== third, PICKED_UP_LIMIT_MS);
      expect((await rotordream("cert", "show", "--data-dir", data)).text).toContain("subject      CN=dropped");
      const { json } = await curl("-u", "admin:password", `${server.http}/api/audit?limit=50`);
      const changes = (json.data as { readonly action: string }[]).filter(
        ({ action }) => action === "certificate-changed",
      );
      expect(changes).toHaveLength(4);
    },
  );

  test("the command line refuses what cannot be served, and changes nothing", async () => {
    const data = join(folder, "refused");
    expect((await rotordream("cert", "self-signed", "--data-dir", data)).code).toBe(0);
    const before = (await rotordream("cert", "show", "--data-dir", data)).text;
    const [one, other] = [await makeCertificate({ name: "one" }), await makeCertificate({ name: "other" })];
    const [certificate, key] = [join(folder, "one.crt"), join(folder, "other.key")];
    writeFileSync(certificate, one.certificate);
    writeFileSync(key, other.key);
    const mismatch = await rotordream("cert", "install", certificate, key, "--data-dir", data);
    expect(mismatch).toMatchObject({ code: EXIT_CONFIGURATION, text: expect.stringContaining("does not belong") });
    expect((await rotordream("cert", "install", "/nowhere", "--data-dir", data)).text).toContain(
      "/nowhere cannot be read",
    );
    expect((await rotordream("cert", "show", "--data-dir", join(folder, "empty"))).text).toContain("no certificate");
    expect((await rotordream("cert", "show", "--data-dir", data)).text).toBe(before);
  });

  test("hsts with a self-signed certificate, and a client_ca that is none, are configuration errors", async () => {
    const hsts = startServer([], { ROTORDREAM_SERVER_HSTS: "true" });
    expect(hsts).rejects.toThrow(/exit code 78\n.*server\.hsts/s);
    await hsts.catch(() => {});
    const ca = startServer([], { ROTORDREAM_SERVER_CLIENT_CA: "/etc/hostname" });
    expect(ca).rejects.toThrow(/exit code 78\n.*server\.client_ca: \/etc\/hostname holds no PEM/s);
    await ca.catch(() => {});
  });

  testWith("curl", "openssl")("asks for client certificates on both ports where client_ca is set", async () => {
    const clients = await makeCertificate({ name: "clients", isAuthority: true });
    const friend = await makeCertificate({ name: "friend", issuer: clients, usage: "client" });
    const [ca, pem] = [join(folder, "clients.crt"), join(folder, "friend.pem")];
    writeFileSync(ca, clients.certificate);
    writeFileSync(pem, friend.certificate + friend.key);
    await using server = await startServer([], { ROTORDREAM_SERVER_CLIENT_CA: ca });
    expect((await curl("-k", "--cert", pem, `${server.https}/api/info`)).last.status).toBe(200);
    expect(curl("-k", `${server.https}/api/info`)).rejects.toThrow();
    const options = "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n";
    expect(await openssl(server.rtsps, options, "-cert", pem)).toStartWith("RTSP/1.0 200");
    expect(await openssl(server.rtsps, options)).toBe("");
    const stranger = await makeCertificate({ name: "stranger", usage: "client" });
    writeFileSync(pem, stranger.certificate + stranger.key);
    expect(await openssl(server.rtsps, options, "-cert", pem)).toBe("");
  });
});
