import { beforeAll, describe, expect, test } from "bun:test";
import { makeCertificate, type TestCertificate } from "../support/certificates.ts";
import { curl } from "../support/curl.ts";
import { KeepAliveClient } from "../support/keep-alive-client.ts";
import { knock, withTlsFront } from "../support/tls-front.ts";

const DAY_MS = 86_400_000;

let authority: TestCertificate;
beforeAll(async () => {
  authority = await makeCertificate({ name: "authority", isAuthority: true });
});

describe("replacing the certificate", () => {
  test(
    "20 times in a row: no handshake is refused, each change is seen at once, and keep-alive clients live on",
    () =>
      withTlsFront({}, async ({ secure, url, store }) => {
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
    withTlsFront({}, async ({ store }) => {
      const before = process.listenerCount("beforeExit");
      for (let round = 0; round < 3; round += 1) await store.issueSelfSigned("ecdsa");
      expect(process.listenerCount("beforeExit")).toBe(before);
    }));
});

describe("a certificate near its end", () => {
  test("is an event once a day and a warning in words", () =>
    withTlsFront({}, async (front) => {
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
