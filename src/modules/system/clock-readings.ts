import { dlopen } from "bun:ffi";
import { existsSync } from "node:fs";

/** Who sets the machine's clock and whether it agrees with the world. */
export interface ClockReadings {
  readonly source: "systemd-timesyncd" | "chrony" | "ntpd" | "unknown";
  readonly synchronized: "yes" | "no" | "unknown";
}

const LIBC = "libc.so.6";
/** Room for the kernel's struct timex, 208 bytes on 64-bit machines. */
const TIMEX_BYTES = 256;
/** Of `status` in struct timex: modes u32, then offset, freq, maxerror, esterror. */
const STATUS_OFFSET = 40;
const STA_UNSYNC = 0x40;

const DAEMONS = [
  ["systemd-timesyncd", "/run/systemd/timesync"],
  ["chrony", "/run/chrony"],
  ["chrony", "/run/chronyd.pid"],
  ["ntpd", "/run/ntpd.pid"],
  ["ntpd", "/run/openntpd.sock"],
] as const;
/** Written by systemd-timesyncd once it has set the clock. */
const SYNCHRONIZED = "/run/systemd/timesync/synchronized";

/** Reads it anew on each call; `root` stands before the paths, `kernel` is asked first. */
export function createClockReadings(
  root = "",
  kernel: () => boolean | undefined = kernelSynchronized,
): () => ClockReadings {
  const exists = (path: string) => existsSync(root + path);
  return () => {
    const source = DAEMONS.find(([, path]) => exists(path))?.[0] ?? "unknown";
    const told = kernel();
    if (told !== undefined) return { source, synchronized: told ? "yes" : "no" };
    // Where a sandbox keeps the kernel's answer from us, only one daemon leaves a trace.
    if (source !== "systemd-timesyncd") return { source, synchronized: "unknown" };
    return { source, synchronized: exists(SYNCHRONIZED) ? "yes" : "no" };
  };
}

/** What adjtimex(2) says without changing anything; undefined where it may not be asked. */
function kernelSynchronized(): boolean | undefined {
  const { symbols, close } = dlopen(LIBC, { adjtimex: { args: ["ptr"], returns: "i32" } });
  const timex = new DataView(new ArrayBuffer(TIMEX_BYTES));
  const state = symbols.adjtimex(new Uint8Array(timex.buffer));
  close();
  return state < 0 ? undefined : (timex.getInt32(STATUS_OFFSET, true) & STA_UNSYNC) === 0;
}
