import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { curl } from "../support/curl.ts";
import { startServer, type TestServer } from "../support/server.ts";

const PASSWORD = "correct horse battery";
const ADMIN = ["-u", `admin:${PASSWORD}`] as const;
const ENVIRONMENT = { ROTORDREAM_SERVER_REQUIRE_TLS: "true", ROTORDREAM_LIMITS_API_PER_MINUTE: "0" };

/** Every route whose body or answer holds something that can be used again. A new one belongs here and declares `carriesSecrets`. */
const CARRIERS = [
  "GET /api/system/backup",
  "PATCH /api/users/{name}",
  "POST /api/login",
  "POST /api/system/backup",
  "POST /api/system/factory-reset",
  "POST /api/tokens",
  "POST /api/users",
  "PUT /api/certificate",
];

let server: TestServer;
let operations: readonly { readonly name: string; readonly url: string; readonly description: string }[];
beforeAll(async () => {
  server = await startServer(["--admin-password", PASSWORD, "--anonymous", "guest"], ENVIRONMENT);
  const { paths } = (await (await fetch(`${server.http}/swagger/json`)).json()) as {
    paths: Record<string, Record<string, { description: string }>>;
  };
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { description }]) => ({
      name: `${method.toUpperCase()} ${path}`,
      url: server.http + path.replace(/\{\w+\}/g, "admin"),
      description,
    })),
  );
});
afterAll(() => server.stop());

describe("require_tls", () => {
  test("refuses every route that carries secrets over plain HTTP, and no other", async () => {
    const refused: string[] = [];
    for (const { name, url } of operations) {
      const answer = await fetch(url, { method: name.split(" ")[0] ?? "", redirect: "manual" });
      if (answer.status === 403 && ((await answer.json()) as { code: string }).code === "TLS_REQUIRED")
        refused.push(name);
      else await answer.body?.cancel();
    }
    expect(refused.sort()).toEqual(CARRIERS);
    const told = operations.filter(({ description }) => description.includes("Carries secrets"));
    expect(told.map(({ name }) => name).sort()).toEqual(CARRIERS);
  });

  test("Digest is enough to look, not to get a token, a backup or a user out of the device", async () => {
    const digest = (...args: readonly string[]) => curl("--digest", ...ADMIN, ...args);
    expect((await digest(`${server.http}/api/streams`)).last.status).toBe(200);
    for (const args of [
      ["-d", '{"name":"nvr"}', `${server.http}/api/tokens`],
      [`${server.http}/api/system/backup`],
      ["-d", '{"passphrase":"a long passphrase"}', `${server.http}/api/v1/system/backup`],
      ["-d", '{"name":"eva","password":"three small words","role":"viewer"}', `${server.http}/api/users`],
      ["-I", `${server.http}/api/system/backup`],
    ])
      expect((await digest(...args)).last.status).toBe(403);
    const made = await curl("-k", ...ADMIN, "-d", '{"name":"nvr"}', `${server.https}/api/tokens`);
    expect(made.last.status).toBe(201);
    expect((await curl("-k", ...ADMIN, `${server.https}/api/system/backup`)).last.status).toBe(200);

    const say = (url: string) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(url, { tls: { rejectUnauthorized: false } });
        socket.onopen = () => socket.send(JSON.stringify({ token: made.json.token }));
        socket.onmessage = ({ data }) => {
          resolve(JSON.parse(String(data)).authenticated);
          socket.close();
        };
        socket.onerror = reject;
      });
    expect(await say(`${server.http.replace("http", "ws")}/api/v1`)).toBe(false);
    expect(await say(`${server.https.replace("http", "ws")}/api/v1`)).toBe(true);
  });
});
