import { join } from "node:path";
import type { ControlReport } from "../support/load/control-load.ts";
import { startServer } from "../support/server.ts";
import { runLoadProcess } from "./load-process.ts";

const PROGRAM = join(import.meta.dir, "../support/load/control-load.ts");
/** About as long as the load takes. */
const VIEWING_SECONDS = 14;

export const name = "control";

/**
 * Settings over WebSocket and REST with 50 clients: how long a change takes to reach the others, changes a second, REST latency,
 * and the pacing of live video to one viewer while all that runs.
 */
export async function run(): Promise<Record<string, number>> {
  const unlimited = {
    ROTORDREAM_LIMITS_API_PER_MINUTE: "0",
    ROTORDREAM_LIMITS_WS_MESSAGES_PER_SECOND: "0",
    ROTORDREAM_LIMITS_WS_CONNECTIONS: "0",
  };
  await using server = await startServer([], unlimited);
  const login = await fetch(`${server.http}/api/login`, {
    method: "POST",
    body: JSON.stringify({ username: "admin", password: "password" }),
  });
  const { token } = (await login.json()) as { readonly token: string };
  const viewing = runLoadProcess({
    url: `${server.rtsp}/stream1`,
    transport: "tcp",
    viewers: 1,
    seconds: VIEWING_SECONDS,
  });
  const child = Bun.spawn([process.execPath, PROGRAM, server.http, token], { stdout: "pipe" });
  const report: ControlReport = JSON.parse(await new Response(child.stdout).text());
  const { leastFps, worstGapMs } = await viewing;
  return { ...report, videoFps: leastFps, videoWorstGapMs: worstGapMs };
}

if (import.meta.main) console.table(await run());
