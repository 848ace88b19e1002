import { describe, expect, test } from "bun:test";
import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { testWith } from "../support/conditional-tests.ts";
import { areConsecutive } from "../support/players.ts";
import { callApi, fetchApi, fileOf, type ListedRecording, shareRecorder } from "../support/recorder-client.ts";
import { boxesOf, decodeRecording } from "../support/recording-file.ts";
import { until } from "../support/until.ts";

const LIMIT_MS = 60_000;
const shared = shareRecorder();

describe("a recording", () => {
  testWith("ffmpeg")(
    "holds every picture once, through fragments and a pause, and has no hole in its time",
    async () => {
      const id = await shared.recorder.record(2.5, { tags: ["first"] });
      expect((await callApi(shared.server, "POST", "/api/recording/start")).status).toBe(409);
      expect((await callApi(shared.server, "POST", "/api/recording/pause")).data).toEqual({
        recording_id: id,
        state: "paused",
      });
      const paused = (await shared.recorder.status()).duration;
      expect((await callApi(shared.server, "POST", "/api/recording/pause")).status).toBe(409);
      const pausedAtMs = Date.now();
      await until(() => Date.now() - pausedAtMs > 500, LIMIT_MS); // pictures pass that must not be in the file
      await callApi(shared.server, "POST", "/api/recording/tag", { title: "Stelle 火", note: "hier" });
      await callApi(shared.server, "POST", "/api/recording/resume");
      await shared.recorder.recorded(paused + 1.5);
      const stopped = await shared.recorder.stop();
      expect(stopped.data.recording_id).toBe(id);
      expect((await callApi(shared.server, "POST", "/api/recording/stop")).status).toBe(409);
      expect((await shared.recorder.status()).state).toBe("off");

      const { counters, times, complaints } = await decodeRecording(fileOf(shared.folder, id), 1920, 1080);
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
      const info = await callApi<ListedRecording>(shared.server, "GET", `/api/recordings/${id}/info`);
      expect(info.data).toMatchObject({
        state: "ready",
        resolution: "1920x1080",
        file_size: stopped.data.file_size,
        tags: [{ title: "first" }, { title: "Stelle 火", note: "hier" }],
      });
      expect((await shared.recorder.events("recording-finished"))[0]).toMatchObject({
        recording_id: id,
        frames_lost: 0,
      });
    },
    LIMIT_MS,
  );

  testWith("ffmpeg")(
    "goes on in a new file, without a gap, when the picture's size changes",
    async () => {
      const id = await shared.recorder.record(1.2, { stream: "stream2" });
      await callApi(shared.server, "POST", "/api/settings", { "stream2-resolution": "320x180" });
      await shared.recorder.recorded(2.6);
      const { data } = await shared.recorder.stop();
      await callApi(shared.server, "POST", "/api/settings", { "stream2-resolution": "640x360" });
      expect(data.parts?.length).toBe(2);
      const [first, second] = data.parts ?? [];
      expect(first?.id).toBe(id);
      const before = await decodeRecording(fileOf(shared.folder, id), 640, 360);
      const after = await decodeRecording(fileOf(shared.folder, second?.id ?? ""), 320, 180);
      expect(before.complaints + after.complaints).toBe("");
      expect(areConsecutive([...before.counters, ...after.counters])).toBe(true);
    },
    LIMIT_MS,
  );

  testWith("ffmpeg")(
    "can be downloaded while it runs, whole or in part, and deleted afterwards",
    async () => {
      const id = await shared.recorder.record(2.2, { stream: "stream2", filename: 'Ausgabe "1" 火' });
      const running = await fetchApi(shared.server, `/api/recordings/${id}`);
      await Bun.write(join(shared.folder, "running.mp4"), await running.bytes());
      const soFar = await decodeRecording(join(shared.folder, "running.mp4"), 640, 360);
      expect(soFar.complaints).toBe("");
      expect(areConsecutive(soFar.counters)).toBe(true);
      expect(soFar.times.at(-1)).toBeGreaterThan(0.9); // the first fragment, however few pictures a busy machine makes
      expect((await callApi(shared.server, "DELETE", `/api/recordings/${id}`)).status).toBe(409);
      await shared.recorder.stop();

      const whole = await fetchApi(shared.server, `/api/recordings/${id}`);
      const bytes = await whole.bytes();
      const tag = whole.headers.get("etag") ?? "";
      expect(whole.headers.get("content-disposition")).toBe(
        `attachment; filename="Ausgabe _1_ _.mp4"; filename*=UTF-8''Ausgabe%20%221%22%20%E7%81%AB.mp4`,
      );
      const part = await fetchApi(shared.server, `/api/recordings/${id}`, { Range: "bytes=100-199", "If-Range": tag });
      expect(part.status).toBe(206);
      expect(part.headers.get("content-range")).toBe(`bytes 100-199/${bytes.length}`);
      expect(await part.bytes()).toEqual(bytes.subarray(100, 200));
      const tail = await fetchApi(shared.server, `/api/recordings/${id}`, { Range: "bytes=-7" });
      expect(await tail.bytes()).toEqual(bytes.subarray(-7));
      const changed = await fetchApi(shared.server, `/api/recordings/${id}`, {
        Range: "bytes=0-1",
        "If-Range": '"other"',
      });
      expect([changed.status, (await changed.bytes()).length]).toEqual([200, bytes.length]);
      const known = await fetchApi(shared.server, `/api/recordings/${id}`, { "If-None-Match": tag });
      expect(known.status).toBe(304);
      const beyond = await fetchApi(shared.server, `/api/recordings/${id}`, { Range: `bytes=${bytes.length}-` });
      expect([beyond.status, beyond.headers.get("content-range")]).toEqual([416, `bytes */${bytes.length}`]);

      const picture = await fetchApi(shared.server, `/api/recordings/${id}/thumbnail`);
      expect(picture.headers.get("content-type")).toBe("image/jpeg");
      expect((await picture.bytes()).subarray(0, 2)).toEqual(Uint8Array.of(0xff, 0xd8));

      const file = fileOf(shared.folder, id);
      expect((await callApi(shared.server, "DELETE", `/api/recordings/${id}`)).status).toBe(204);
      expect([existsSync(file), existsSync(file.replace(".mp4", ".thumb.jpg"))]).toEqual([false, false]);
      expect((await callApi(shared.server, "GET", `/api/recordings/${id}/info`)).status).toBe(404);
    },
    LIMIT_MS,
  );

  testWith("ffmpeg")(
    "can be had as a progressive file, whole or in part, once it is stopped",
    async () => {
      const id = await shared.recorder.record(3.2, { stream: "stream2" });
      const path = `/api/recordings/${id}?format=mp4`;
      expect((await callApi(shared.server, "GET", path)).status).toBe(409);
      await shared.recorder.stop();
      const recorded = fileOf(shared.folder, id);
      const content = await Bun.file(recorded).bytes();
      await Bun.write(recorded, new Uint8Array(content.length));
      // who has it is told so before the file is looked through, in which nothing is found now
      const unchanged = { "If-None-Match": `"${id}-${content.length}-mp4"` };
      expect((await fetchApi(shared.server, path, unchanged)).status).toBe(304);
      expect((await fetchApi(shared.server, path)).status).toBe(409);
      await Bun.write(recorded, content);
      const answer = await fetchApi(shared.server, path);
      expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "video/mp4"]);
      expect(answer.headers.get("content-disposition")).toContain(".mp4");
      const bytes = await answer.bytes();
      const file = join(shared.folder, "progressive.mp4");
      await Bun.write(file, bytes);
      expect(boxesOf(bytes)).toEqual(["ftyp", "moov", "mdat"]);
      const original = await decodeRecording(fileOf(shared.folder, id), 640, 360);
      const remuxed = await decodeRecording(file, 640, 360);
      expect(remuxed).toEqual(original);
      const times = ["-fps_mode", "passthrough", "-enc_time_base", "-1", "-f", "null", "-"];
      const seeked = Bun.spawnSync(["ffmpeg", "-v", "warning", "-ss", "2.5", "-i", file, ...times]);
      expect(seeked.stderr.toString()).toBe("");

      const part = await fetchApi(shared.server, path, { Range: "bytes=100-70000" });
      expect([part.status, part.headers.get("content-range")]).toEqual([206, `bytes 100-70000/${bytes.length}`]);
      expect(await part.bytes()).toEqual(bytes.subarray(100, 70_001));
      const tail = await fetchApi(shared.server, path, { Range: "bytes=-7" });
      expect(await tail.bytes()).toEqual(bytes.subarray(-7));
      const tag = answer.headers.get("etag") ?? "";
      const plain = await fetchApi(shared.server, `/api/recordings/${id}`, { "If-None-Match": tag });
      expect([plain.status, plain.headers.get("content-length")]).toEqual([
        200,
        String(Bun.file(fileOf(shared.folder, id)).size),
      ]);
      expect((await fetchApi(shared.server, path, { "If-None-Match": tag })).status).toBe(304);
      expect((await callApi(shared.server, "GET", `/api/recordings/${id}?format=avi`)).status).toBe(400);
      const still = await callApi<{ id: string }>(shared.server, "POST", "/api/snapshot");
      expect((await callApi(shared.server, "GET", `/api/recordings/${still.data.id}?format=mp4`)).status).toBe(409);
    },
    LIMIT_MS,
  );

  test(
    "is paged through newest first, by time, kind and tag; ids never are paths",
    async () => {
      for (let index = 0; index < 3; index++) {
        expect((await callApi(shared.server, "POST", "/api/snapshot")).status).toBe(201);
      }
      const seen: ListedRecording[] = [];
      for (let next: string | undefined = "?limit=1"; next !== undefined; ) {
        const page = await fetchApi(shared.server, `/api/recordings${next}`);
        const { data, next_cursor } = (await page.json()) as { data: ListedRecording[]; next_cursor?: string };
        seen.push(...data);
        next = next_cursor === undefined ? undefined : `?limit=1&cursor=${next_cursor}`;
      }
      const all = (await callApi<ListedRecording[]>(shared.server, "GET", "/api/recordings")).data;
      expect(seen.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
      expect(all.map(({ start }) => start)).toEqual(all.map(({ start }) => start).sort((a, b) => b - a));
      const list = async (query: string) =>
        (await callApi<ListedRecording[]>(shared.server, "GET", `/api/recordings?${query}`)).data.map(({ id }) => id);
      expect((await list("kind=snapshot")).length).toBeGreaterThanOrEqual(3);
      const newest = all[0];
      expect(await list(`from=${newest?.start}`)).toContain(newest?.id ?? "");
      expect(await list(`to=${newest?.start}`)).not.toContain(newest?.id ?? "");
      await callApi(shared.server, "PATCH", `/api/recordings/${newest?.id}`, { title: "Neu", tags: ["only here"] });
      expect(await list("tag=only%20here")).toEqual([newest?.id ?? ""]);
      for (const id of ["..%2f..%2frotordream.db", "%2e%2e", "recording_20260101_000000.mp4", "0"])
        expect((await fetchApi(shared.server, `/api/recordings/${id}`)).status).toBe(404);
      for (const filename of ["a\u0000b", "a\nb", "", "x".repeat(129)])
        expect((await callApi(shared.server, "POST", "/api/recording/start", { filename })).status).toBe(400);
      expect((await shared.recorder.status()).state).toBe("off");
    },
    LIMIT_MS,
  );

  test(
    "is not begun on another disk than the one that the library knows",
    async () => {
      const marker = join(shared.folder, "recordings", ".rotordream-volume");
      renameSync(marker, join(shared.folder, "marker"));
      const refused = await callApi(shared.server, "POST", "/api/recording/start");
      expect([refused.status, refused.code]).toEqual([503, "STORAGE_UNAVAILABLE"]);
      expect((await callApi(shared.server, "POST", "/api/snapshot")).status).toBe(503);
      renameSync(join(shared.folder, "marker"), marker);
      await shared.recorder.record(0.5, { stream: "stream2" });
      expect((await shared.recorder.stop()).status).toBe(200);
    },
    LIMIT_MS,
  );
});
