import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { testWith } from "../support/conditional-tests.ts";
import { curl } from "../support/curl.ts";
import { RtspClient } from "../support/load/rtsp-client.ts";
import { runLoad } from "../support/load/rtsp-load.ts";
import { areConsecutive, playWithFfmpeg, playWithGstreamer } from "../support/players.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const LONG = process.env.RD_LONG === "1";
const FRAMES = 60;
const VIEWERS = 20;
const LOAD_SECONDS = LONG ? 60 : 5;
const PASSWORD = "Sesam-oeffne-dich-7";
const TCP = "RTP/AVP/TCP;unicast;interleaved=0-1";
const SIZE = { width: 640, height: 360, frames: FRAMES };
const PLAYERS = [
  ["ffmpeg", playWithFfmpeg],
  ["gstreamer", playWithGstreamer],
] as const;

let server: TestServer;
let guarded: TestServer;
beforeAll(async () => {
  server = await startServer([], { ROTORDREAM_LIMITS_RTSP_SESSIONS: "0" });
  guarded = await startServer(["--anonymous", "guest", "--admin-password", PASSWORD]);
});
afterAll(async () => {
  await server.stop();
  await guarded.stop();
});

/** Where a player finds the tunnel of a transport. */
const tunnelOf = (of: TestServer, transport: "http" | "https") =>
  transport === "http" ? of.rtsp : of.rtsps.replace("rtsps:", "rtsp:");

const asAdmin = (address: string, password: string) => address.replace("//", `//admin:${password}@`);

/** A client of `url` through a tunnel, and what came to it. */
async function connect(url: string, isTunnelled = true) {
  const channels: number[] = [];
  const lost: string[] = [];
  const client = await RtspClient.connect({
    url,
    isTunnelled,
    onFrame: (channel) => void channels.push(channel),
    onLost: (reason) => void lost.push(reason),
  });
  let session = "";
  const setUp = async (transport: string) => {
    const answer = await client.request("SETUP", `${client.url}/trackID=0`, { Transport: transport });
    session = answer.headers.get("session")?.[0]?.split(";")[0] ?? "";
    return answer.status;
  };
  /** A request of the session. */
  const ask = async (method: string) => (await client.request(method, `${client.url}/`, { Session: session })).status;
  const play = async () => {
    expect(await setUp(TCP)).toBe(200);
    expect(await ask("PLAY")).toBe(200);
    return session;
  };
  return { client, channels, lost, setUp, ask, play };
}

for (const [name, play] of PLAYERS) {
  describe(name, () => {
    for (const transport of ["http", "https"] as const) {
      testWith("ffmpeg", name)(`plays through ${transport}, every frame once and in order`, async () => {
        const played = await play({ ...SIZE, transport, url: `${tunnelOf(server, transport)}/stream2` });
        expect(played.counters.length, played.words).toBe(FRAMES);
        expect(areConsecutive(played.counters), `${played.counters} ${played.words}`).toBe(true);
      });

      testWith("ffmpeg", name)(`logs in through ${transport}`, async () => {
        const url = `${asAdmin(tunnelOf(guarded, transport), PASSWORD)}/stream2`;
        const played = await play({ ...SIZE, transport, url });
        expect(areConsecutive(played.counters), `${played.counters} ${played.words}`).toBe(true);
        expect(played.counters.length, played.words).toBe(FRAMES);
      });
    }
  });
}

testWith("ffmpeg")("ffmpeg with a wrong password is told so", async () => {
  const url = `${asAdmin(guarded.rtsp, "wrong-password")}/stream2`;
  const played = await playWithFfmpeg({ ...SIZE, transport: "http", url });
  expect(played.counters).toEqual([]);
  expect(played.words).toContain("401 Unauthorized");
});

describe("a tunnel", () => {
  test("logs in with Digest, and without a login or with a wrong one is refused as RTSP is", async () => {
    for (const [url, status] of [
      [guarded.rtsp, 401],
      [asAdmin(guarded.rtsp, "wrong-password"), 401],
      [asAdmin(guarded.rtsp, PASSWORD), 200],
      [asAdmin(guarded.rtsps, PASSWORD), 200],
    ] as const) {
      const { client } = await connect(`${url}/stream2`);
      expect((await client.request("DESCRIBE", client.url)).status, url).toBe(status);
      client.end();
    }
  });

  test("plays on while its POST is opened again and again", async () => {
    const { client, channels, lost, ask, play } = await connect(`${server.rtsp}/stream2`);
    await play();
    for (let round = 0; round < 5; round += 1) {
      await client.reopenPost();
      expect(await ask("GET_PARAMETER")).toBe(200);
      const before = channels.length;
      await until(() => channels.length > before + 20);
    }
    await client.reopenPost();
    expect(await ask("TEARDOWN")).toBe(200);
    expect(lost).toEqual([]);
    client.end();
  });

  test("is one connection: its session is no other's, and it carries interleaved media only", async () => {
    const { client, play, ask, setUp } = await connect(`${server.rtsp}/stream2`);
    expect(await setUp("RTP/AVP;unicast;client_port=50000-50001")).toBe(461);
    expect(await setUp("RTP/AVP;multicast")).toBe(461);
    const session = await play();
    for (const isTunnelled of [true, false]) {
      const other = await connect(client.url, isTunnelled);
      expect((await other.client.request("PAUSE", `${client.url}/`, { Session: session })).status).toBe(454);
      other.client.end();
    }
    expect(await ask("PAUSE")).toBe(200);
    client.end();
  });

  test("takes one of the sessions, and gives it back when the player vanishes", async () => {
    await using own = await startServer([], { ROTORDREAM_LIMITS_RTSP_SESSIONS: "1" });
    const next = await connect(`${own.rtsp}/stream2`);
    for (let round = 0; round < 3; round += 1) {
      const player = await connect(`${own.rtsp}/stream2`);
      await player.play();
      await until(() => player.channels.length > 20);
      expect(await next.setUp(TCP)).toBe(453);
      player.client.abort();
      await until(async () => (await next.setUp(TCP)) === 200);
      expect(await next.ask("TEARDOWN")).toBe(200);
    }
    next.client.end();
  });

  test("takes nothing else for a tunnel, and says so in HTTP", async () => {
    for (const [status, ...args] of [
      ["400", "/"],
      ["404", "/stream1", "-d", "T1BU", "-H", "x-sessioncookie: nobody"],
      ["403", "/stream1", "-H", "x-sessioncookie: page", "-H", "Origin: http://127.0.0.1"],
      ["405", "/stream1", "-X", "DELETE"],
      ["501", "/stream1", "-d", "T1BU", "-H", "x-sessioncookie: chunks", "-H", "Transfer-Encoding: chunked"],
    ] as const) {
      for (const address of [server.rtsp.replace("rtsp:", "http:"), server.rtsps.replace("rtsps:", "https:")]) {
        const [path = "", ...more] = args;
        const answer = await curl("-k", ...more, `${address}${path}`);
        expect(answer.last.status, `${args}`).toBe(Number(status));
      }
    }
  });
});

test(
  `${VIEWERS} viewers through tunnels get every packet`,
  async () => {
    const fps = LONG ? 30 : undefined;
    const url = `${server.rtsp}/stream1`;
    const load = await runLoad({ url, transport: "http", viewers: VIEWERS, seconds: LOAD_SECONDS, fps });
    console.log(`${load.medianFps} fps, worst gap ${load.worstGapMs} ms`);
    expect(load.problems).toEqual({});
    expect(load.frames).toBeGreaterThan(VIEWERS * LOAD_SECONDS);
  },
  (LOAD_SECONDS + 30) * 1000,
);
