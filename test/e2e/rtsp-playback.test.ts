import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testWith } from "../support/conditional-tests.ts";
import { type RtspAnswer, RtspClient } from "../support/load/rtsp-client.ts";
import { areConsecutive, playWithFfmpeg, playWithGstreamer } from "../support/players.ts";
import { callApi, fileOf, type ListedRecording, recorderOf } from "../support/recorder-client.ts";
import { decodeRecording } from "../support/recording-file.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const LIMIT_MS = 60_000;
const SECONDS = 5;
const SIZE = { width: 640, height: 360 };
const RTP_CHANNEL = 0;
const RTCP_BYE = 203;
const CLOCK_HZ = 90_000;

let folder: string;
let server: TestServer;
let recording: ListedRecording;
/** What the file shows, for comparison with what is played. */
let recorded: readonly (number | undefined)[];
/** Of the file, seconds. */
let keyframes: readonly number[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rotordream-playback-"));
  server = await startServer(["--data-dir", folder], { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" });
  const recorder = recorderOf(server);
  const id = await recorder.record(SECONDS, { stream: "stream2" });
  await recorder.stop();
  recording = (await callApi<ListedRecording>(server, "GET", `/api/recordings/${id}/info`)).data;
  const decoded = await decodeRecording(fileOf(folder, id), SIZE.width, SIZE.height);
  recorded = decoded.counters;
  keyframes = decoded.keyframes;
}, LIMIT_MS);
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const header = (answer: RtspAnswer, name: string) => answer.headers.get(name)?.[0] ?? "";
/** Seconds. */
const beginOf = (answer: RtspAnswer) => Number(/^npt=([\d.]+)-/.exec(header(answer, "range"))?.[1]);

/** A session that is set up over TCP, and what came since. */
async function setUp(path = "/recording") {
  const rtp: Buffer[] = [];
  let byes = 0;
  const client = await RtspClient.connect({
    url: `${server.rtsp}${path}`,
    onFrame: (channel, bytes, start, end) => {
      const packet = Buffer.from(bytes.subarray(start, end));
      if (channel === RTP_CHANNEL) rtp.push(packet);
      else if (packet.includes(Buffer.of(0x81, RTCP_BYE))) byes += 1;
    },
    onLost: () => {},
  });
  const described = await client.request("DESCRIBE", client.url, { Accept: "application/sdp" });
  const answer = await client.request("SETUP", `${client.url}/trackID=0`, {
    Transport: "RTP/AVP/TCP;unicast;interleaved=0-1",
  });
  const Session = header(answer, "session").split(";")[0] ?? "";
  const ask = (method: string, headers: Readonly<Record<string, string>> = {}) =>
    client.request(method, client.url, { Session, ...headers });
  return { client, described, ask, rtp, byes: () => byes };
}

/** The keyframe that shows what is at a moment. */
const keyframeAt = (seconds: number) => keyframes.findLast((keyframe) => keyframe <= seconds) ?? Number.NaN;

/** Distinct RTP timestamps, in seconds from the first: one a picture. */
function pictureTimes(packets: readonly Buffer[]): readonly number[] {
  const stamps = [...new Set(packets.map((packet) => packet.readUInt32BE(4)))];
  return stamps.map((stamp) => ((stamp - (stamps[0] ?? 0)) >>> 0) / CLOCK_HZ);
}

describe("a recording over RTSP", () => {
  for (const [player, play] of [
    ["ffmpeg", playWithFfmpeg],
    ["gstreamer", playWithGstreamer],
  ] as const) {
    for (const transport of ["tcp", "udp"] as const) {
      testWith("ffmpeg", player)(
        `plays in ${player} over ${transport}, picture by picture, to its end`,
        async () => {
          const played = await play({
            ...{ ...SIZE, transport, frames: recorded.length },
            url: `${server.rtsp}/recording/${recording.id}`,
          });
          expect(played.counters, played.words).toEqual([...recorded]);
          expect(areConsecutive(played.counters)).toBe(true);
        },
        LIMIT_MS,
      );
    }
  }

  test(
    "is described with its length, and ends with a BYE; then it plays from the beginning again",
    async () => {
      const { client, described, ask, rtp, byes } = await setUp();
      expect(described.body).toContain(`a=range:npt=0.000-${recording.duration.toFixed(3)}`);
      const from = beginOf(await ask("PLAY", { Range: `npt=${SECONDS - 1}-` }));
      expect(from).toBeCloseTo(keyframeAt(SECONDS - 1), 2);
      await until(() => byes() === 1, LIMIT_MS);
      rtp.length = 0;
      expect(header(await ask("PLAY"), "range")).toBe(`npt=0.000-${recording.duration.toFixed(3)}`);
      await until(() => rtp.length > 5, LIMIT_MS);
      await ask("TEARDOWN");
      client.abort();
    },
    LIMIT_MS,
  );

  test(
    "pauses, goes on where it stood, and is sought by seconds and by the clock",
    async () => {
      const { client, ask, rtp } = await setUp(`/recording?id=${recording.id}`);
      await ask("PLAY", { Range: "npt=0-" });
      await until(() => pictureTimes(rtp).length > 20, LIMIT_MS);
      const paused = await ask("PAUSE");
      const at = beginOf(paused);
      expect(at).toBeGreaterThan(0.5);
      const count = rtp.length;
      await ask("GET_PARAMETER");
      expect(rtp.length).toBe(count);
      const resumed = await ask("PLAY");
      const from = beginOf(resumed);
      expect(from).toBeLessThanOrEqual(at); // its keyframe
      expect(from).toBeGreaterThan(at - 1.2);
      const clockText = new Date(recording.start + 2200).toISOString().replace(/[-:]/g, "");
      const sought = await ask("PLAY", { Range: `clock=${clockText}-` });
      expect(header(sought, "range")).toStartWith("clock=");
      expect((await ask("PLAY", { Range: "npt=9999-" })).status).toBe(457);
      expect((await ask("PLAY", { Range: "nonsense" })).status).toBe(457);
      await ask("TEARDOWN");
      client.abort();
    },
    LIMIT_MS,
  );

  test(
    "shows nothing of where it stood when it is sought, however new the keyframe there is",
    async () => {
      const { client, ask, rtp } = await setUp();
      // a keyframe each 125 ms
      for (const [from, to] of [
        [0, 4],
        [1, 0],
        [0, 3],
      ] as const) {
        await ask("PLAY", { Range: `npt=${from}-`, Scale: "8" });
        rtp.length = 0;
        await until(() => pictureTimes(rtp).length > 1, LIMIT_MS);
        const sought = await ask("PLAY", { Range: `npt=${to}-` });
        expect(beginOf(sought)).toBeCloseTo(keyframeAt(to), 2);
      }
      client.abort();
    },
    LIMIT_MS,
  );

  test(
    "plays at half and at twice the speed with all pictures, faster with keyframes only",
    async () => {
      for (const [scale, answered] of [
        ["0.5", "0.5"],
        ["2", "2"],
        ["4", "4"],
        ["99", "8"],
      ] as const) {
        const { client, ask, rtp, byes } = await setUp();
        const played = await ask("PLAY", { Range: "npt=1-4", Scale: scale });
        expect(header(played, "scale")).toBe(answered);
        await until(() => byes() === 1, LIMIT_MS);
        const times = pictureTimes(rtp);
        const factor = Number(answered);
        expect((times.at(-1) ?? 0) * factor).toBeGreaterThan(1.9);
        expect((times.at(-1) ?? 0) * factor).toBeLessThan(4.1);
        if (factor > 2) expect(times.length).toBeLessThan(10);
        else expect(times.length).toBeGreaterThan(20);
        client.abort();
      }
    },
    LIMIT_MS,
  );

  test(
    "is 404 where there is none, and gives its place back when the player vanishes",
    async () => {
      for (const path of [
        "/recording/nothing",
        "/recording/..%2f..%2fx",
        "/recording?id=",
        `/recording/${recording.id}/x`,
      ]) {
        const client = await RtspClient.connect({ url: `${server.rtsp}${path}`, onFrame: () => {}, onLost: () => {} });
        const answer = await client.request("DESCRIBE", client.url, { Accept: "application/sdp" });
        expect([path, answer.status >= 400 && answer.status < 500]).toEqual([path, true]);
        client.abort();
      }
      // more than there are places
      for (let round = 0; round < 15; round++) {
        const { client, ask } = await setUp();
        expect((await ask("PLAY")).status).toBe(200);
        client.abort();
      }
    },
    LIMIT_MS,
  );
});
