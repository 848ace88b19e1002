import { expect } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testWith } from "../support/conditional-tests.ts";
import { areConsecutive, playWithFfmpeg } from "../support/players.ts";
import { callApi, fileOf, type ListedRecording } from "../support/recorder-client.ts";
import { decodeRecording } from "../support/recording-file.ts";
import { SeededRandom } from "../support/seeded-random.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { mountLoopDisk, mountSmallDisk, mustRun, testAsRoot, testWithLoop } from "../support/small-disk.ts";
import { until } from "../support/until.ts";

/** A hundred kills; CI makes a few. */
const KILLS = process.env.RD_LONG === "1" ? 100 : 6;
const LIMIT_MS = 60_000;
const KILL_LIMIT_MS = KILLS * 15_000;
/** What a kill may cost (contract recording.md), and as much for a machine that is late. */
const LOSS_MS = 2000;
const UNLIMITED = { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" };

const list = async (server: TestServer) =>
  (await callApi<readonly ListedRecording[]>(server, "GET", "/api/recordings?limit=1000")).data;
const stateOf = async (server: TestServer) =>
  (await callApi<{ state: string; duration: number; file_size: number }>(server, "GET", "/api/recording/status")).data;

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "rotordream-faults-"));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Waits until the start has looked through what a crash left. */
async function settled(server: TestServer): Promise<readonly ListedRecording[]> {
  let rows = await list(server);
  await until(async () => {
    rows = await list(server);
    return rows.every(({ state }) => state !== "recording");
  }, LIMIT_MS);
  return rows;
}

testWith("ffmpeg")(
  `${KILLS} kills at random moments cost a fragment at most, no row, and no file its end`,
  () =>
    withFolder(async (folder) => {
      const random = new SeededRandom(20_261_125);
      const killedMs = new Map<string, number>();
      for (let round = 0; round <= KILLS; round++) {
        const server = await startServer(["--data-dir", folder], UNLIMITED);
        const rows = await settled(server);
        // all but those that were killed before their first fragment
        for (const { id, state } of rows) expect([id, state]).toEqual([id, "ready"]);
        expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
        const newest = rows[0];
        if (newest !== undefined && killedMs.has(newest.id)) {
          const { counters, complaints, lastUnixMs } = await decodeRecording(fileOf(folder, newest.id), 640, 360);
          expect(complaints).toBe("");
          expect(areConsecutive(counters)).toBe(true);
          expect(killedMs.get(newest.id)).toBeLessThan((lastUnixMs ?? 0) + LOSS_MS);
        }
        if (round === KILLS) {
          expect(rows.length).toBeGreaterThan(KILLS / 4);
          await server.stop();
          return;
        }
        const started = await callApi<{ recording_id: string }>(server, "POST", "/api/recording/start", {
          stream: "stream2",
        });
        const seconds = 0.2 + random.below(2800) / 1000;
        await until(async () => (await stateOf(server)).duration >= seconds, LIMIT_MS);
        killedMs.set(started.data.recording_id, Date.now());
        await server.stop("SIGKILL");
      }
    }),
  KILL_LIMIT_MS,
);

testWith("ffmpeg")(
  "a stop of the server ends the recording with its index",
  () =>
    withFolder(async (folder) => {
      const server = await startServer(["--data-dir", folder], UNLIMITED);
      const { data } = await callApi<{ recording_id: string }>(server, "POST", "/api/recording/start");
      await until(async () => (await stateOf(server)).duration >= 1.5, LIMIT_MS);
      expect(await server.stop()).toBe(0);
      const file = fileOf(folder, data.recording_id);
      const bytes = await Bun.file(file).bytes();
      expect(new TextDecoder("latin1").decode(bytes.subarray(-16, -8))).toContain("mfro");
      const { counters, times, complaints } = await decodeRecording(file, 1920, 1080);
      expect(complaints).toBe("");
      expect(areConsecutive(counters)).toBe(true);
      expect(times.at(-1)).toBeGreaterThan(1); // of 1.5 s, of pictures that a busy machine makes late
    }),
  LIMIT_MS,
);

testAsRoot(
  "a full disk ends the recording in a playable file, an event and a warning, and live video goes on",
  () =>
    withFolder(async (folder) => {
      const unmount = mountSmallDisk(join(folder, "recordings"), 4);
      const rules = { ROTORDREAM_RECORDING_MIN_FREE_BYTES: "0", ROTORDREAM_RECORDING_MIN_FREE_PERCENT: "0" };
      const server = await startServer(["--data-dir", folder], { ...UNLIMITED, ...rules });
      try {
        const { data } = await callApi<{ recording_id: string }>(server, "POST", "/api/recording/start");
        await until(async () => (await stateOf(server)).state === "off", LIMIT_MS);
        const [row] = await list(server);
        expect(row).toMatchObject({ id: data.recording_id, state: "ready" });
        const { counters, complaints } = await decodeRecording(fileOf(folder, data.recording_id), 1920, 1080);
        expect(complaints).toBe("");
        expect(areConsecutive(counters)).toBe(true);
        expect(counters.length).toBeGreaterThan(9);
        const events = await callApi<readonly { data: object }[]>(server, "GET", "/api/events?kind=recording-failed");
        expect(events.data[0]?.data).toMatchObject({ recording_id: row?.id, reason: "the disk is full" });
        const { data: status } = await callApi<{ warnings: readonly string[] }>(server, "GET", "/api/status");
        expect(status.warnings).toContain("The last recording ended by itself: the disk is full.");
        const live = await fetch(`${server.http}/api/mjpeg/stream2`);
        expect(live.status).toBe(200);
        await live.body?.cancel();
      } finally {
        await server.stop();
        unmount();
      }
    }),
  LIMIT_MS,
);

testAsRoot(
  "too little room stops the recording before the disk is full; old recordings make room where they may, tagged ones last",
  () =>
    withFolder(async (folder) => {
      const unmount = mountSmallDisk(join(folder, "recordings"), 16);
      const rules = { ROTORDREAM_RECORDING_MIN_FREE_BYTES: "11000000", ROTORDREAM_RECORDING_MIN_FREE_PERCENT: "0" };
      const start = (server: TestServer, tags: readonly string[] = []) =>
        callApi<{ recording_id: string }>(server, "POST", "/api/recording/start", { tags });
      try {
        const first = await startServer(["--data-dir", folder], { ...UNLIMITED, ...rules });
        const tagged = await start(first, ["keep"]);
        await until(async () => (await stateOf(first)).file_size > 1_000_000, LIMIT_MS);
        await callApi(first, "POST", "/api/recording/stop");
        const plain = await start(first);
        await until(async () => (await stateOf(first)).state === "off", LIMIT_MS);
        expect((await start(first)).status).toBe(503);
        const refused = await callApi(first, "POST", "/api/snapshot");
        expect([refused.status, refused.code]).toEqual([503, "STORAGE_UNAVAILABLE"]);
        const lows = await callApi<readonly object[]>(first, "GET", "/api/events?kind=storage-low");
        expect(lows.data.length).toBeGreaterThanOrEqual(2);
        await first.stop();

        const overwriting = { ...UNLIMITED, ...rules, ROTORDREAM_RETENTION_OVERWRITE: "true" };
        const second = await startServer(["--data-dir", folder], overwriting);
        expect((await callApi(second, "POST", "/api/snapshot")).status).toBe(201);
        expect((await start(second)).status).toBe(200);
        const ids = (await list(second)).map(({ id }) => id);
        expect(ids).toContain(tagged.data.recording_id);
        expect(ids).not.toContain(plain.data.recording_id);
        await second.stop();
      } finally {
        unmount();
      }
    }),
  LIMIT_MS,
);

testWithLoop(
  "a disk that hangs for ten seconds costs neither a live picture nor a recorded one",
  () =>
    withFolder(async (folder) => {
      const disk = join(folder, "recordings");
      const unmount = mountLoopDisk(join(folder, "image"), disk);
      const rules = { ROTORDREAM_RECORDING_MIN_FREE_BYTES: "0", ROTORDREAM_RECORDING_MIN_FREE_PERCENT: "0" };
      const server = await startServer(["--data-dir", folder], { ...UNLIMITED, ...rules });
      try {
        const { data } = await callApi<{ recording_id: string }>(server, "POST", "/api/recording/start");
        await until(async () => (await stateOf(server)).file_size > 100_000, LIMIT_MS);
        mustRun("fsfreeze", "-f", disk);
        try {
          const url = `${server.rtsp}/stream1`;
          const played = await playWithFfmpeg({ url, transport: "tcp", width: 1920, height: 1080, frames: 300 });
          expect(areConsecutive(played.counters), played.words).toBe(true);
        } finally {
          mustRun("fsfreeze", "-u", disk);
        }
        const { data: stopped } = await callApi<{ duration: number }>(server, "POST", "/api/recording/stop");
        expect(stopped.duration).toBeGreaterThan(10);
        const { counters, complaints } = await decodeRecording(fileOf(folder, data.recording_id), 1920, 1080);
        expect(complaints).toBe("");
        expect(areConsecutive(counters)).toBe(true);
        expect(counters.length).toBeGreaterThan(300);
      } finally {
        await server.stop();
        unmount();
      }
    }),
  LIMIT_MS,
);
