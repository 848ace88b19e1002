import { afterAll, beforeAll, describe, expect } from "bun:test";
import { testWith } from "../support/conditional-tests.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { playScenario } from "../support/websocket-scenario.ts";

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
const ADMIN = { authorization: basic("admin", "password") };
const VIEWER_PASSWORD = "looks, never touches";
const VIEWER = { authorization: basic("مشاهد", VIEWER_PASSWORD) };

let server: TestServer;
let url: string;
beforeAll(async () => {
  server = await startServer([], { ROTORDREAM_AUTH_ANONYMOUS: "guest" });
  url = `${server.http.replace("http:", "ws:")}/api/v1`;
  const answer = await fetch(`${server.http}/api/users`, {
    method: "POST",
    headers: { Authorization: ADMIN.authorization },
    body: JSON.stringify({ name: "مشاهد", password: VIEWER_PASSWORD, role: "viewer" }),
  });
  expect(answer.status).toBe(201);
  // the camera's appearance is told to clients too
  await until(async () => (await fetch(`${server.http}/health/ready`)).ok);
});
afterAll(async () => void (await server.stop()));

const testPeer = testWith("websockets");

describe("WebSocket API", () => {
  testPeer("set, get and broadcast to three clients", async () => {
    const { a, b, c } = await playScenario({
      url,
      clients: { a: ADMIN, b: ADMIN, c: VIEWER },
      steps: [
        ["b", "send", { get: ["brightness"] }],
        ["b", "expect", 1],
        ["c", "send", { get: ["contrast"], id: "first" }],
        ["c", "expect", 1],
        ["a", "send", { brightness: 61, contrast: 62 }],
        ["a", "expect", 1],
        ["b", "expect", 1],
        ["c", "expect", 1],
        ["a", "send", { brightness: 61 }],
        ["a", "expect", 1],
        ["b", "wait", 0.3],
      ],
    });
    expect(a.received).toEqual([
      { brightness: 61, contrast: 62, info: ["brightness", "contrast"] },
      { brightness: 61, info: ["brightness"] },
    ]);
    expect(b.received).toEqual([{ brightness: 50 }, { brightness: 61, contrast: 62 }]);
    expect(c.received).toEqual([
      { contrast: 50, id: "first" },
      { brightness: 61, contrast: 62 },
    ]);
  });

  testPeer("permission denied as viewer and guest; a login in a message changes that", async () => {
    const { viewer, guest } = await playScenario({
      url,
      clients: { viewer: VIEWER, guest: {} },
      steps: [
        ["viewer", "send", { brightness: 1 }],
        ["viewer", "expect", 1],
        ["guest", "send", { get: ["brightness"] }],
        ["guest", "expect", 1],
        ["guest", "send", { username: "admin", password: "wrong" }],
        ["guest", "expect", 1],
        ["guest", "send", { username: "admin", password: "password" }],
        ["guest", "expect", 1],
        ["guest", "send", { contrast: 55 }],
        ["guest", "expect", 1],
      ],
    });
    expect(viewer.received).toEqual([{ error: "Permission denied", key: "brightness" }]);
    expect(guest.received).toMatchObject([
      { error: "Permission denied", key: "brightness" },
      { authenticated: false, error: "Invalid credentials" },
      { authenticated: true, user: "admin" },
      { contrast: 55, info: ["contrast"] },
    ]);
  });

  testPeer("wrong credentials at the upgrade are 401", async () => {
    const { wrong } = await playScenario({
      url,
      clients: { wrong: { authorization: basic("admin", "nonsense") } },
      steps: [],
    });
    expect(wrong.refused).toBe(401);
  });

  testPeer("mistakes are answered as documented, and a batch is all or none", async () => {
    const { a } = await playScenario({
      url,
      clients: { a: ADMIN },
      steps: [
        ["a", "send", { brightness: 80, contrast: 400 }],
        ["a", "expect", 1],
        ["a", "send", { get: ["brightness"] }],
        ["a", "expect", 1],
        ["a", "send", { brightnes: 1 }],
        ["a", "expect", 1],
        ["a", "raw", "{nonsense"],
        ["a", "expect", 1],
        ["a", "raw", '{"brightness": NaN}'],
        ["a", "expect", 1],
        ["a", "raw", '{"brightness": 1e999}'],
        ["a", "expect", 1],
        ["a", "binary", "{}"],
        ["a", "expect", 1],
        ["a", "raw", JSON.stringify({ get: ["x".repeat(70_000)] })],
        ["a", "expect", 1],
      ],
    });
    expect(a.received).toMatchObject([
      { error: "Invalid value", key: "contrast", message: "Value must be between 0 and 100" },
      { brightness: 61 },
      { error: "Unknown key", key: "brightnes", hint: "brightness" },
      { error: "Invalid message" },
      { error: "Invalid message" },
      { error: "Invalid value", key: "brightness" },
      { error: "Invalid message" },
      { error: "Invalid message" },
    ]);
  });

  testPeer("a frame over 1 MiB closes with 1009", async () => {
    const { a } = await playScenario({
      url,
      clients: { a: ADMIN },
      steps: [
        ["a", "raw", JSON.stringify({ get: ["x".repeat(1_100_000)] })],
        ["a", "wait", 5],
      ],
    });
    expect(a.close).toBe(1009);
  });

  testPeer("over a hundred messages a second are dropped and told", async () => {
    const { a } = await playScenario({
      url,
      clients: { a: ADMIN },
      steps: [
        ...Array.from({ length: 250 }, () => ["a", "send", { get: ["brightness"] }] as const),
        ["a", "wait", 2.5],
      ],
    });
    const errors = a.received.filter((message) => JSON.stringify(message).includes("Rate limit exceeded"));
    expect(errors[0]).toMatchObject({ limit: 100, period: "second", retry_after: 1 });
    expect(a.received.length - errors.length).toBeLessThanOrEqual(200);
  });

  testPeer("a change over REST is one message, one event and one audit line", async () => {
    const post = { url: `${server.http}/api/settings/saturation`, body: "33", ...ADMIN };
    const { a } = await playScenario({
      url,
      clients: { a: ADMIN },
      steps: [
        ["a", "send", { subscribe: ["events"] }],
        ["a", "expect", 1],
        ["a", "post", post],
        ["a", "wait", 2.5],
      ],
    });
    expect(a.received).toEqual([
      { subscribed: ["events"] },
      { saturation: 33 },
      {
        event: "settings-changed",
        time: expect.any(Number),
        data: { user: "admin", address: "127.0.0.1", values: { saturation: 33 } },
      },
    ]);
    const audit = (await (
      await fetch(`${server.http}/api/audit?limit=5`, { headers: { Authorization: ADMIN.authorization } })
    ).json()) as {
      data: { action: string; subject: string }[];
    };
    expect(audit.data.filter(({ subject }) => subject === "saturation")).toHaveLength(1);
  });

  testPeer("snap stores a picture and answers its id when it can be fetched; nobody else is told", async () => {
    const { a, b, viewer } = await playScenario({
      url,
      clients: { a: ADMIN, b: ADMIN, viewer: VIEWER },
      steps: [
        ["b", "send", { get: ["snap"] }],
        ["b", "expect", 1],
        ["viewer", "send", { snap: true }],
        ["viewer", "expect", 1],
        ["a", "send", { snap: false }],
        ["a", "expect", 1],
        ["a", "send", { snap: true, id: 7 }],
        ["a", "expect", 1],
        ["a", "send", { snap: true, hue: 400 }],
        ["a", "expect", 1],
        ["a", "send", { snap: true, brightness: 40 }],
        ["a", "expect", 1],
        ["b", "wait", 0.5],
      ],
    });
    expect(viewer.received).toEqual([{ error: "Permission denied", key: "snap" }]);
    expect(b.received).toEqual([{ error: "Permission denied", key: "snap" }, { brightness: 40 }]);
    const [refused, first, invalid, second] = a.received as readonly Readonly<Record<string, unknown>>[];
    expect(refused).toEqual({ error: "Invalid value", key: "snap", message: "Value must be true" });
    expect(first).toEqual({ snap: expect.any(String), info: ["snap"], id: 7 });
    expect(invalid).toMatchObject({ key: "hue" });
    expect(second).toEqual({ snap: expect.any(String), brightness: 40, info: ["snap", "brightness"] });
    for (const answer of [first, second]) {
      const picture = await fetch(`${server.http}/api/recordings/${answer?.snap}`, {
        headers: { Authorization: ADMIN.authorization },
      });
      expect([picture.status, picture.headers.get("content-type")]).toEqual([200, "image/jpeg"]);
      expect((await picture.bytes()).subarray(0, 2)).toEqual(Uint8Array.of(0xff, 0xd8));
    }
    const { data } = (await (
      await fetch(`${server.http}/api/recordings?kind=snapshot`, { headers: { Authorization: ADMIN.authorization } })
    ).json()) as { readonly data: readonly { readonly id: string }[] };
    expect(data.map(({ id }) => id)).toEqual([String(second?.snap), String(first?.snap)]);
  });
});
