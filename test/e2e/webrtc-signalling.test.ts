import { beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { STUN_ATTRIBUTE } from "../../src/ice/stun-message.ts";
import { StunWriter } from "../../src/ice/stun-writer.ts";
import { createCrypto } from "../../src/storage/crypto.ts";
import { type ClientCertificate, createClientCertificate, LightWebRtcClient } from "../support/load/webrtc-client.ts";
import { SeededRandom } from "../support/seeded-random.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const OFFER = readFileSync(join(import.meta.dirname, "../fixtures/sdp/chromium-video-offer.sdp"), "utf8");
const FRAGMENT = "a=ice-ufrag:/nUC\r\na=ice-pwd:f9zPUwjdeJYz5w9EEKDEvjJ5\r\nm=video 9 X 0\r\na=mid:0\r\n";
const NO_RATE_LIMIT = { ROTORDREAM_LIMITS_API_PER_MINUTE: "0", ROTORDREAM_LIMITS_WEBRTC_VIEWERS: "3" };

let certificate: ClientCertificate;
beforeAll(async () => {
  certificate = await createClientCertificate();
});

/** A server for the tests of one block. */
async function withServer(body: (server: TestServer) => Promise<void>): Promise<void> {
  await using server = await startServer([], NO_RATE_LIMIT);
  await body(server);
}

function whep({ http }: TestServer, sdp: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${http}/api/whep/stream2`, { method: "POST", headers, body: sdp });
}

/** In the list of streams and in the metrics. */
async function seenAsViewers({ http }: TestServer, clients: readonly LightWebRtcClient[]): Promise<void> {
  const { data } = (await (await fetch(`${http}/api/streams`)).json()) as { data: Record<string, unknown>[] };
  expect(data[0]).toMatchObject({ urls: { whep: `${http}/api/whep/stream1` }, webrtc_viewers: [] });
  expect(data[1]).toMatchObject({
    viewers: { webrtc: clients.length, total: clients.length },
    webrtc_viewers: clients.map(({ location }) => ({
      id: location.split("/").at(-1),
      state: "playing",
      wants: "stream2",
      transport: "udp",
    })),
  });
  const metrics = await (await fetch(`${http}/metrics`)).text();
  expect(metrics).toContain(`rotordream_viewers{stream="stream2",protocol="webrtc"} ${clients.length}\n`);
}

async function codeOf(answer: Response): Promise<readonly [number, string]> {
  return [answer.status, ((await answer.json()) as { code: string }).code];
}

async function getOffer({
  http,
}: TestServer): Promise<{ id: string; sdp: string; type: string; ice_servers: unknown }> {
  return (await (await fetch(`${http}/api/webrtc/offer`)).json()) as Awaited<ReturnType<typeof getOffer>>;
}

function answerTo(sdp: string): string {
  const mid = /^a=mid:(.*)\r$/m.exec(sdp)?.[1];
  return OFFER.replace("a=mid:0", `a=mid:${mid}`)
    .replace("a=setup:actpass", "a=setup:active")
    .replace(/^m=video.*$/m, "m=video 9 UDP/TLS/RTP/SAVPF 96 97")
    .replace(
      "a=rtpmap:96 VP8/90000",
      "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;profile-level-id=42e01f",
    );
}

describe("offers of the camera", () => {
  test("stand at the top level, carry all candidates, and are answered by their mid alone", () =>
    withServer(async (server) => {
      const offer = await getOffer(server);
      expect([offer.type, offer.ice_servers]).toEqual(["offer", []]);
      expect(offer.sdp).toContain(`a=mid:${offer.id}\r\n`);
      expect(offer.id).toMatch(/^[\w-]{16}$/);
      expect(offer.sdp.match(/^a=candidate:.* udp .*$/gm)?.length).toBe(2);
      expect(offer.sdp.match(/^a=candidate:.* tcptype passive\r$/gm)?.length).toBe(2);
      const body = JSON.stringify({ type: "answer", sdp: answerTo(offer.sdp) });
      const answer = await fetch(`${server.http}/api/webrtc/answer`, { method: "POST", body });
      expect([answer.status, ((await answer.json()) as { id: string }).id]).toEqual([200, offer.id]);
      expect(await codeOf(await fetch(`${server.http}/api/webrtc/answer`, { method: "POST", body }))).toEqual([
        409,
        "CONFLICT",
      ]);
    }));

  test("are few: the oldest leaves; HEAD begins none; someone else's cannot be answered", () =>
    withServer(async (server) => {
      const first = await getOffer(server);
      for (let count = 0; count < 3; count += 1) await fetch(`${server.http}/api/webrtc/offer`, { method: "HEAD" });
      const answer = (id: string, headers = {}) =>
        fetch(`${server.http}/api/webrtc/answer`, {
          method: "POST",
          headers,
          body: JSON.stringify({ type: "answer", id, sdp: answerTo(first.sdp) }),
        });
      expect((await answer(first.id, { Authorization: `Basic ${btoa("admin:password")}` })).status).toBe(404);
      for (let count = 0; count < 7; count += 1) await getOffer(server);
      expect((await answer(first.id)).status).toBe(200);
      const second = await getOffer(server);
      for (let count = 0; count < 8; count += 1) await getOffer(server);
      expect((await answer(second.id)).status).toBe(404);
      for (let count = 0; count < 200; count += 1) await getOffer(server);
    }));
});

describe("WHEP", () => {
  test("is 201 with Location and ETag; trickle and restart want If-Match; DELETE ends", () =>
    withServer(async (server) => {
      const created = await whep(server, OFFER, { "Content-Type": "application/sdp" });
      expect([created.status, created.headers.get("content-type")]).toEqual([201, "application/sdp"]);
      const location = `${server.http}${created.headers.get("location")}`;
      const tag = created.headers.get("etag") ?? "";
      const patch = (body: string, ifMatch?: string) =>
        fetch(location, { method: "PATCH", body, headers: ifMatch === undefined ? {} : { "If-Match": ifMatch } });
      expect(await codeOf(await patch(FRAGMENT))).toEqual([428, "PRECONDITION_REQUIRED"]);
      expect(await codeOf(await patch(FRAGMENT, '"other"'))).toEqual([412, "PRECONDITION_FAILED"]);
      expect((await patch(`${FRAGMENT}a=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\n`, tag)).status).toBe(204);
      const restarted = await patch(FRAGMENT.replace("/nUC", "anew"), "*");
      expect([restarted.status, restarted.headers.get("etag") === tag]).toEqual([200, false]);
      expect(await restarted.text()).toMatch(/^a=ice-lite\r\na=ice-ufrag:.{8}\r\n/);
      expect((await patch(FRAGMENT.replace("/nUC", "anew"), tag)).status).toBe(412);
      expect((await fetch(location, { method: "DELETE" })).status).toBe(200);
      expect((await fetch(location, { method: "DELETE" })).status).toBe(404);
      expect(((await (await fetch(location)).json()) as { reason: string }).reason).toBe("closed on request");
    }));

  test("refuses what is no offer, has no H.264, or is too large, with a code", () =>
    withServer(async (server) => {
      expect(await codeOf(await whep(server, "hello"))).toEqual([400, "INVALID_REQUEST"]);
      expect(await codeOf(await whep(server, OFFER.replaceAll("H264", "H26X")))).toEqual([406, "NO_COMMON_CODEC"]);
      expect(await codeOf(await whep(server, `${OFFER}${"a=x\r\n".repeat(200_000)}`))).toEqual([413, "TOO_LARGE"]);
      expect((await fetch(`${server.http}/api/whep/stream9`, { method: "POST", body: OFFER })).status).toBe(400);
    }));
});

describe("viewers", () => {
  test("are limited, and a light one plays, ends and is gone", () =>
    withServer(async (server) => {
      const clients = [];
      for (let count = 0; count < 3; count += 1)
        clients.push(await LightWebRtcClient.play(server.http, "stream2", certificate));
      expect(await codeOf(await whep(server, OFFER))).toEqual([503, "VIEWER_LIMIT"]);
      await seenAsViewers(server, clients);
      for (const client of clients) {
        const before = client.packets;
        await until(() => client.packets > before + 20);
        await client.stop(server.http);
      }
      const again = await LightWebRtcClient.play(server.http, "stream1", certificate);
      again.vanish();
    }));

  test(
    "one that vanishes is gone after 30 s, and disturbs nobody meanwhile",
    () =>
      withServer(async (server) => {
        const [gone, stays] = [
          await LightWebRtcClient.play(server.http, "stream2", certificate),
          await LightWebRtcClient.play(server.http, "stream2", certificate),
        ];
        gone.vanish();
        const vanished = performance.now();
        const explained = async ({ location }: LightWebRtcClient) =>
          (await (await fetch(`${server.http}${location}`)).json()) as { state: string; sent?: { lost_here: number } };
        const stateOf = async (client: LightWebRtcClient) => (await explained(client)).state;
        await until(async () => (await stateOf(gone)) === "paused", 20_000);
        await until(async () => (await stateOf(gone)) === "ended", 20_000);
        expect(performance.now() - vanished).toBeLessThan(32_000);
        const before = stays.packets;
        await until(() => stays.packets > before + 30);
        expect(await explained(stays)).toMatchObject({ state: "playing", sent: { lost_here: 0 } });
        // each datagram to the one that is gone came back as an ICMP error, on the socket that serves both
        expect(stays.lost).toBe(0);
        stays.vanish();
      }),
    60_000,
  );

  test("go on through a flood of forged STUN, DTLS and RTCP", () =>
    withServer(async (server) => {
      const client = await LightWebRtcClient.play(server.http, "stream2", certificate);
      const offer = await getOffer(server);
      const [, port = "0"] = /^a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 (\d+) /m.exec(offer.sdp) ?? [];
      const ufrag = /^a=ice-ufrag:(.*)\r$/m.exec(offer.sdp)?.[1] ?? "";
      let answers = 0;
      const socket = await Bun.udpSocket({
        hostname: "127.0.0.1",
        socket: {
          data: () => {
            answers += 1;
          },
        },
      });
      const random = new SeededRandom(8445);
      const crypto = createCrypto();
      for (let count = 0; count < 20_000; count += 1) {
        const kind = random.pick(["request", "success", "error"] as const);
        const check = new StunWriter(kind, 1, crypto.randomBytes(12))
          .addText(STUN_ATTRIBUTE.username, `${random.below(2) === 0 ? ufrag : "other"}:x`)
          .addUint32(STUN_ATTRIBUTE.priority, 1)
          .add(STUN_ATTRIBUTE.useCandidate, new Uint8Array())
          .finish(crypto.randomBytes(20), crypto);
        const noise = Uint8Array.from({ length: 60 }, () => random.below(256)).with(0, random.pick([20, 22, 128, 200]));
        socket.send(random.below(3) === 0 ? noise : check, Number(port), "127.0.0.1");
        // at a pace that the socket's buffer holds
        if (count % 100 === 0) await new Promise(setImmediate);
      }
      const before = client.packets;
      await until(() => client.packets > before + 30);
      expect(answers).toBe(0);
      socket.close();
      await client.stop(server.http);
    }));
});
