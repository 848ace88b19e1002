import { Database } from "bun:sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RecordingTable } from "../../src/storage/recording-table.ts";
import { callApi } from "../support/recorder-client.ts";
import { startServer } from "../support/server.ts";
import { median } from "./median.ts";
import { cpuMs, rssMb } from "./process-reading.ts";

const BITRATE_KBPS = 8000;
const ROUNDS = 5;
const MEASURED_MS = 5000;
/** One recording, whose memory is looked at each second. */
const LONG_MS = 180_000;
/** Until the start has given its memory back (`src/app/start-memory.ts`). */
const SETTLED_MS = 10_000;
const ROWS = 100_000;
const PAGE = 100;

export const name = "recording-cost";

/** What recording 1080p30 at 8 Mbit/s costs, in turn with not recording; how soon it starts; a page of a list of 100,000. */
export async function run(): Promise<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), "rotordream-bench-"));
  try {
    await using server = await startServer(["--data-dir", folder], { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" });
    await callApi(server, "POST", "/api/settings", { bitrate: BITRATE_KBPS });
    await Bun.sleep(SETTLED_MS);
    const rssBeforeMb = await peakRssMb(server.pid, MEASURED_MS);
    await callApi(server, "POST", "/api/recording/start");
    const rssRecordingMb = await peakRssMb(server.pid, LONG_MS);
    await callApi(server, "POST", "/api/recording/stop");
    const costs: number[] = [];
    const starts: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const idle = await cpuPercent(server.pid);
      const began = performance.now();
      await callApi(server, "POST", "/api/recording/start");
      starts.push(performance.now() - began);
      costs.push((await cpuPercent(server.pid)) - idle);
      await callApi(server, "POST", "/api/recording/stop");
    }
    const pages = await pageTimes(server, folder);
    return {
      cpuPercentOfACore: median(costs),
      moreRssAtMostMb: rssRecordingMb - rssBeforeMb,
      startMedianMs: median(starts),
      startWorstMs: Math.max(...starts),
      pageMedianMs: median(pages),
      pageWorstMs: Math.max(...pages),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The most that is resident at any second. */
async function peakRssMb(pid: number, forMs: number): Promise<number> {
  let peak = 0;
  for (const end = performance.now() + forMs; performance.now() < end; await Bun.sleep(1000)) {
    peak = Math.max(peak, rssMb(pid));
  }
  return peak;
}

async function cpuPercent(pid: number): Promise<number> {
  const before = cpuMs(pid);
  const start = performance.now();
  await Bun.sleep(MEASURED_MS);
  return ((cpuMs(pid) - before) * 100) / (performance.now() - start);
}

/** Pages through rows that have no files, the first, the middle and the last ones. */
async function pageTimes(server: { readonly http: string }, folder: string): Promise<readonly number[]> {
  const database = new Database(join(folder, "rotordream.db"), { strict: true });
  const table = new RecordingTable(database);
  database.transaction(() => {
    for (let index = 0; index < ROWS; index++) {
      const id = `bench${index}`;
      table.add({
        ...{ id, recording_id: id, kind: "video", file: id, name: id, state: "ready" },
        ...{ start_ms: index * 1000, end_ms: index * 1000 + 999, duration_ms: 999, bytes: 1, width: 1, height: 1 },
        ...{ frames: 1, codec: "avc1", cause: "manual", missing_since_ms: null, interval_ms: null },
      });
    }
  })();
  database.close();
  const times: number[] = [];
  for (const startMs of [ROWS * 1000, (ROWS * 1000) / 2, (PAGE + 1) * 1000]) {
    for (let round = 0; round < ROUNDS; round++) {
      const began = performance.now();
      await callApi(server, "GET", `/api/recordings?limit=${PAGE}&cursor=${startMs}.x`);
      times.push(performance.now() - began);
    }
  }
  return times;
}

if (import.meta.main) console.table(await run());
