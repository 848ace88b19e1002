import { join } from "node:path";
import { Egress, Library } from "bun-ffi-v4l2";
import { Camera, type StreamSink } from "../../src/camera/camera.ts";
import { createTestSource } from "../../src/camera/test-source.ts";
import type { Clock } from "../../src/core/clock.ts";
import { createLog, lineSink } from "../../src/core/log.ts";
import { systemScheduler } from "../../src/core/scheduler.ts";
import { createConnectionNonces } from "../../src/identity/nonce-store.ts";
import { createAdministratorAuthenticator } from "../../src/modules/session/service.ts";
import { RtpTransport } from "../../src/rtsp/rtp-transport.ts";
import { RtspServer } from "../../src/rtsp/server.ts";
import { SessionTable } from "../../src/rtsp/session-table.ts";
import { createCrypto } from "../../src/storage/crypto.ts";
import { VideoStream } from "../../src/stream/video-stream.ts";
import { median } from "./process-reading.ts";

const VIEWERS = [1, 10, 100] as const;
const LOOPBACK = "127.0.0.1";
/** Joining is over by then; what burdens a stream later shows in the second window. */
const WINDOWS = { early: { fromMs: 2000, toMs: 5000 }, late: { fromMs: 10_000, toMs: 13_000 } } as const;
const LOAD_SECONDS = 13;

/** Latencies of one picture, milliseconds. */
interface Latency {
  /** From the driver's "done" to the last packet handed to the kernel, without the encoder's own time. */
  readonly beyondEncoderMs: number;
  /** From the encoder's end to the last packet handed to the kernel. */
  readonly afterEncoderMs: number;
}

export const name = "rtsp-latency";

/** The server's own parts in this process, so that the time of every picture can be read; the viewers in another. */
export async function run(): Promise<Record<string, number>> {
  const pictures: Latency[] = [];
  const server = await startParts((latency) => pictures.push(latency));
  const result: Record<string, number> = {};
  for (const transport of ["tcp", "udp"] as const) {
    for (const viewers of VIEWERS) {
      const load = runLoadProcess(`rtsp://${LOOPBACK}:${server.port}/stream1`, transport, viewers);
      const start = performance.now();
      for (const [window, { fromMs, toMs }] of Object.entries(WINDOWS)) {
        await Bun.sleep(fromMs - (performance.now() - start));
        pictures.length = 0;
        await Bun.sleep(toMs - (performance.now() - start));
        const key = `${transport}${viewers}${window}`;
        const beyond = pictures.map(({ beyondEncoderMs }) => beyondEncoderMs);
        result[`${key}BeyondEncoderMedianMs`] = median(beyond);
        result[`${key}BeyondEncoderP99Ms`] = percentile(beyond, 0.99);
        result[`${key}AfterEncoderMedianMs`] = median(pictures.map(({ afterEncoderMs }) => afterEncoderMs));
      }
      await load;
    }
  }
  server.stop();
  return result;
}

async function startParts(onPicture: (latency: Latency) => void) {
  const library = Library.open();
  const crypto = createCrypto();
  const clock: Clock = { wallMs: () => Date.now(), monotonicUs: () => library.monotonicUs() };
  const scheduler = systemScheduler;
  const log = createLog(
    lineSink("warn", true, Date.now, (line) => process.stdout.write(line)),
    "bench",
  );
  const createStream = (streamName: string, forceKeyframe: () => void) =>
    new VideoStream({
      name: streamName,
      ssrc: 1,
      firstSequence: 1,
      timestampOrigin: 1,
      payloadBytes: 1400,
      fastStart: true,
      forceKeyframe,
      egress: Egress.create(library),
      clock,
      scheduler,
      log,
    });
  const main = createStream("stream1", () => camera.forceKeyframe("main"));
  const sub = createStream("stream2", () => camera.forceKeyframe("sub"));
  const measured: StreamSink = {
    publish(unit) {
      main.publish(unit);
      const { captureTimeUs, encodeBeginUs, readyTimeUs } = unit;
      const afterEncoderMs = (clock.monotonicUs() - readyTimeUs) / 1000;
      onPicture({ afterEncoderMs, beyondEncoderMs: afterEncoderMs + (encodeBeginUs - captureTimeUs) / 1000 });
    },
    set canForceKeyframe(value: boolean) {
      main.canForceKeyframe = value;
    },
  };
  const source = createTestSource(false);
  const camera: Camera = new Camera({
    id: "cam1",
    library,
    source,
    clock,
    scheduler,
    log,
    onMain: measured,
    onSub: sub,
  });
  const sessions = new SessionTable(clock, 0);
  const transport = await RtpTransport.open({
    library,
    addresses: [LOOPBACK],
    multicast: undefined,
    onRtcp: (bytes, endpoint) => sessions.onRtcp(bytes, endpoint),
  });
  const authenticator = createAdministratorAuthenticator({
    crypto,
    clock,
    log,
    adminPassword: "bench",
    anonymous: "viewer",
    loginFailures: 0,
  });
  const published = { stream: main, frameRate: 30, bitrateKbps: 4000 };
  const server = new RtspServer(
    {
      clock,
      crypto,
      authenticator,
      transport,
      scheduler,
      log,
      createNonceStore: () => createConnectionNonces(crypto),
      digestAlgorithms: ["MD5"],
      findStream: () => published,
      closeOnResolutionChange: false,
      cname: "bench",
    },
    sessions,
  );
  const { port } = server.listen(LOOPBACK, 0);
  const stop = () => {
    server.stop();
    transport.close();
    camera.close();
    for (const { egress } of [main, sub]) egress.destroy();
  };
  return { port, stop };
}

async function runLoadProcess(url: string, transport: "tcp" | "udp", viewers: number): Promise<void> {
  const program = join(import.meta.dir, "../support/load/rtsp-load.ts");
  const args = [
    "--url",
    url,
    "--transport",
    transport,
    "--viewers",
    String(viewers),
    "--seconds",
    String(LOAD_SECONDS),
  ];
  const child = Bun.spawn([process.execPath, program, ...args], { stdout: "pipe" });
  const report = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) console.log(`${viewers} viewers over ${transport}: ${report}`);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

if (import.meta.main) {
  console.table(await run());
  process.exit(0); // the library's doorbell may keep the loop alive
}
