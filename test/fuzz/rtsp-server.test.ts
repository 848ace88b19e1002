import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { openDescriptors } from "../bench/process-reading.ts";
import { Viewer } from "../support/load/viewer.ts";
import { SeededRandom } from "../support/seeded-random.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { warmUp } from "../support/warm-up.ts";
import { type Manner, RtspDialogue } from "./rtsp-dialogue.ts";
import { mutated, recordedMessages } from "./rtsp-mutations.ts";

const IS_LONG = process.env.RD_LONG === "1";
const INPUTS = IS_LONG ? 1_000_000 : 20_000;
const SEED = 20_260_102;
const AT_ONCE = 8;
/** Of the inputs, those that go through a tunnel over HTTP; of these, those with base64 that nobody meant. */
const TUNNEL_SHARE = 0.15;
const GARBLED_SHARE = 0.3;
const REOPENING_SHARE = 0.05;
/** POSTs of one tunnel: the server takes 64 at once. */
const MOST_REOPENINGS = 60;
/** Of the inputs, those that begin in a session: a PLAY waits for its keyframe. */
const SESSION_SHARE = 0.05;
const PLAY = Buffer.from(
  "PLAY rtsp://h/stream2/ RTSP/1.0\r\nCSeq: 2\r\nSession: 0123456789abcdef0123456789abcdef\r\n\r\n",
);
/** Nobody listens there: what is sent comes back as ICMP errors. */
const TRANSPORTS = ["RTP/AVP/TCP;unicast;interleaved=0-1", "RTP/AVP;unicast;client_port=65000-65001"];
/** In every recording, as long as our own ids. */
const RECORDED_SESSION = Buffer.from("0123456789abcdef0123456789abcdef");
const CHECK_EVERY = 500;
/** An OPTIONS amid the load, on a shared machine. */
const OPTIONS_LIMIT_MS = 3000;
/** A UDP session without reports ends 10 s after its connection. */
const QUIET_LIMIT_MS = 30_000;
/** What garbage may pile up before it is collected; a leak of one request an input would be more. */
const MOST_GROWTH_BYTES = 64 * 1024 * 1024;
/** The flood takes both cores of a small machine, so pictures come later; a viewer that froze would be affected. */
const WORST_GAP_MS = 5000;
const TEST_LIMIT_MS = IS_LONG ? 7_200_000 : 300_000;

let server: TestServer;
let port: number;
beforeAll(async () => {
  // Each input may fail a login and open a session; the limits are tested elsewhere.
  server = await startServer([], { ROTORDREAM_LIMITS_LOGIN_FAILURES: "0", ROTORDREAM_LIMITS_RTSP_SESSIONS: "64" });
  port = Number(new URL(server.rtsp).port);
});
afterAll(() => server.stop());

function residentBytes(): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, "latin1"))?.[1]) * 1024;
}

/** One input on one connection; the statuses of its answers. */
async function run(random: SeededRandom, messages: readonly Uint8Array[]): Promise<readonly number[]> {
  const bytes = Buffer.concat([random.next() < 0.5 ? PLAY : Buffer.alloc(0), mutated(random, messages)]);
  const largest = random.pick([1 << 20, 1 << 20, 500, 60]);
  const inSession = random.next() < SESSION_SHARE;
  const isTunnelled = random.next() < TUNNEL_SHARE;
  const dialogue = await RtspDialogue.connect(port, isTunnelled ? `fuzz-${random.below(2 ** 32)}` : undefined);
  try {
    if (inSession) {
      const session = Buffer.from(await dialogue.openSession(random.pick(TRANSPORTS)));
      for (let at = bytes.indexOf(RECORDED_SESSION); at !== -1; at = bytes.indexOf(RECORDED_SESSION, at + 1)) {
        session.copy(bytes, at);
      }
    }
    await dialogue.send(bytes, mannerOf(random, largest));
    return dialogue.statuses;
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    const manner = [isTunnelled ? "tunnelled" : "", inSession ? "in a session" : "", `pieces up to ${largest}`];
    const said = JSON.stringify(server.log.slice(-3));
    throw new Error(`${reason}; ${manner.join(" ")}; log ${said}: ${JSON.stringify(bytes.toString("latin1"))}`);
  } finally {
    dialogue.leave();
  }
}

/** A POST that is garbled is not opened again: what stands in it would end in the middle of a quantum. */
function mannerOf(random: SeededRandom, largest: number): Manner {
  const isGarbled = random.next() < GARBLED_SHARE;
  let reopenings = 0;
  return {
    nextSize: () => 1 + random.below(largest),
    garble: (base64) => {
      if (isGarbled && random.next() < GARBLED_SHARE) base64[random.below(base64.length)] = random.below(128);
      return base64;
    },
    reopens: () => {
      const reopens = !isGarbled && random.next() < REOPENING_SHARE && reopenings < MOST_REOPENINGS;
      if (reopens) reopenings += 1;
      return reopens;
    },
  };
}

const WHOLE: Manner = { nextSize: () => 1000, garble: (base64) => base64, reopens: () => false };

/** Throws unless a clean OPTIONS on a new connection is answered soon. */
async function checkAlive(): Promise<void> {
  const begin = performance.now();
  const dialogue = await RtspDialogue.connect(port);
  await dialogue.send(new Uint8Array(0), WHOLE);
  dialogue.leave();
  const tookMs = performance.now() - begin;
  if (tookMs > OPTIONS_LIMIT_MS) throw new Error(`OPTIONS took ${Math.round(tookMs)} ms`);
}

test(
  `${INPUTS} mutated inputs: every request answered, another viewer unaffected, nothing left behind`,
  async () => {
    const messages = recordedMessages();
    const random = new SeededRandom(SEED);
    const viewer = new Viewer({ url: `${server.rtsp}/stream1`, transport: "tcp" });
    await viewer.play();
    await viewer.started;
    await warmUp(server);
    const descriptors = openDescriptors(server.pid);
    const seen = new Map<number, number>();
    let next = 0;
    let warmBytes = 0;
    const work = async () => {
      // Each worker draws from its own sequence: how they interleave must not change the inputs.
      const own = new SeededRandom(random.below(2 ** 32));
      while (next < INPUTS) {
        const input = next++;
        for (const status of await run(own, messages)) seen.set(status, (seen.get(status) ?? 0) + 1);
        if (input % CHECK_EVERY === 0) await checkAlive();
        if (input === Math.floor(INPUTS / 4)) warmBytes = residentBytes();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const grownBytes = residentBytes() - warmBytes;
    await viewer.leave();
    console.log(
      `statuses ${JSON.stringify(Object.fromEntries(seen))}, ${viewer.check.framesPerSecond.toFixed(1)} fps, grown ${Math.round(grownBytes / 2 ** 20)} MiB of ${Math.round(residentBytes() / 2 ** 20)}`,
    );
    expect([...viewer.problems]).toEqual([]);
    expect(viewer.check.counts.lost).toBe(0);
    expect(viewer.check.worstGapMs).toBeLessThan(WORST_GAP_MS);
    expect(seen.get(500)).toBeUndefined();
    expect(server.log.filter(({ level }) => level === "error")).toEqual([]);
    // Inputs that reach only the parser would prove little.
    for (const status of [200, 400, 401, 405, 414, 451, 454, 455, 461, 501, 505, 551])
      expect(seen.get(status) ?? 0, `${status}`).toBeGreaterThan(0);
    expect(grownBytes).toBeLessThan(MOST_GROWTH_BYTES);
    await untilDescriptors(descriptors - 1);
  },
  TEST_LIMIT_MS,
);

/** Resolves when no more than `count` are open. */
async function untilDescriptors(count: number): Promise<void> {
  const deadline = performance.now() + QUIET_LIMIT_MS;
  while (openDescriptors(server.pid) > count) {
    if (performance.now() > deadline)
      throw new Error(`${openDescriptors(server.pid)} descriptors are open, ${count} were`);
    await Bun.sleep(50);
  }
}
