import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { testLong, testWith } from "../support/conditional-tests.ts";
import { curl } from "../support/curl.ts";
import { KeepAliveClient } from "../support/keep-alive-client.ts";
import { RtspClient } from "../support/load/rtsp-client.ts";
import { Viewer } from "../support/load/viewer.ts";
import { areConsecutive, playWithFfmpeg, playWithGstreamer } from "../support/players.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const FRAMES = 60;
const NO_API_LIMIT = { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" };
const ADMIN = ["-u", "admin:password"] as const;

let server: TestServer;
beforeAll(async () => {
  server = await startServer([], NO_API_LIMIT);
});
afterAll(() => server.stop());

const portOf = (url: string) => Number(new URL(url.replace(/^\w+:/, "http:")).port);

describe("RTSPS", () => {
  for (const [name, play] of [
    ["ffmpeg", playWithFfmpeg],
    ["gstreamer", playWithGstreamer],
  ] as const) {
    testWith("ffmpeg", name)(`${name} plays every frame once and in order`, async () => {
      const size = { width: 1920, height: 1080 };
      const played = await play({ ...size, transport: "tcp", frames: FRAMES, url: `${server.rtsps}/stream1` });
      expect(played.counters.length, played.words).toBe(FRAMES);
      expect(areConsecutive(played.counters), `${played.counters} ${played.words}`).toBe(true);
    });
  }

  test("names itself as the client does, and media beside the connection is 461", async () => {
    const url = `${server.rtsps}/stream2`;
    const client = await RtspClient.connect({ url });
    const described = await client.request("DESCRIBE", url, { Accept: "application/sdp" });
    expect(described.headers.get("content-base")).toEqual([`${url}/`]);
    const setUp = async (transport: string) =>
      (await client.request("SETUP", `${url}/trackID=0`, { Transport: transport })).status;
    expect(await setUp("RTP/AVP;unicast;client_port=50000-50001")).toBe(461);
    expect(await setUp("RTP/AVP;multicast")).toBe(461);
    expect(await setUp("RTP/AVP;unicast;client_port=50000-50001,RTP/AVP/TCP;unicast;interleaved=0-1")).toBe(200);
    client.end();
  });

  test("ends with BYE and the connection at SIGTERM", async () => {
    const own = await startServer();
    const frames: Buffer[] = [];
    const lost = Promise.withResolvers<string>();
    const url = `${own.rtsps}/stream2`;
    const client = await RtspClient.connect({
      url,
      onFrame: (_, bytes, start, end) => void frames.push(Buffer.from(bytes.subarray(start, end))),
      onLost: lost.resolve,
    });
    const transport = { Transport: "RTP/AVP/TCP;unicast;interleaved=0-1" };
    const setUp = await client.request("SETUP", `${url}/trackID=0`, transport);
    const session = setUp.headers.get("session")?.[0]?.split(";")[0] ?? "";
    await client.request("PLAY", `${url}/`, { Session: session });
    await until(() => frames.length > 5);
    expect(await own.stop("SIGTERM")).toBe(0);
    await lost.promise;
    expect(frames.at(-1)?.includes(Buffer.from([0x81, 203]))).toBe(true);
  });

  test("5 viewers and 20 keep-alive HTTPS clients live through 5 replacements, losing nothing", async () => {
    const viewers = Array.from({ length: 5 }, () => new Viewer({ url: `${server.rtsps}/stream1`, transport: "tcp" }));
    const clients = Array.from({ length: 20 }, () => new KeepAliveClient(portOf(server.https)));
    await Promise.all(viewers.map(async (viewer) => await viewer.play().then(() => viewer.started)));
    for (const client of clients) await client.ask();
    const fingerprints = new Set<unknown>();
    for (let round = 0; round < 5; round += 1) {
      const { json } = await curl("-k", ...ADMIN, "-d", "{}", `${server.https}/api/certificate/self-signed`);
      fingerprints.add(json.fingerprint);
      for (const client of clients) await client.ask();
    }
    expect(fingerprints.size).toBe(5);
    const before = viewers.map(({ check }) => check.counts.frames);
    await until(() => viewers.every(({ check }, index) => check.counts.frames > (before[index] ?? 0) + 30));
    for (const viewer of viewers) await viewer.leave();
    expect(viewers.flatMap(({ problems }) => [...problems])).toEqual([]);
    expect(viewers.map(({ check }) => check.counts.lost)).toEqual([0, 0, 0, 0, 0]);
    expect(clients.some(({ closed }) => closed)).toBe(false);
    for (const client of clients) client.end();
  });

  testLong("a viewer that stops reading is closed after ten seconds and disturbs nobody", async () => {
    const good = new Viewer({ url: `${server.rtsps}/stream1`, transport: "tcp" });
    await good.play();
    await good.started;
    const deaf = await playWithoutReading(`${server.rtsps}/stream1`);
    const count = async () => {
      const { json } = await curl(`${server.http}/api/streams`);
      return (json.data as { viewers: { rtsp_tcp: number } }[])[0]?.viewers.rtsp_tcp;
    };
    await until(async () => (await count()) === 2);
    await until(async () => (await count()) === 1, 40_000);
    await good.leave();
    expect([...good.problems]).toEqual([]);
    expect(good.check.counts.lost).toBe(0);
    deaf.terminate();
  });
});

/** Plays and never takes a byte again. */
async function playWithoutReading(url: string): Promise<Bun.Socket> {
  let text = "";
  const ready = Promise.withResolvers<void>();
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: portOf(url),
    tls: { rejectUnauthorized: false },
    socket: {
      handshake: () => ready.resolve(),
      data: (_, bytes) => {
        text += bytes.toString("latin1");
      },
    },
  });
  await ready.promise;
  socket.write(`SETUP ${url}/trackID=0 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n`);
  await until(() => text.includes("Session: "));
  const session = /Session: (\w+)/.exec(text)?.[1];
  socket.write(`PLAY ${url}/ RTSP/1.0\r\nCSeq: 2\r\nSession: ${session}\r\n\r\n`);
  socket.pause();
  return socket;
}
