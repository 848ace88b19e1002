import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testWith } from "../support/conditional-tests.ts";
import { areConsecutive } from "../support/players.ts";
import { callApi, fetchApi, fileOf, type ListedRecording } from "../support/recorder-client.ts";
import { decodeRecording } from "../support/recording-file.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const LIMIT_MS = 60_000;
const UNLIMITED = { ROTORDREAM_LIMITS_API_PER_MINUTE: "0", ROTORDREAM_LIMITS_MEDIA_PER_SECOND: "0" };

let folder: string;
let server: TestServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rotordream-recording-"));
  server = await startServer(["--data-dir", folder], UNLIMITED);
});
// a test that failed leaves its recording to nobody
afterEach(() => stop());
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Status {
  readonly state: string;
  readonly duration: number;
  readonly recording_id?: string;
  readonly file_size: number;
}

const status = async () => (await callApi<Status>(server, "GET", "/api/recording/status")).data;
/** Waits until the running recording holds so many seconds. */
const recorded = (seconds: number) => until(async () => (await status()).duration >= seconds, LIMIT_MS);

async function record(seconds: number, order: object = {}): Promise<string> {
  const started = await callApi<{ recording_id: string }>(server, "POST", "/api/recording/start", order);
  expect(started.status).toBe(200);
  await recorded(seconds);
  return started.data.recording_id;
}

const stop = () =>
  callApi<{ recording_id: string; duration: number; file_size: number; parts?: readonly { id: string }[] }>(
    server,
    "POST",
    "/api/recording/stop",
  );

async function eventsOf(kind: string): Promise<readonly { readonly data: Readonly<Record<string, unknown>> }[]> {
  const { data } = await callApi<readonly { data: Record<string, unknown> }[]>(
    server,
    "GET",
    `/api/events?kind=${kind}`,
  );
  return data;
}

describe("a recording", () => {
  testWith("ffmpeg")(
    "holds every picture once, through fragments and a pause, and has no hole in its time",
    async () => {
      const id = await record(2.5, { tags: ["first"] });
      expect((await callApi(server, "POST", "/api/recording/start")).status).toBe(409);
      expect((await callApi(server, "POST", "/api/recording/pause")).data).toEqual({
        recording_id: id,
        state: "paused",
      });
      const paused = (await status()).duration;
      expect((await callApi(server, "POST", "/api/recording/pause")).status).toBe(409);
      const pausedAtMs = Date.now();
      await until(() => Date.now() - pausedAtMs > 500, LIMIT_MS); // pictures pass that must not be in the file
      await callApi(server, "POST", "/api/recording/tag", { title: "Stelle 火", note: "hier" });
      await callApi(server, "POST", "/api/recording/resume");
      await recorded(paused + 1.5);
      const stopped = await stop();
      expect(stopped.data.recording_id).toBe(id);
      expect((await callApi(server, "POST", "/api/recording/stop")).status).toBe(409);
      expect((await status()).state).toBe("off");

      const { counters, times, complaints } = await decodeRecording(fileOf(folder, id), 1920, 1080);
      expect(complaints).toBe("");
      expect(times.length).toBe(counters.length);
      const gaps = counters.flatMap((counter, index) =>
        index > 0 && counter !== (counters[index - 1] ?? 0) + 1 ? [index] : [],
      );
      expect(gaps.length).toBe(1); // the pause
      // the picture after the pause follows as the one before it did
      const stepAt = (index: number) => (times[index] ?? 0) - (times[index - 1] ?? 0);
      const [resumedAt = 0] = gaps;
      expect(stepAt(resumedAt)).toBeCloseTo(stepAt(resumedAt - 1), 2);
      const last = times.length - 1;
      expect(stopped.data.duration).toBeCloseTo((times[last] ?? 0) + stepAt(last), 1);
      const info = await callApi<ListedRecording>(server, "GET", `/api/recordings/${id}/info`);
      expect(info.data).toMatchObject({
        state: "ready",
        resolution: "1920x1080",
        file_size: stopped.data.file_size,
        tags: [{ title: "first" }, { title: "Stelle 火", note: "hier" }],
      });
      expect((await eventsOf("recording-finished"))[0]?.data).toMatchObject({ recording_id: id, frames_lost: 0 });
    },
    LIMIT_MS,
  );

  testWith("ffmpeg")(
    "goes on in a new file, without a gap, when the picture's size changes",
    async () => {
      const id = await record(1.2, { stream: "stream2" });
      await callApi(server, "POST", "/api/settings", { "stream2-resolution": "320x180" });
      await recorded(2.6);
      const { data } = await stop();
      await callApi(server, "POST", "/api/settings", { "stream2-resolution": "640x360" });
      expect(data.parts?.length).toBe(2);
      const [first, second] = data.parts ?? [];
      expect(first?.id).toBe(id);
      const before = await decodeRecording(fileOf(folder, id), 640, 360);
      const after = await decodeRecording(fileOf(folder, second?.id ?? ""), 320, 180);
      expect(before.complaints + after.complaints).toBe("");
      expect(areConsecutive([...before.counters, ...after.counters])).toBe(true);
    },
    LIMIT_MS,
  );

  testWith("ffmpeg")(
    "can be downloaded while it runs, whole or in part, and deleted afterwards",
    async () => {
      const id = await record(2.2, { stream: "stream2", filename: 'Ausgabe "1" 火' });
      const running = await fetchApi(server, `/api/recordings/${id}`);
      await Bun.write(join(folder, "running.mp4"), await running.bytes());
      const soFar = await decodeRecording(join(folder, "running.mp4"), 640, 360);
      expect(soFar.complaints).toBe("");
      expect(soFar.counters.length).toBeGreaterThan(9); // a second of a slow machine
      expect((await callApi(server, "DELETE", `/api/recordings/${id}`)).status).toBe(409);
      await stop();

      const whole = await fetchApi(server, `/api/recordings/${id}`);
      const bytes = await whole.bytes();
      const tag = whole.headers.get("etag") ?? "";
      expect(whole.headers.get("content-disposition")).toBe(
        `attachment; filename="Ausgabe _1_ _.mp4"; filename*=UTF-8''Ausgabe%20%221%22%20%E7%81%AB.mp4`,
      );
      const part = await fetchApi(server, `/api/recordings/${id}`, { Range: "bytes=100-199", "If-Range": tag });
      expect(part.status).toBe(206);
      expect(part.headers.get("content-range")).toBe(`bytes 100-199/${bytes.length}`);
      expect(await part.bytes()).toEqual(bytes.subarray(100, 200));
      const tail = await fetchApi(server, `/api/recordings/${id}`, { Range: "bytes=-7" });
      expect(await tail.bytes()).toEqual(bytes.subarray(-7));
      const changed = await fetchApi(server, `/api/recordings/${id}`, { Range: "bytes=0-1", "If-Range": '"other"' });
      expect([changed.status, (await changed.bytes()).length]).toEqual([200, bytes.length]);
      const known = await fetchApi(server, `/api/recordings/${id}`, { "If-None-Match": tag });
      expect(known.status).toBe(304);
      const beyond = await fetchApi(server, `/api/recordings/${id}`, { Range: `bytes=${bytes.length}-` });
      expect([beyond.status, beyond.headers.get("content-range")]).toEqual([416, `bytes */${bytes.length}`]);

      const picture = await fetchApi(server, `/api/recordings/${id}/thumbnail`);
      expect(picture.headers.get("content-type")).toBe("image/jpeg");
      expect((await picture.bytes()).subarray(0, 2)).toEqual(Uint8Array.of(0xff, 0xd8));

      const file = fileOf(folder, id);
      expect((await callApi(server, "DELETE", `/api/recordings/${id}`)).status).toBe(204);
      expect([existsSync(file), existsSync(file.replace(".mp4", ".thumb.jpg"))]).toEqual([false, false]);
      expect((await callApi(server, "GET", `/api/recordings/${id}/info`)).status).toBe(404);
    },
    LIMIT_MS,
  );

  testWith("ffmpeg")(
    "begins before it was ordered, where pictures are kept for that",
    async () => {
      await callApi(server, "POST", "/api/settings/pre-roll", 3);
      const keptSinceMs = Date.now();
      await until(() => Date.now() - keptSinceMs > 3500, LIMIT_MS);
      const orderedMs = Date.now();
      const id = await record(4);
      await stop();
      await callApi(server, "POST", "/api/settings/pre-roll", 0);
      const { counters, complaints, firstUnixMs = 0 } = await decodeRecording(fileOf(folder, id), 1920, 1080);
      expect(complaints).toBe("");
      expect(areConsecutive(counters)).toBe(true);
      expect(firstUnixMs).toBeLessThan(orderedMs - 1900);
      expect(firstUnixMs).toBeGreaterThan(orderedMs - 4500);
    },
    LIMIT_MS,
  );

  test(
    "is paged through newest first, by time, kind and tag; ids never are paths",
    async () => {
      for (let index = 0; index < 3; index++) {
        expect((await callApi(server, "POST", "/api/snapshot")).status).toBe(201);
      }
      const seen: ListedRecording[] = [];
      for (let next: string | undefined = "?limit=1"; next !== undefined; ) {
        const page = await fetchApi(server, `/api/recordings${next}`);
        const { data, next_cursor } = (await page.json()) as { data: ListedRecording[]; next_cursor?: string };
        seen.push(...data);
        next = next_cursor === undefined ? undefined : `?limit=1&cursor=${next_cursor}`;
      }
      const all = (await callApi<ListedRecording[]>(server, "GET", "/api/recordings")).data;
      expect(seen.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
      expect(all.map(({ start }) => start)).toEqual(all.map(({ start }) => start).sort((a, b) => b - a));
      const list = async (query: string) =>
        (await callApi<ListedRecording[]>(server, "GET", `/api/recordings?${query}`)).data.map(({ id }) => id);
      expect((await list("kind=snapshot")).length).toBe(3);
      const newest = all[0];
      expect(await list(`from=${newest?.start}`)).toContain(newest?.id ?? "");
      expect(await list(`to=${newest?.start}`)).not.toContain(newest?.id ?? "");
      await callApi(server, "PATCH", `/api/recordings/${newest?.id}`, { title: "Neu", tags: ["only here"] });
      expect(await list("tag=only%20here")).toEqual([newest?.id ?? ""]);
      for (const id of ["..%2f..%2frotordream.db", "%2e%2e", "recording_20260101_000000.mp4", "0"])
        expect((await fetchApi(server, `/api/recordings/${id}`)).status).toBe(404);
      for (const filename of ["a\u0000b", "a\nb", "", "x".repeat(129)])
        expect((await callApi(server, "POST", "/api/recording/start", { filename })).status).toBe(400);
      expect((await status()).state).toBe("off");
    },
    LIMIT_MS,
  );

  test(
    "ends by itself after its duration, and is one of the settings",
    async () => {
      await callApi(server, "POST", "/api/recording/start", { duration: 1, stream: "stream2" });
      await until(async () => (await status()).state === "off", LIMIT_MS);
      const setting = async () =>
        (await callApi<{ record: unknown }>(server, "GET", "/api/settings?keys=record")).data.record;
      expect(await setting()).toBe(false);
      await callApi(server, "POST", "/api/settings/record", "on");
      await until(async () => (await status()).state === "recording", LIMIT_MS);
      await callApi(server, "POST", "/api/settings/record", "pause");
      expect(await setting()).toBe("pause");
      await callApi(server, "POST", "/api/settings/record", "pause_release");
      expect(await setting()).toBe(true);
      await callApi(server, "POST", "/api/settings/record", false);
      await until(async () => (await status()).state === "off", LIMIT_MS);
      expect((await callApi(server, "POST", "/api/settings/record", "pause")).status).toBe(409);
    },
    LIMIT_MS,
  );

  test(
    "runs by the schedule of the week",
    async () => {
      const always = [0, 1, 2, 3, 4, 5, 6].map((day) => ({ day, from: "00:00", to: "24:00" }));
      expect((await callApi(server, "POST", "/api/settings/record-schedule", [{ day: 7 }])).status).toBe(400);
      expect((await callApi(server, "POST", "/api/settings/record-schedule", always)).status).toBe(200);
      await until(async () => (await status()).state === "recording", LIMIT_MS);
      await callApi(server, "POST", "/api/settings/record-schedule", []);
      await until(async () => (await status()).state === "off", LIMIT_MS);
      const { data } = await callApi<readonly ListedRecording[]>(server, "GET", "/api/recordings?limit=1");
      expect(data[0]).toMatchObject({ trigger: "schedule", state: "ready" });
    },
    LIMIT_MS,
  );

  test(
    "is not begun on another disk than the one that the library knows",
    async () => {
      const marker = join(folder, "recordings", ".rotordream-volume");
      renameSync(marker, join(folder, "marker"));
      const refused = await callApi(server, "POST", "/api/recording/start");
      expect([refused.status, refused.code]).toEqual([503, "STORAGE_UNAVAILABLE"]);
      expect((await callApi(server, "POST", "/api/snapshot")).status).toBe(503);
      renameSync(join(folder, "marker"), marker);
      await record(0.5, { stream: "stream2" });
      expect((await stop()).status).toBe(200);
    },
    LIMIT_MS,
  );
});
