import { join } from "node:path";
import { startAsked } from "../support/asked-process.ts";
import { startWebRtcLoad } from "../support/load/webrtc-load.ts";
import { startServer } from "../support/server.ts";
import { cpuMsBesidesEncoding } from "./process-reading.ts";

const WERIFT_SERVER = join(import.meta.dir, "werift-server.ts");
const VIEWERS = 40;
const MANY_VIEWERS = 100;
/** Compiling what has become hot is over by then. */
const WARM_UP_MS = 20_000;
const MEASURED_MS = 12_000;

export const name = "webrtc-cost";

/** What sending cost, over MEASURED_MS. */
interface Cost {
  /** Of one core, without what the process uses while nobody watches. */
  readonly cpuPercent: number;
  readonly usPerPacket: number;
  readonly packetsPerSecond: number;
  readonly kbpsPerViewer: number;
  readonly lost: number;
  /** Of the process with the viewers, of one core. */
  readonly loadCpuPercent: number;
}

/**
 * CPU of sending stream1 (1080p30, the noisy test source, 4 Mbit/s asked) to 1, 40 and 100 light viewers by the executable, and to 1 and 40 of
 * them by werift's `sendRtp`, which gets the packets of the same encoder: all threads but the one that encodes, less what they use while
 * nobody watches. A single viewer bears what is done once a picture for all; a further packet is what one more viewer adds. Targets:
 * 6 µs a packet, an eighth of werift's.
 */
export async function run(): Promise<Record<string, number>> {
  const { one, forty, hundred } = await withServer();
  const werift = await withWerift();
  return {
    ...prefixed("one", one),
    ...prefixed("forty", forty),
    ...prefixed("hundred", hundred),
    ...prefixed("weriftOne", werift.one),
    ...prefixed("weriftForty", werift.forty),
    usPerFurtherPacket: furtherUs(one, hundred),
    weriftUsPerFurtherPacket: furtherUs(werift.one, werift.forty),
    ratioToWeriftAtOne: werift.one.usPerPacket / one.usPerPacket,
    ratioToWeriftAtForty: werift.forty.usPerPacket / forty.usPerPacket,
  };
}

async function withServer() {
  const unlimited = { ROTORDREAM_LIMITS_API_PER_MINUTE: "0", ROTORDREAM_LIMITS_WEBRTC_VIEWERS: "0" };
  await using server = await startServer([], unlimited);
  const idle = await idleShare(server.pid);
  const costOf = (viewers: number) => cost(server.pid, server.http, viewers, idle);
  return { one: await costOf(1), forty: await costOf(VIEWERS), hundred: await costOf(MANY_VIEWERS) };
}

async function withWerift() {
  await using child = startAsked(WERIFT_SERVER);
  const url = `http://127.0.0.1:${await child.next()}`;
  const idle = await idleShare(child.pid);
  const costOf = (viewers: number) => cost(child.pid, url, viewers, idle);
  return { one: await costOf(1), forty: await costOf(VIEWERS) };
}

function furtherUs(few: Cost, many: Cost): number {
  return ((many.cpuPercent - few.cpuPercent) * 10_000) / (many.packetsPerSecond - few.packetsPerSecond);
}

/** CPU milliseconds a millisecond. */
async function idleShare(pid: number): Promise<number> {
  await Bun.sleep(WARM_UP_MS);
  const before = cpuMsBesidesEncoding(pid);
  const start = performance.now();
  await Bun.sleep(MEASURED_MS);
  return (cpuMsBesidesEncoding(pid) - before) / (performance.now() - start);
}

async function cost(pid: number, url: string, viewers: number, idle: number): Promise<Cost> {
  await using load = await startWebRtcLoad(url, viewers);
  await Bun.sleep(WARM_UP_MS);
  const [start, cpu, before] = [performance.now(), cpuMsBesidesEncoding(pid), await load.read()];
  await Bun.sleep(MEASURED_MS);
  const [end, used, after] = [performance.now(), cpuMsBesidesEncoding(pid), await load.read()];
  const elapsedMs = end - start;
  const cpuMs = used - cpu - idle * elapsedMs;
  const packets = after.packets - before.packets;
  return {
    cpuPercent: (cpuMs * 100) / elapsedMs,
    usPerPacket: (cpuMs * 1000) / packets,
    packetsPerSecond: (packets * 1000) / elapsedMs,
    kbpsPerViewer: ((after.bytes - before.bytes) * 8) / elapsedMs / viewers,
    lost: after.lost - before.lost,
    loadCpuPercent: ((after.ownCpuMs - before.ownCpuMs) * 100) / elapsedMs,
  };
}

function prefixed(prefix: string, values: Cost): Record<string, number> {
  const named = ([key, value]: [string, number]) => [`${prefix}${key.charAt(0).toUpperCase()}${key.slice(1)}`, value];
  return Object.fromEntries(Object.entries(values).map(named));
}

if (import.meta.main) console.table(await run());
