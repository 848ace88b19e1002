import { dlopen } from "bun:ffi";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What the benches of the egresses share: receivers on loopback, pictures, the thread's CPU clock. */

/** One IDR and the pictures after it: 4 Mbit/s at 30 fps. */
const IDR_BYTES = 120_000;
const GOP_FRAMES = 60;
/** What one round leaves in a receiver, with the kernel's own overhead. */
const RECEIVE_BUFFER_BYTES = 4 << 20;

const RAW = {
  raw_thread_cpu_ns: { args: [], returns: "u64" },
  raw_receiver: { args: ["i32", "ptr"], returns: "i32" },
  raw_drain: { args: ["i32"], returns: "u32" },
  raw_prepare: { args: ["ptr", "u32", "u32", "ptr", "u32"], returns: "ptr" },
  raw_send: { args: ["i32", "ptr", "u32"], returns: "u32" },
} as const;

/** The functions of raw-egress.c. */
export type Raw = ReturnType<typeof openRaw>;

/** What a piece of work took. */
export interface Cost {
  wallNs: number;
  cpuNs: number;
}

/** Compiles and loads raw-egress.c. */
export function openRaw() {
  return dlopen(compileRaw(), RAW).symbols;
}

function compileRaw(): string {
  const folder = mkdtempSync(join(tmpdir(), "raw-egress-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const output = join(folder, "raw-egress.so");
  const source = join(import.meta.dir, "raw-egress.c");
  const { exitCode, stderr } = Bun.spawnSync([
    "gcc",
    "-std=c17",
    "-O2",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-fPIC",
    "-shared",
    "-o",
    output,
    source,
  ]);
  if (exitCode !== 0) throw new Error(`gcc: ${stderr.toString()}`);
  return output;
}

/** UDP sockets on loopback that hold what one round leaves in them; throws where there are none. */
export function openReceivers(raw: Raw, count: number) {
  const ports = new Uint32Array(count);
  const fds: number[] = [];
  for (let index = 0; index < count; index++) {
    const fd = raw.raw_receiver(RECEIVE_BUFFER_BYTES, ports.subarray(index));
    if (fd < 0) throw new Error(`no receiver: errno ${-fd}`);
    fds.push(fd);
  }
  return { ports, fds };
}

/** Sizes of the pictures of one GOP, the small ones scattered as those of a real encoder. */
export function gopSizes(): number[] {
  return Array.from({ length: GOP_FRAMES }, (_, index) =>
    index === 0 ? IDR_BYTES : 12_000 + ((index * 2_654_435_761) % 6_000),
  );
}

/** Runs `work` and tells the time it took and the CPU of this thread. */
export function measure(cpuNs: () => bigint, work: () => void): Cost {
  const cpu = cpuNs();
  const wall = Bun.nanoseconds();
  work();
  return { wallNs: Bun.nanoseconds() - wall, cpuNs: Number(cpuNs() - cpu) };
}
