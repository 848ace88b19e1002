import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testWith } from "../support/conditional-tests.ts";
import { callApi, fileOf, type ListedRecording, recorderOf, shareRecorder } from "../support/recorder-client.ts";
import { decodeRecording } from "../support/recording-file.ts";
import { startServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const LIMIT_MS = 60_000;
const PERIOD_S = 1 / 30;
/** Half a picture's time, and what clocks round. */
const EARLY_MS = 25;
/** A keyframe that is asked for comes with the next picture, or the one after it. */
const LATE_MS = 150;
const UNLIMITED = { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" };
const shared = shareRecorder();

/** That pictures follow each other at 30 a second, all keyframes. */
function expectTimeLapse({ times, complaints }: { readonly times: readonly number[]; readonly complaints: string }) {
  expect(complaints).toBe("");
  for (const [index, time] of times.entries()) expect(time).toBeCloseTo(index * PERIOD_S, 4);
}

/**
 * That each picture was taken when an interval since the first one was over, and the next one not: an idle machine is a picture late, a busy one more, and may
 * miss some. Lateness does not add up.
 */
function expectInterval(unixMs: readonly (number | undefined)[], intervalMs: number) {
  const passed = unixMs.map((at = 0) => at - (unixMs[0] ?? 0));
  const slots = passed.map((ms) => Math.floor((ms + EARLY_MS) / intervalMs));
  const late = passed.map((ms, index) => ms - (slots[index] ?? 0) * intervalMs);
  expect(slots).toEqual([...new Set(slots)].sort((one, other) => one - other));
  expect(slots.at(-1)).toBeLessThanOrEqual(1.5 * slots.length);
  expect(Math.min(...late.slice(1).slice(-4))).toBeLessThan(LATE_MS);
}

const streamFacts = (file: string) => {
  const entries = "stream=r_frame_rate,avg_frame_rate,nb_read_packets:packet=flags,duration_time";
  const probe = Bun.spawnSync([
    "ffprobe",
    "-v",
    "error",
    "-count_packets",
    "-show_entries",
    entries,
    "-of",
    "json",
    file,
  ]);
  return JSON.parse(probe.stdout.toString()) as {
    readonly packets: readonly { readonly flags: string; readonly duration_time: string }[];
    readonly streams: readonly { readonly avg_frame_rate: string }[];
  };
};

const setting = (values: object) => callApi(shared.server, "POST", "/api/settings", values);

describe("a time-lapse", () => {
  testWith("ffmpeg")(
    "has one picture each interval, steps evenly through a pause, and plays 30 a second",
    async () => {
      await setting({ "timelapse-interval": 600, "pre-roll": 2 });
      const order = { mode: "timelapse", stream: "stream2" };
      const id = await shared.recorder.record(8 * PERIOD_S, order);
      const status = await callApi<{ mode: string; start: number }>(shared.server, "GET", "/api/recording/status");
      expect(status.data.mode).toBe("timelapse");
      await callApi(shared.server, "POST", "/api/recording/pause");
      const pausedAtMs = Date.now();
      await until(() => Date.now() - pausedAtMs > 1500, LIMIT_MS); // pictures pass that must not be in the file
      await callApi(shared.server, "POST", "/api/recording/resume");
      await shared.recorder.recorded(12 * PERIOD_S);
      const { data: stopped } = await shared.recorder.stop();
      await setting({ "timelapse-interval": 1000, "pre-roll": 0 });

      const file = fileOf(shared.folder, id);
      const decoded = await decodeRecording(file, 640, 360);
      expectTimeLapse(decoded);
      const { packets, streams } = streamFacts(file);
      expect(streams[0]?.avg_frame_rate).toBe("30/1");
      expect(packets.every(({ flags }) => flags.startsWith("K"))).toBe(true);
      expect(packets.every((packet) => Math.abs(Number(packet.duration_time) - PERIOD_S) < 1e-4)).toBe(true);
      expect(decoded.counters.length).toBeGreaterThanOrEqual(12);
      expect(stopped.duration).toBeCloseTo(decoded.counters.length * PERIOD_S, 2);

      const { unixMs } = decoded;
      const paused = unixMs.findIndex((at, index) => index > 0 && (at ?? 0) - (unixMs[index - 1] ?? 0) > 1400);
      expect(paused).toBeGreaterThanOrEqual(8);
      expectInterval(unixMs.slice(0, paused), 600);
      expectInterval(unixMs.slice(paused), 600);
      expect(new Set(decoded.counters).size).toBe(decoded.counters.length);

      const { data: info } = await callApi<ListedRecording>(shared.server, "GET", `/api/recordings/${id}/info`);
      expect(info).toMatchObject({ mode: "timelapse", interval_ms: 600, fps: 30, duration: stopped.duration });
      expect(Math.abs((decoded.firstUnixMs ?? 0) - info.start)).toBeLessThan(LATE_MS);
      expect(Math.abs((decoded.lastUnixMs ?? 0) - (info.end ?? 0))).toBeLessThan(LATE_MS);
      expect(status.data.start).toBe(info.start);
    },
    LIMIT_MS,
  );

  test(
    "is what the settings say, for the API and for record, and never has a pre-roll",
    async () => {
      await setting({ "timelapse-interval": 100 });
      expect((await setting({ "record-mode": "slow" })).status).toBe(400);
      expect((await setting({ "timelapse-interval": 99 })).status).toBe(400);
      const refused = await callApi(shared.server, "POST", "/api/recording/start", { mode: "timelapse", pre_roll: 1 });
      expect([refused.status, refused.code]).toEqual([400, "INVALID_VALUE"]);
      expect((await callApi(shared.server, "POST", "/api/recording/start", { mode: "slow" })).status).toBe(400);
      expect((await setting({ "record-mode": "timelapse", record: true })).status).toBe(200);
      await shared.recorder.recorded(3 * PERIOD_S);
      // what runs goes on as it began
      await setting({ "record-mode": "video" });
      await shared.recorder.recorded(6 * PERIOD_S);
      await setting({ record: false });
      await until(async () => (await shared.recorder.status()).state === "off", LIMIT_MS);
      const { data } = await callApi<readonly ListedRecording[]>(shared.server, "GET", "/api/recordings?limit=1");
      expect(data[0]).toMatchObject({ mode: "timelapse", interval_ms: 100, fps: 30 });
      // a change that is refused leaves the mode as it was
      expect((await setting({ "record-mode": "timelapse", record: "pause" })).status).toBe(409);
      const now = await callApi<object>(shared.server, "GET", "/api/settings/record-mode");
      expect(now.data).toEqual({ "record-mode": "video" });
      await setting({ "timelapse-interval": 1000 });
    },
    LIMIT_MS,
  );

  testWith("ffmpeg")(
    "keeps each picture that was taken over a kill",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "rotordream-lapse-"));
      try {
        const server = await startServer(["--data-dir", folder], UNLIMITED);
        await callApi(server, "POST", "/api/settings", { "timelapse-interval": 700 });
        const recorder = recorderOf(server);
        const id = await recorder.record(5 * PERIOD_S, { mode: "timelapse", stream: "stream2" });
        const sizes = new Set<number>();
        await until(async () => sizes.add((await recorder.status()).file_size).size > 2, LIMIT_MS);
        const { duration } = await recorder.status();
        const killedMs = Date.now();
        await server.stop("SIGKILL");
        await using again = await startServer(["--data-dir", folder], UNLIMITED);
        const info = async () => (await callApi<ListedRecording>(again, "GET", `/api/recordings/${id}/info`)).data;
        await until(async () => (await info()).state === "ready", LIMIT_MS);
        const decoded = await decodeRecording(fileOf(folder, id), 640, 360);
        expectTimeLapse(decoded);
        expectInterval(decoded.unixMs, 700);
        expect(decoded.times.length).toBeGreaterThanOrEqual(Math.round(duration / PERIOD_S));
        const { end = 0, mode } = await info();
        expect(mode).toBe("timelapse");
        expect(end).toBeGreaterThan((decoded.lastUnixMs ?? 0) - 1);
        expect(end).toBeLessThan(killedMs + LATE_MS);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
    LIMIT_MS,
  );

  testWith("ffmpeg")(
    "goes on in a new file when the picture's size changes, and runs by the schedule",
    async () => {
      const always = [0, 1, 2, 3, 4, 5, 6].map((day) => ({ day, from: "00:00", to: "24:00" }));
      await setting({ "record-mode": "timelapse", "timelapse-interval": 200, "record-schedule": always });
      await until(async () => (await shared.recorder.status()).duration >= 4 * PERIOD_S, LIMIT_MS);
      await setting({ resolution: "1280x720" });
      const { recording_id: id = "", duration } = await shared.recorder.status();
      await shared.recorder.recorded(duration + 4 * PERIOD_S);
      await setting({ "record-schedule": [], "record-mode": "video", "timelapse-interval": 1000 });
      await until(async () => (await shared.recorder.status()).state === "off", LIMIT_MS);
      await setting({ resolution: "1920x1080" });
      const { data } = await callApi<readonly ListedRecording[]>(shared.server, "GET", "/api/recordings?limit=2");
      expect(data.map(({ recording_id }) => recording_id)).toEqual([id, id]);
      const [after, before] = data;
      const first = await decodeRecording(fileOf(shared.folder, id), 1920, 1080);
      const second = await decodeRecording(fileOf(shared.folder, after?.id ?? ""), 1280, 720);
      expect(before).toMatchObject({ id, trigger: "schedule", mode: "timelapse" });
      for (const part of [first, second]) {
        expectTimeLapse(part);
        expect(part.times.length).toBeGreaterThanOrEqual(3);
      }
    },
    LIMIT_MS,
  );
});
