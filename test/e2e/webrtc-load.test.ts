import { describe, expect, test } from "bun:test";
import { readdirSync, readlinkSync } from "node:fs";
import { openDescriptors, rssMb } from "../bench/process-reading.ts";
import { testWith } from "../support/conditional-tests.ts";
import { FLOOD_KINDS, flood, floodTarget } from "../support/load/stun-flood.ts";
import { createClientCertificate, LightWebRtcClient } from "../support/load/webrtc-client.ts";
import { startWebRtcLoad } from "../support/load/webrtc-load.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { untilDiscoverable } from "../support/warm-up.ts";
import { launchBrowser, play, report } from "../support/webrtc-browser.ts";

const LONG = process.env.RD_LONG === "1";
const UNLIMITED = { ROTORDREAM_LIMITS_API_PER_MINUTE: "0", ROTORDREAM_LIMITS_WEBRTC_VIEWERS: "0" };

/** Two cores have no time for two decoders of stream1 beside its encoder. */
const CROWD = LONG
  ? { viewers: 40, stream: "stream1", browsers: ["stream1", "stream2"], seconds: 60 }
  : { viewers: 10, stream: "stream2", browsers: ["stream2", "stream2"], seconds: 6 };
/** The contract's bound on a picture that stands still. */
const MAX_GAP_MS = 1000;
/** Of 30; asked for where the machine is ours alone. */
const LEAST_FPS = LONG ? 29 : 1;

const ROUNDS = LONG ? 8 : 2;
const CHURNS = LONG ? 200 : 20;
/** Joins that meet share one forced keyframe; the next is at most every 500 ms. */
const AT_ONCE = 10;
/** Who leaves without a word is forgotten after 30 s. */
const FORGET_LIMIT_MS = 35_000;

const FLOOD = { kinds: FLOOD_KINDS, perSecond: 5000, forMs: 4000 };

describe("under load", () => {
  testWith("chromium")(
    `two browsers beside ${CROWD.viewers} light viewers never stand still`,
    async () => {
      await using server = await startServer([], UNLIMITED);
      await using one = await launchBrowser();
      await using other = await launchBrowser();
      const pages = await Promise.all([one, other].map((browser) => browser.open(server.http)));
      await using load = await startWebRtcLoad(server.http, CROWD.viewers, CROWD.stream);
      for (const [index, page] of pages.entries()) await play(page, "whep", CROWD.browsers[index]);
      for (const page of pages) await until(async () => (await report(page)).framesDecoded > 60);
      const frames = (await load.read()).leastFrames;
      const before = await Promise.all(pages.map((page) => report(page)));
      const end = performance.now() + CROWD.seconds * 1000;
      await until(() => performance.now() > end, CROWD.seconds * 2000);
      const after = await Promise.all(pages.map((page) => report(page)));
      const least = CROWD.seconds * LEAST_FPS;
      for (const [index, { longestGapMs, framesDecoded }] of after.entries()) {
        expect(longestGapMs).toBeLessThan(MAX_GAP_MS);
        expect(framesDecoded - (before[index]?.framesDecoded ?? 0)).toBeGreaterThan(least);
      }
      expect((await load.read()).leastFrames - frames).toBeGreaterThan(least);
    },
    (CROWD.seconds + 60) * 1000,
  );

  test(
    `${CHURNS} viewers come and go, ${ROUNDS} times over, and leave no descriptor${LONG ? " and no memory" : ""}`,
    async () => {
      await using server = await startServer([], UNLIMITED);
      const descriptors = await restingDescriptors(server);
      const certificate = await createClientCertificate();
      let next = 0;
      // they keep their ports: whoever got one of them would be taken for the one before
      const silent: LightWebRtcClient[] = [];
      const comeAndGo = async () => {
        for (let index = next++; index < CHURNS; index = next++) {
          const client = await LightWebRtcClient.play(server.http, "stream2", certificate);
          if (!LONG || index % 2 === 0) await client.stop(server.http);
          else {
            client.fallSilent();
            silent.push(client);
          }
        }
      };
      const round = async () => {
        next = 0;
        await Promise.all(Array.from({ length: AT_ONCE }, comeAndGo));
        await until(async () => (await viewersOf(server.http)) === 0, FORGET_LIMIT_MS);
        const last = silent.at(-1);
        if (last !== undefined) await until(() => hasEnded(`${server.http}${last.location}`), FORGET_LIMIT_MS);
        for (const client of silent.splice(0)) client.vanish();
      };
      const fresh = rssMb(server.pid);
      await round();
      await round(); // the heap has then taken the size that this traffic gives it
      const used = rssMb(server.pid);
      for (let index = 2; index < ROUNDS; index += 1) await round();
      await until(() => openDescriptors(server.pid) === descriptors);
      // memory goes up and down with the collector, by half of what the first two took; a session that is kept has 80 KB
      if (LONG) expect(rssMb(server.pid) - used).toBeLessThan(used - fresh);
    },
    LONG ? 900_000 : 60_000,
  );

  test("a flood of noise and forged checks is not answered, and costs no viewer a packet", async () => {
    await using server = await startServer([], UNLIMITED);
    const client = await LightWebRtcClient.play(server.http, "stream2", await createClientCertificate());
    await until(() => client.frames > 30);
    const frames = client.frames;
    client.longestGapMs = 0;
    const { sent, answers } = await flood(await floodTarget(server.http), FLOOD);
    expect(sent).toBeGreaterThan(FLOOD.perSecond);
    expect(answers).toBe(0);
    expect(client.longestGapMs).toBeLessThan(MAX_GAP_MS);
    expect([client.lost, client.frames - frames > FLOOD.forMs / 100]).toEqual([0, true]);
    await client.stop(server.http);
  });
});

/** Counted once the DTLS library, which is loaded after the start, has opened standard error again; before anyone connects. */
async function restingDescriptors(server: TestServer): Promise<number> {
  const { pid } = server;
  const target = (descriptor: string) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${descriptor}`);
    } catch {
      return undefined; // closed meanwhile
    }
  };
  await until(() => readdirSync(`/proc/${pid}/fd`).filter((each) => target(each) === target("2")).length === 2);
  await untilDiscoverable(server);
  return openDescriptors(pid);
}

async function hasEnded(session: string): Promise<boolean> {
  const answer = await fetch(session, { keepalive: false });
  const { state } = (await answer.json()) as { state?: string };
  return answer.status === 404 || state === "ended";
}

async function viewersOf(http: string): Promise<number> {
  const answer = await fetch(`${http}/api/status`, { keepalive: false });
  const { viewers } = (await answer.json()) as { viewers?: { webrtc: number } };
  return viewers?.webrtc ?? -1;
}
