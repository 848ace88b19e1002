import { beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ADMIN_PASSWORD } from "../support/identity.ts";
import { type ClientCertificate, createClientCertificate, LightWebRtcClient } from "../support/load/webrtc-client.ts";
import { until } from "../support/until.ts";
import { startWebRtcFront, type WebRtcFront } from "../support/webrtc-front.ts";

const OFFER = readFileSync(join(import.meta.dirname, "../fixtures/sdp/chromium-video-offer.sdp"), "utf8");
/** A viewer that is there checks at least so often (RFC 7675 §5.1, with its randomness). */
const CONSENT_PERIOD_MS = 6000;

let certificate: ClientCertificate;
beforeAll(async () => {
  certificate = await createClientCertificate();
});

/** Plays stream1. The client has a time of its own, which stands still: it is silent until `showLife`. */
async function play({ front, publish, endpoint }: WebRtcFront, headers: Record<string, string> = {}) {
  let clientMs = 0;
  const playing = LightWebRtcClient.play(front.url, "stream1", certificate, { headers, nowMs: () => clientMs });
  const feeding = setInterval(() => {
    clientMs += 50;
    publish();
  }, 10);
  const client = await playing.finally(() => clearInterval(feeding));
  const session = endpoint.table.find(client.location.split("/").at(-1) ?? "");
  if (session === undefined) throw new Error("the session has ended");
  const silenceMs = () => session.agent.silenceMs(front.clock.monotonicUs() / 1000) ?? Number.POSITIVE_INFINITY;
  const showLife = async () => {
    clientMs += CONSENT_PERIOD_MS;
    await until(() => silenceMs() === 0 && client.silenceMs === 0);
  };
  return { client, session, silenceMs, showLife };
}

describe("a session ends by time", () => {
  test("an offer that nobody answers after 30 s, as does one whose answer leads to no connection", async () => {
    await using made = await startWebRtcFront();
    const { front, endpoint } = made;
    await fetch(`${front.url}/api/webrtc/offer`);
    front.advanceMs(20_000);
    const answered = await fetch(`${front.url}/api/whep/stream1`, { method: "POST", body: OFFER });
    front.advanceMs(9900);
    expect(endpoint.table.all().map(({ state }) => state)).toEqual(["offered", "connecting"]);
    front.advanceMs(200);
    expect(endpoint.table.all().map(({ state }) => state)).toEqual(["connecting"]);
    front.advanceMs(20_000);
    expect(endpoint.table.all()).toEqual([]);
    const told = await (await fetch(`${front.url}${answered.headers.get("location")}`)).json();
    expect(told).toMatchObject({ state: "ended", reason: "no connection came about within 30 s" });
  });

  test("silence pauses it after 15 s, a sign of life lets it go on, 30 s end it", async () => {
    await using made = await startWebRtcFront();
    const { front, publish } = made;
    const { client, session, silenceMs, showLife } = await play(made);
    expect(session.state).toBe("playing");
    front.advanceMs(15_000 - silenceMs() - 100);
    expect(session.state).toBe("playing");
    front.advanceMs(200);
    expect(session.state).toBe("paused");
    const before = client.packets;
    publish();
    await showLife();
    front.advanceMs(50);
    expect(session.state).toBe("playing");
    publish();
    await until(() => client.packets > before);
    front.advanceMs(30_000 - silenceMs() - 100);
    expect(session.state).toBe("paused");
    front.advanceMs(200);
    expect([session.state, session.endReason]).toEqual(["ended", "the viewer was silent for 30 s"]);
    client.vanish();
  });
});

test("offers are few: 8 of one user, 32 in all; the oldest leave, and their explanation with them", async () => {
  await using made = await startWebRtcFront();
  const { service, endpoint } = made;
  const owner = (user: string) => ({ identity: { user, permissions: new Set(["Media_r"] as const) }, address: "::1" });
  const waiting = () => endpoint.table.all().map((session) => session.owner.identity.user);
  const { id: first } = await service.offer(owner("eva"), "stream1");
  for (let count = 0; count < 8; count += 1) await service.offer(owner("eva"), "stream1");
  expect([waiting().length, endpoint.table.findOrRecall(first)]).toEqual([8, undefined]);
  for (let count = 0; count < 30; count += 1) await service.offer(owner(`user${count}`), "stream2");
  expect([waiting().length, waiting()[0], waiting().at(-1)]).toEqual([32, "eva", "user29"]);
  for (let count = 30; count < 62; count += 1) await service.offer(owner(`user${count}`), "stream2");
  expect([waiting().length, waiting()[0]]).toEqual([32, "user30"]);
});

describe("watching is a use of the login", () => {
  async function logIn({ front }: WebRtcFront): Promise<string> {
    const body = JSON.stringify({ username: "admin", password: ADMIN_PASSWORD });
    const answer = await fetch(`${front.url}/api/login`, { method: "POST", body });
    return (answer.headers.get("set-cookie") ?? "").split(";", 1)[0] ?? "";
  }
  const userOf = async ({ front }: WebRtcFront, Cookie: string) => {
    const answer = await fetch(`${front.url}/api/session`, { headers: { Cookie } });
    return ((await answer.json()) as { user: string | null }).user;
  };

  test("WebRTC keeps it from idling out, and ends with it where it ends by something else", async () => {
    await using made = await startWebRtcFront();
    const Cookie = await logIn(made);
    const { client, session, showLife } = await play(made, { Cookie });
    for (let passedMs = 0; passedMs < 40 * 60_000; passedMs += 2 * CONSENT_PERIOD_MS) {
      made.front.advanceMs(2 * CONSENT_PERIOD_MS);
      await showLife();
    }
    expect(session.state).toBe("playing");
    expect(await userOf(made, Cookie)).toBe("admin");
    await fetch(`${made.front.url}/api/logout`, { method: "POST", headers: { Cookie } });
    expect(session.endReason).toBe("the right to watch was taken away");
    client.vanish();
  }, 30_000);

  test("an open page without a picture idles out", async () => {
    await using made = await startWebRtcFront();
    const Cookie = await logIn(made);
    const { client, session } = await play(made, { Cookie });
    client.vanish();
    made.front.advanceMs(31 * 60_000);
    expect(session.state).toBe("ended");
    expect(await userOf(made, Cookie)).toBe(null);
  }, 30_000);
});
