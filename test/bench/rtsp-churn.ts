import { runChurn } from "../support/load/churn.ts";
import { startServer } from "../support/server.ts";
import { openDescriptors, rssMb } from "./process-reading.ts";

/** As many again: the heap has then taken the size that this traffic gives it, and what still grows is a leak. */
const WARM_UP_CHURNS = 200;
const CHURNS = 200;
/** Viewers over UDP that vanished are noticed by then: 10 s without RTCP, and a tick. */
const FORGET_MS = 12_000;

export const name = "rtsp-churn";

/** Memory and descriptors of the executable before and after 200 joins and leaves. */
export async function run(): Promise<Record<string, number>> {
  await using server = await startServer([], { ROTORDREAM_LIMITS_RTSP_SESSIONS: "0" });
  const url = `${server.rtsp}/stream2`;
  await runChurn({ url, churns: WARM_UP_CHURNS });
  await Bun.sleep(FORGET_MS);
  const before = { rssMb: rssMb(server.pid), descriptors: openDescriptors(server.pid) };
  const report = await runChurn({ url, churns: CHURNS });
  await Bun.sleep(FORGET_MS);
  if (Object.keys(report.problems).length > 0) console.log(JSON.stringify(report.problems));
  return {
    churns: report.churns,
    failedJoins: Object.values(report.problems).reduce((sum, count) => sum + count, 0),
    medianFirstFrameMs: report.medianFirstFrameMs,
    worstFirstFrameMs: report.worstFirstFrameMs,
    rssMbBefore: before.rssMb,
    rssMbAfter: rssMb(server.pid),
    descriptorsBefore: before.descriptors,
    descriptorsAfter: openDescriptors(server.pid),
  };
}

if (import.meta.main) console.table(await run());
