import { callApi } from "../support/recorder-client.ts";
import { startServer } from "../support/server.ts";
import { median } from "./median.ts";
import { cpuMs, rssMb } from "./process-reading.ts";

const ROUNDS = 5;
const MEASURED_MS = 4000;
/** Until the start has given its memory back (`src/app/start-memory.ts`), and after each change. */
const SETTLED_MS = 10_000;
const CHANGED_MS = 2000;
const UNLIMITED = { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" };

export const name = "two-cameras";

/** What a second camera of 1080p30 costs while it rests and while it is inset, as parts of one camera alone, in turn with that. */
export async function run(): Promise<Record<string, number>> {
  await using one = await startServer([], UNLIMITED);
  await using two = await startServer(["--source", "test,test"], UNLIMITED);
  await Bun.sleep(SETTLED_MS);
  const restingMoreMb = rssMb(two.pid) - rssMb(one.pid);
  const resting: number[] = [];
  const inset: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await callApi(two, "POST", "/api/settings", { "pip-mode": "off" });
    await Bun.sleep(CHANGED_MS);
    resting.push(await costRatio(two.pid, one.pid));
    await callApi(two, "POST", "/api/settings", { "pip-mode": "top-right" });
    await Bun.sleep(CHANGED_MS);
    inset.push(await costRatio(two.pid, one.pid));
  }
  return {
    restingCpuRatio: median(resting),
    insetCpuRatio: median(inset),
    restingMoreMb,
    insetMoreMb: rssMb(two.pid) - rssMb(one.pid),
  };
}

/** CPU of one process in parts of another's at the same time. */
async function costRatio(pid: number, reference: number): Promise<number> {
  const before = [cpuMs(pid), cpuMs(reference)] as const;
  await Bun.sleep(MEASURED_MS);
  return (cpuMs(pid) - before[0]) / (cpuMs(reference) - before[1]);
}

if (import.meta.main) console.table(await run());
