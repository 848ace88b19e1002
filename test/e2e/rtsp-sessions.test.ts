import { describe, expect, test } from "bun:test";
import { type RtspAnswer, RtspClient } from "../support/load/rtsp-client.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const header = (answer: RtspAnswer, name: string) => answer.headers.get(name)?.[0] ?? "";
const sessionOf = (answer: RtspAnswer) => header(answer, "session").split(";")[0] ?? "";
/** Tests ask more often than a client may. */
const NO_API_LIMIT = { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" };
const TCP = { Transport: "RTP/AVP/TCP;unicast;interleaved=0-1" };

interface Frame {
  readonly channel: number;
  readonly bytes: Buffer;
}

/** A client of `url` that keeps every interleaved frame. */
async function connect(url: string, login: { user?: string; password?: string } = {}) {
  const frames: Frame[] = [];
  const lost: string[] = [];
  const client = await RtspClient.connect({
    url,
    ...login,
    onFrame: (channel, bytes, start, end) =>
      void frames.push({ channel, bytes: Buffer.from(bytes.subarray(start, end)) }),
    onLost: (reason) => void lost.push(reason),
  });
  return { client, frames, lost };
}

/** DESCRIBE, SETUP over TCP and PLAY. */
async function play(url: string) {
  const connected = await connect(url);
  const { client } = connected;
  const described = await client.request("DESCRIBE", client.url, { Accept: "application/sdp" });
  const setUp = await client.request("SETUP", `${header(described, "content-base")}trackID=0`, TCP);
  const session = sessionOf(setUp);
  const played = await client.request("PLAY", header(described, "content-base"), {
    Session: session,
    Range: "npt=0.000-",
  });
  return { ...connected, described, setUp, session, played };
}

async function withServer(
  args: readonly string[],
  body: (server: TestServer) => Promise<void>,
  environment: Record<string, string> = {},
) {
  await using server = await startServer(args, environment);
  await body(server);
}

describe("a live session", () => {
  test("is described, set up and played with exact RTP-Info, SR first, parameter sets and an IDR first", () =>
    withServer([], async ({ rtsp }) => {
      const { client, frames, described, setUp, played } = await play(`${rtsp}/stream2`);
      expect(header(described, "content-base")).toBe(`${rtsp}/stream2/`);
      for (const line of [
        "a=control:*",
        "a=range:npt=now-",
        "packetization-mode=1",
        "profile-level-id=42c0",
        "sprop-parameter-sets=",
        "a=framerate:30",
        "a=control:trackID=0",
      ]) {
        expect(described.body).toContain(line);
      }
      expect(header(setUp, "session")).toMatch(/^[0-9a-f]{32};timeout=60$/);
      expect(header(setUp, "transport")).toMatch(/^RTP\/AVP\/TCP;unicast;interleaved=0-1;ssrc=[0-9A-F]{8}/);
      expect(header(played, "range")).toBe("npt=now-");
      await until(() => frames.filter(({ channel }) => channel === 0).length > 40);
      const info = /^url=(.*);seq=(\d+);rtptime=(\d+)$/.exec(header(played, "rtp-info"));
      expect(info?.[1]).toBe(`${rtsp}/stream2/trackID=0`);
      expect(frames[0]?.channel).toBe(1);
      expect(frames[0]?.bytes[1]).toBe(200);
      const media = frames.filter(({ channel }) => channel === 0).map(({ bytes }) => bytes);
      expect(media[0]?.readUInt16BE(2)).toBe(Number(info?.[2]));
      expect(media[0]?.readUInt32BE(4)).toBe(Number(info?.[3]));
      expect((media[0]?.[12] ?? 0) & 31).toBe(24); // STAP-A: SPS and PPS
      expect(media.slice(1, 20).some((packet) => ((packet[13] ?? 0) & 0x9f) === 0x85)).toBe(true); // first fragment of an IDR slice
      client.end();
    }));

  test("maps RTP time to the wall clock within milliseconds", () =>
    withServer([], async ({ rtsp }) => {
      const { client, frames } = await play(`${rtsp}/stream2`);
      await until(() => frames.filter(({ channel }) => channel === 0).length > 5);
      const report = frames[0]?.bytes ?? Buffer.alloc(0);
      const ntpMs = (report.readUInt32BE(8) - 2_208_988_800) * 1000 + (report.readUInt32BE(12) / 2 ** 32) * 1000;
      expect(Math.abs(ntpMs - Date.now())).toBeLessThan(5000);
      // the picture was captured before the report was sent, by the encoder's time and a frame at the most
      const first = frames.find(({ channel }) => channel === 0)?.bytes.readUInt32BE(4) ?? 0;
      const ageMs = ((report.readUInt32BE(16) - first) | 0) / 90;
      expect(ageMs).toBeGreaterThanOrEqual(0);
      expect(ageMs).toBeLessThan(500);
      client.end();
    }));

  test("pauses, plays on from a keyframe, and ends with BYE at TEARDOWN", () =>
    withServer([], async ({ rtsp }) => {
      const { client, frames, session } = await play(`${rtsp}/stream2`);
      await until(() => frames.length > 10);
      expect((await client.request("PAUSE", `${rtsp}/stream2/`, { Session: session })).status).toBe(200);
      const paused = frames.length;
      expect((await client.request("GET_PARAMETER", `${rtsp}/stream2/`, { Session: session })).status).toBe(200);
      expect(frames.length).toBe(paused);
      const again = await client.request("PLAY", `${rtsp}/stream2/`, { Session: session });
      await until(() => frames.length > paused + 5);
      const firstAgain = frames
        .slice(paused)
        .find(({ channel }) => channel === 0)
        ?.bytes.readUInt16BE(2);
      expect(header(again, "rtp-info")).toContain(`seq=${firstAgain};`);
      expect((await client.request("TEARDOWN", `${rtsp}/stream2/`, { Session: session })).status).toBe(200);
      await until(() => isBye(frames.at(-1)));
      expect((await client.request("PLAY", `${rtsp}/stream2/`, { Session: session })).status).toBe(454);
      client.end();
    }));

  test("ends with BYE, alone when an administrator ends it, and the process with 0 when the server is stopped", () =>
    withServer([], async ({ http, rtsp, stop }) => {
      const [ended, other] = [await play(`${rtsp}/stream2`), await play(`${rtsp}/stream2`)];
      await until(() => ended.frames.length > 5);
      const headers = { Authorization: `Basic ${btoa("admin:password")}` };
      const streams = await (await fetch(`${http}/api/streams?envelope=none`, { headers })).json();
      const [, { rtsp_viewers }] = streams as [unknown, { readonly rtsp_viewers: readonly { readonly id: string }[] }];
      expect(rtsp_viewers.map(({ id }) => id)).not.toContain(ended.session);
      const viewer = `${http}/api/streams/viewers/${rtsp_viewers[0]?.id}`;
      expect((await fetch(viewer, { method: "DELETE", headers })).status).toBe(204);
      await until(() => ended.lost.length > 0);
      expect(isBye(ended.frames.at(-1))).toBe(true);
      const before = other.frames.length;
      await until(() => other.frames.length > before + 5);
      expect(await stop("SIGTERM")).toBe(0);
      await until(() => other.lost.length > 0);
      expect(isBye(other.frames.at(-1))).toBe(true);
    }));
});

describe("refusals", () => {
  test("answers what is wrong with the status of the contract and goes on", () =>
    withServer([], async ({ rtsp }) => {
      const { client } = await connect(`${rtsp}/stream1`);
      const status = async (method: string, path: string, headers: Record<string, string> = {}) =>
        (await client.request(method, `${rtsp}${path}`, headers)).status;
      expect(await status("OPTIONS", "/stream1")).toBe(200);
      expect(await status("DESCRIBE", "/nothing")).toBe(404);
      expect(await status("DESCRIBE", "/stream1/trackID=7")).toBe(404);
      expect(await status("DESCRIBE", "/cam2/stream1")).toBe(404);
      expect(await status("DESCRIBE", "/cam1/stream2")).toBe(200);
      expect(await status("DESCRIBE", "/stream1", { Accept: "text/plain" })).toBe(406);
      expect(await status("ANNOUNCE", "/stream1")).toBe(405);
      expect(await status("DANCE", "/stream1")).toBe(501);
      expect(await status("OPTIONS", "/stream1", { Require: "com.example.magic" })).toBe(551);
      expect(await status("SETUP", "/stream1/trackID=0", { Transport: "nonsense" })).toBe(400);
      expect(await status("SETUP", "/stream1/trackID=0", { Transport: "RTP/SAVP;unicast;client_port=5000-5001" })).toBe(
        461,
      );
      expect(await status("SETUP", "/stream1/trackID=0", { Transport: "RTP/AVP;unicast;client_port=500-501" })).toBe(
        461,
      );
      expect(
        await status("SETUP", "/stream1/trackID=0", {
          Transport: "RTP/AVP;unicast;client_port=5000-5001;destination=192.0.2.9",
        }),
      ).toBe(461);
      expect(await status("SETUP", "/stream1/trackID=0", { Transport: "RTP/AVP;multicast" })).toBe(461);
      expect(await status("SETUP", "/stream1/trackID=0?udp", TCP)).toBe(461);
      expect(await status("PLAY", "/stream1/")).toBe(454);
      expect(await status("PLAY", "/stream1/", { Session: "0".repeat(32) })).toBe(454);
      client.end();
    }));

  test("another connection's session is not found, and the eleventh session finds no room until one ends", () =>
    withServer([], async ({ rtsp }) => {
      const players = [];
      for (let index = 0; index < 10; index++) players.push(await play(`${rtsp}/stream2`));
      const [first] = players;
      const { client } = await connect(`${rtsp}/stream2`);
      expect((await client.request("PAUSE", `${rtsp}/stream2/`, { Session: first?.session ?? "" })).status).toBe(454);
      expect((await client.request("SETUP", `${rtsp}/stream2/trackID=0`, TCP)).status).toBe(453);
      first?.client.abort();
      await until(async () => (await client.request("SETUP", `${rtsp}/stream2/trackID=0`, TCP)).status === 200);
      client.end();
      for (const { client: player } of players.slice(1)) player.end();
    }));

  test("a login is asked for, checked, remembered for the connection, and locked after wrong ones", () =>
    withServer(["--anonymous", "guest", "--admin-password", "Sesam-öffne-dich 7"], async ({ rtsp }) => {
      const { client: nobody } = await connect(`${rtsp}/stream1`);
      const asked = await nobody.request("DESCRIBE", `${rtsp}/stream1`);
      expect(asked.status).toBe(401);
      const challenges = asked.headers.get("www-authenticate") ?? [];
      expect(challenges[0]).toMatch(
        /^Digest realm="RotorDream", nonce="[^"]+", stale=false, algorithm=MD5, qop="auth"$/,
      );
      expect(challenges[1]).toMatch(/^Basic realm="RotorDream"/);
      nobody.end();

      const { client: admin } = await connect(`${rtsp}/stream1`, { user: "admin", password: "Sesam-öffne-dich 7" });
      expect((await admin.request("DESCRIBE", `${rtsp}/stream1`)).status).toBe(200);
      admin.end();

      const statuses: number[] = [];
      for (let attempt = 0; attempt < 6; attempt++) {
        const { client } = await connect(`${rtsp}/stream1`, { user: "admin", password: `wrong ${attempt}` });
        statuses.push((await client.request("DESCRIBE", `${rtsp}/stream1`)).status);
        client.end();
      }
      expect(statuses).toEqual([401, 401, 401, 401, 401, 403]);
      const { client: locked } = await connect(`${rtsp}/stream1`, { user: "admin", password: "Sesam-öffne-dich 7" });
      expect((await locked.request("DESCRIBE", `${rtsp}/stream1`)).status).toBe(403);
      locked.end();
    }));
});

describe("bad neighbours", () => {
  test(
    "a viewer that stops reading is closed after ten seconds and disturbs nobody",
    () =>
      withServer(
        [],
        async ({ rtsp, http }) => {
          const good = await play(`${rtsp}/stream1`);
          const deaf = await playWithoutReading(`${rtsp}/stream1`);
          const viewers = async () => await rtspTcpViewers(http);
          await until(async () => (await viewers()) === 2);
          const before = good.frames.length;
          await until(async () => (await viewers()) === 1, 40_000);
          const sequences = good.frames
            .slice(before)
            .filter(({ channel }) => channel === 0)
            .map(({ bytes }) => bytes.readUInt16BE(2));
          expect(sequences.length).toBeGreaterThan(100);
          expect(
            sequences.every(
              (sequence, index) => index === 0 || sequence === (((sequences[index - 1] ?? 0) + 1) & 0xffff),
            ),
          ).toBe(true);
          deaf.terminate();
          good.client.end();
        },
        NO_API_LIMIT,
      ),
    60_000,
  );

  test("garbage ends its own connection only", () =>
    withServer([], async ({ rtsp }) => {
      const good = await play(`${rtsp}/stream2`);
      const closed = Promise.withResolvers<string>();
      let answer = "";
      const { hostname, port } = new URL(rtsp.replace("rtsp:", "http:"));
      await Bun.connect({
        hostname,
        port: Number(port),
        socket: {
          open: (socket) => void socket.write("\x16\x03\x01\x02\x00 this is no RTSP \x00\xff\r\n\r\n"),
          data: (_socket, bytes) => {
            answer += bytes.toString("latin1");
          },
          close: () => closed.resolve(answer),
        },
      });
      expect(await closed.promise).toStartWith("RTSP/1.0 400 ");
      const before = good.frames.length;
      await until(() => good.frames.length > before + 20);
      good.client.end();
    }));
});

async function rtspTcpViewers(http: string): Promise<number> {
  const answer = (await (await fetch(`${http}/api/streams`)).json()) as { data: { viewers: { rtsp_tcp: number } }[] };
  return answer.data[0]?.viewers.rtsp_tcp ?? -1;
}

function isBye(frame: Frame | undefined): boolean {
  return frame?.channel === 1 && frame.bytes.includes(Buffer.from([0x81, 203]));
}

/** Plays and never takes a byte again. */
async function playWithoutReading(url: string): Promise<Bun.Socket> {
  const { hostname, port } = new URL(url.replace("rtsp:", "http:"));
  const answers: string[] = [];
  const socket = await Bun.connect({
    hostname,
    port: Number(port),
    socket: { data: (_socket, bytes) => void answers.push(bytes.toString("latin1")) },
  });
  socket.write(`SETUP ${url}/trackID=0 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n`);
  await until(() => answers.length > 0);
  const session = /Session: (\w+)/.exec(answers.join(""))?.[1];
  socket.write(`PLAY ${url}/ RTSP/1.0\r\nCSeq: 2\r\nSession: ${session}\r\n\r\n`);
  socket.pause();
  return socket;
}
