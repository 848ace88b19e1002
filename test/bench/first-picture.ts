import { startServer } from "../support/server.ts";
import { median } from "./median.ts";

const RUNS = 15;
const PICTURE_BYTES = (640 * 360 * 3) / 2;
const RUN_LIMIT_MS = 10_000;
/** Longer than the server's pause between forced keyframes (500 ms): each viewer comes alone. The step meets the GOP at all its places. */
const PAUSE_MS = 700;
const PAUSE_STEP_MS = 70;
/** FFmpeg shows the first picture instead of studying the stream. Not `-fflags nobuffer`: it throws away the packets that were looked at, the keyframe. */
const LOW_DELAY = ["-flags", "low_delay", "-analyzeduration", "0", "-probesize", "32"];

export const name = "first-picture";

/** Time from FFmpeg's PLAY, seen by a relay on its connection, to the first decoded picture of stream2 at its output. */
export async function run(): Promise<Record<string, number>> {
  await using server = await startServer();
  const result: Record<string, number> = {};
  for (const transport of ["tcp", "udp"] as const) {
    const times: number[] = [];
    for (let index = 0; index < RUNS; index++) {
      await Bun.sleep(PAUSE_MS + index * PAUSE_STEP_MS);
      times.push(await firstPictureMs(server.rtsp, transport));
    }
    result[`${transport}MedianMs`] = median(times);
    result[`${transport}WorstMs`] = Math.max(...times);
  }
  return result;
}

async function firstPictureMs(rtsp: string, transport: "tcp" | "udp"): Promise<number> {
  const relay = await relayTo(Number(new URL(rtsp).port));
  const input = ["-rtsp_transport", transport, "-i", `rtsp://127.0.0.1:${relay.port}/stream2`];
  const output = ["-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"];
  const child = Bun.spawn(["ffmpeg", "-loglevel", "error", "-nostdin", ...LOW_DELAY, ...input, ...output], {
    stdout: "pipe",
    stderr: "inherit",
    timeout: RUN_LIMIT_MS,
  });
  try {
    let bytes = 0;
    for await (const chunk of child.stdout) {
      bytes += chunk.length;
      if (bytes >= PICTURE_BYTES) return performance.now() - relay.playMs();
    }
    throw new Error(`ffmpeg gave ${bytes} bytes over ${transport}`);
  } finally {
    child.kill();
    await child.exited;
    relay.close();
  }
}

interface Link {
  other: Bun.Socket<Link> | undefined;
  /** Bytes that the other side did not take yet. */
  waiting: Buffer[];
}

/** Passes one connection through and notes when PLAY goes by. */
async function relayTo(port: number) {
  let playMs = Number.NaN;
  const flush = (socket: Bun.Socket<Link>) => {
    for (let next = socket.data.waiting.shift(); next !== undefined; next = socket.data.waiting.shift()) {
      const taken = socket.write(next);
      if (taken === next.length) continue;
      socket.data.waiting.unshift(next.subarray(Math.max(taken, 0)));
      return;
    }
  };
  const pass = (socket: Bun.Socket<Link>, bytes: Buffer) => {
    const { other } = socket.data;
    if (other === undefined) return;
    other.data.waiting.push(Buffer.from(bytes));
    flush(other);
  };
  const close = (socket: Bun.Socket<Link>) => void socket.data.other?.end();
  const listener = Bun.listen<Link>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        socket.data = { other: undefined, waiting: [] };
        socket.pause();
        void Bun.connect<Link>({
          hostname: "127.0.0.1",
          port,
          data: { other: socket, waiting: [] },
          socket: { data: pass, drain: flush, close },
        }).then((upstream) => {
          socket.data.other = upstream;
          socket.resume();
        });
      },
      data(socket, bytes) {
        if (Number.isNaN(playMs) && bytes.includes("PLAY rtsp://")) playMs = performance.now();
        pass(socket, bytes);
      },
      drain: flush,
      close,
    },
    data: { other: undefined, waiting: [] },
  });
  return { port: listener.port, playMs: () => playMs, close: () => listener.stop(true) };
}

if (import.meta.main) console.table(await run());
