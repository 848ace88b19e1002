import { parseArgs } from "node:util";
import { startAsked } from "../asked-process.ts";
import { createClientCertificate, LightWebRtcClient } from "./webrtc-client.ts";

/**
 * Light WebRTC viewers in a process of their own. When all play, and then for every line that comes in, prints a WebRtcLoadReport as a
 * line of JSON; ends when its input does.
 *   bun test/support/load/webrtc-load.ts --server http://127.0.0.1:8080 --stream stream1 --viewers 40
 */

/** What all viewers together got so far. */
export interface WebRtcLoadReport {
  readonly packets: number;
  readonly bytes: number;
  readonly lost: number;
  /** Of the viewer that got the fewest. */
  readonly leastFrames: number;
  /** Longest time between two pictures of a viewer since the last report. */
  readonly longestGapMs: number;
  /** CPU of this process, milliseconds: far below the time that went by, or it is what holds everything up. */
  readonly ownCpuMs: number;
}

/** Light WebRTC viewers of a server. Disposing it lets them leave. */
export interface WebRtcLoad extends AsyncDisposable {
  read(): Promise<WebRtcLoadReport>;
}

/** Handshakes at a time: the library in the viewers keeps a core busy with one. */
const AT_ONCE = 4;

/** Starts viewers of `stream` in a process of their own, so that their work is not measured as the server's; resolves when all play. */
export async function startWebRtcLoad(server: string, viewers: number, stream = "stream1"): Promise<WebRtcLoad> {
  const args = ["--server", server, "--viewers", String(viewers), "--stream", stream];
  const child = startAsked(import.meta.path, args);
  await child.next();
  return {
    read: async () => JSON.parse(await child.ask()),
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}

function reportOf(clients: readonly LightWebRtcClient[]): WebRtcLoadReport {
  const sum = (member: "packets" | "bytes" | "lost") => clients.reduce((total, client) => total + client[member], 0);
  const { user, system } = process.cpuUsage();
  const report = {
    packets: sum("packets"),
    bytes: sum("bytes"),
    lost: sum("lost"),
    leastFrames: Math.min(...clients.map(({ frames }) => frames)),
    longestGapMs: Math.max(...clients.map(({ longestGapMs }) => longestGapMs)),
    ownCpuMs: (user + system) / 1000,
  };
  for (const client of clients) client.longestGapMs = 0;
  return report;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      server: { type: "string" },
      stream: { type: "string", default: "stream1" },
      viewers: { type: "string", default: "1" },
    },
  });
  const { server, stream } = values;
  if (server === undefined) throw new Error("--server http://… is needed");
  const certificate = await createClientCertificate();
  const clients: LightWebRtcClient[] = [];
  let left = Number(values.viewers);
  const connect = async () => {
    while (left-- > 0) clients.push(await LightWebRtcClient.play(server, stream, certificate));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, connect));
  console.log(JSON.stringify(reportOf(clients)));
  for await (const _line of console) console.log(JSON.stringify(reportOf(clients)));
  await Promise.all(clients.map((client) => client.stop(server)));
}

if (import.meta.main) await main();
