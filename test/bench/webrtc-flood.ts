import { FLOOD_KINDS, flood, floodTarget } from "../support/load/stun-flood.ts";
import { createClientCertificate, LightWebRtcClient } from "../support/load/webrtc-client.ts";
import { startServer } from "../support/server.ts";
import { cpuMsBesidesEncoding } from "./process-reading.ts";

const PER_SECOND = 5000;
const WARM_UP_MS = 5000;
const MEASURED_MS = 10_000;

export const name = "webrtc-flood";

/**
 * CPU of the executable with one viewer of stream1, without the thread that encodes, while strangers send 5,000 datagrams a second to the port
 * of all viewers: of one core beyond what it uses without them, and a datagram. What the viewer missed meanwhile.
 */
export async function run(): Promise<Record<string, number>> {
  await using server = await startServer([], { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" });
  const client = await LightWebRtcClient.play(server.http, "stream1", await createClientCertificate());
  await Bun.sleep(WARM_UP_MS);
  client.longestGapMs = 0;
  const quiet = await measured(server.pid, () => Bun.sleep(MEASURED_MS));
  const result: Record<string, number> = { perSecond: PER_SECOND, quietLongestGapMs: client.longestGapMs };
  client.longestGapMs = 0;
  const lost = client.lost;
  for (const kind of FLOOD_KINDS) {
    const target = await floodTarget(server.http);
    await flood(target, { kinds: [kind], perSecond: PER_SECOND, forMs: WARM_UP_MS });
    let sent = 0;
    const share = await measured(server.pid, async () => {
      const done = await flood(target, { kinds: [kind], perSecond: PER_SECOND, forMs: MEASURED_MS });
      sent = done.sent;
    });
    result[`${kind}CpuPercent`] = (share - quiet) * 100;
    result[`${kind}UsPerDatagram`] = ((share - quiet) * MEASURED_MS * 1000) / sent;
  }
  const missed = { lost: client.lost - lost, longestGapMs: client.longestGapMs };
  await client.stop(server.http);
  return { ...result, ...missed };
}

/** CPU milliseconds a millisecond, while `work` runs. */
async function measured(pid: number, work: () => Promise<void>): Promise<number> {
  const [start, before] = [performance.now(), cpuMsBesidesEncoding(pid)];
  await work();
  return (cpuMsBesidesEncoding(pid) - before) / (performance.now() - start);
}

if (import.meta.main) console.table(await run());
