import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBrowser } from "../support/browser.ts";
import { addRecordingRows } from "../support/recording-rows.ts";
import { startServer } from "../support/server.ts";
import { measureCrowd } from "./page-crowd.ts";
import { measureGrowth } from "./page-growth.ts";
import { measureLoad } from "./page-load.ts";
import { measureTasks } from "./page-tasks.ts";

const UNLIMITED = {
  ROTORDREAM_LIMITS_API_PER_MINUTE: "0",
  ROTORDREAM_LIMITS_WS_MESSAGES_PER_SECOND: "0",
  ROTORDREAM_LIMITS_WEBRTC_VIEWERS: "0",
  ROTORDREAM_LIMITS_MEDIA_PER_SECOND: "0",
};
/** A few days' recordings, one a minute. */
const RECORDINGS = 5000;

export const name = "web-page";

/** The web page's promises of speed (issue 7), in Chromium, each with the real page of the executable. */
export async function run(): Promise<Record<string, number>> {
  const dataFolder = mkdtempSync(join(tmpdir(), "rotordream-bench-page-"));
  try {
    // each with a browser and server of its own: what one keeps is not the next one's
    return {
      ...(await measured("load", dataFolder, measureLoad)),
      ...(await measured("tasks", dataFolder, measureTasks)),
      ...(await measured("growth", dataFolder, measureGrowth)),
      ...(await measured("crowd", dataFolder, measureCrowd)),
    };
  } finally {
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

type Measurement = (
  browser: Awaited<ReturnType<typeof startBrowser>>,
  server: Awaited<ReturnType<typeof startServer>>,
) => Promise<Record<string, number>>;

async function measured(prefix: string, folder: string, measure: Measurement): Promise<Record<string, number>> {
  const dataFolder = mkdtempSync(join(folder, prefix));
  await using server = await startServer(
    ["--anonymous", prefix === "load" ? "guest" : "viewer", "--data-dir", dataFolder],
    UNLIMITED,
  );
  addRecordingRows({ dataFolder, count: RECORDINGS, newestMs: Date.now() - 60_000 });
  const browser = await startBrowser();
  try {
    const result = await measure(browser, server);
    return Object.fromEntries(Object.entries(result).map(([key, value]) => [`${prefix}.${key}`, value]));
  } finally {
    await browser.close();
  }
}

if (import.meta.main) console.table(await run());
