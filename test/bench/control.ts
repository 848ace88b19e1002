import { join } from "node:path";
import type { ControlReport } from "../support/load/control-load.ts";
import { startServer } from "../support/server.ts";
import { runLoadProcess } from "./load-process.ts";

const PROGRAM = join(import.meta.dir, "../support/load/control-load.ts");
/** About as long as the load takes. */
const VIEWING_SECONDS = 20;

export const name = "control";

/**
 * Settings over WebSocket and REST with 50 clients: how long a change takes to reach the others, changes a second, REST latency,
 * alone and beside a viewer of live video, and the pacing of that video.
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
  const idle = await load(server.http, token);
  const viewing = runLoadProcess({
    url: `${server.rtsp}/stream1`,
    transport: "tcp",
    viewers: 1,
    seconds: VIEWING_SECONDS,
  });
  const report = await load(server.http, token);
  const { leastFps, worstGapMs } = await viewing;
  const beside = Object.fromEntries(Object.entries(report).map(([key, value]) => [`${key}WithVideo`, value]));
  return { ...idle, ...beside, videoFps: leastFps, videoWorstGapMs: worstGapMs };
}

async function load(http: string, token: string): Promise<ControlReport> {
  const child = Bun.spawn([process.execPath, PROGRAM, http, token], { stdout: "pipe" });
  return JSON.parse(await new Response(child.stdout).text());
}

if (import.meta.main) console.table(await run());
