import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import { openDescriptors } from "../bench/process-reading.ts";
import { curl } from "../support/curl.ts";
import { Viewer } from "../support/load/viewer.ts";
import { SeededRandom } from "../support/seeded-random.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { warmUp } from "../support/warm-up.ts";

const IS_LONG = process.env.RD_LONG === "1";
const INPUTS = IS_LONG ? 50_000 : 1500;
const SEED = 20_261_125;
const AT_ONCE = 8;
const MAX_INPUT_BYTES = 4000;
const CHECK_EVERY = 250;
/** Half-open connections are closed by the server's own time-outs; nothing here waits for them. */
const QUIET_LIMIT_MS = 30_000;
const TEST_LIMIT_MS = IS_LONG ? 3_600_000 : 180_000;
/** The beginning of a ClientHello: what follows is judged as one. */
const HELLO = Buffer.from("16030100c8010000c40303", "hex");

let server: TestServer;
beforeAll(async () => {
  server = await startServer([], {
    ROTORDREAM_LIMITS_API_PER_MINUTE: "0",
    ROTORDREAM_LIMITS_LOGIN_FAILURES: "0",
    ROTORDREAM_LIMITS_RTSP_SESSIONS: "64",
  });
});
afterAll(() => server.stop());

const portOf = (url: string) => Number(new URL(url.replace(/^\w+:/, "http:")).port);

function garbage(random: SeededRandom): Buffer {
  const bytes = Buffer.from(Array.from({ length: 1 + random.below(MAX_INPUT_BYTES) }, () => random.below(256)));
  return random.below(3) === 0 ? Buffer.concat([HELLO, bytes]) : bytes;
}

/** Says something to a port, before or inside TLS, and goes, politely or not. */
function visit(port: number, random: SeededRandom): Promise<void> {
  return new Promise((resolve) => {
    const isInside = random.below(2) === 0;
    const leave = random.below(3);
    const bytes = garbage(random);
    const socket = isInside
      ? connectTls({ host: "127.0.0.1", port, rejectUnauthorized: false }, () => socket.write(bytes, say))
      : connectTcp({ host: "127.0.0.1", port }, () => socket.write(bytes, say));
    const say = () => {
      if (leave === 0) socket.destroy();
      else if (leave === 1) socket.end();
      else setImmediate(() => socket.resetAndDestroy());
    };
    socket.on("data", () => {});
    socket.on("error", () => {});
    socket.on("close", () => resolve());
  });
}

test(
  `${INPUTS} visits with garbage at the TLS ports, and replacements meanwhile: others see nothing of it, nothing is left behind`,
  async () => {
    const viewer = new Viewer({ url: `${server.rtsps}/stream2`, transport: "tcp" });
    await viewer.play();
    await viewer.started;
    const ports = [portOf(server.https), portOf(server.rtsps)];
    const seeds = new SeededRandom(SEED);
    // what stays open
    await warmUp(server);
    await visit(ports[0] ?? 0, new SeededRandom(1));
    await curl("-k", `${server.https}/health`);
    const before = openDescriptors(server.pid);
    let next = 0;
    const work = async () => {
      const random = new SeededRandom(seeds.below(2 ** 32));
      while (next < INPUTS) {
        const input = next++;
        await visit(random.pick(ports), random);
        if (input % CHECK_EVERY !== 0) continue;
        expect((await curl("-k", `${server.https}/health`)).last.status).toBe(200);
        if (input / CHECK_EVERY < 4) {
          const url = `${server.https}/api/certificate/self-signed`;
          expect((await curl("-k", "-u", "admin:password", "-d", "{}", url)).last.status).toBe(200);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    await viewer.leave();
    expect([...viewer.problems], `seed ${SEED}`).toEqual([]);
    expect(viewer.check.counts.lost).toBe(0);
    expect(server.log.filter(({ level }) => level === "error")).toEqual([]);
    // each replaced server keeps a descriptor for each address of both ports until many others have followed
    await until(() => openDescriptors(server.pid) <= before - 1 + 4 * 4, QUIET_LIMIT_MS);
  },
  TEST_LIMIT_MS,
);
