import { dlopen, FFIType } from "bun:ffi";
import { readFileSync, readlinkSync } from "node:fs";
import { attempt } from "../config/proc.ts";
import { systemScheduler } from "../core/scheduler.ts";

/** Late enough for the libraries that load after the first answer. */
const AFTER_MS = 3000;
const MADV_DONTNEED = 4;
/** Of one line of /proc/self/maps whose pages are only read and run: first address, end, file. */
const CODE_MAPPING = /^([0-9a-f]+)-([0-9a-f]+) r-xp .{8} \S+ \d+ +(\/.*)$/gm;

/**
 * Gives back once, soon after the start, what only the start needed: functions that ran once, garbage, and the program's own
 * code pages, of which the kernel maps those in use again as they are touched. Returns how to call it off.
 */
export function giveBackStartMemory(): () => void {
  return systemScheduler.after(AFTER_MS, () => {
    Bun.shrink();
    attempt(giveBackCode, undefined); // or they stay
  });
}

function giveBackCode(): void {
  const { symbols, close } = dlopen("libc.so.6", {
    madvise: { args: [FFIType.u64, FFIType.u64, FFIType.i32], returns: FFIType.i32 },
  });
  const executable = readlinkSync("/proc/self/exe");
  for (const { start, length } of codeMappings(readFileSync("/proc/self/maps", "utf8"), executable))
    symbols.madvise(start, length, MADV_DONTNEED);
  close();
}

/** Where the code of `executable` lies, by the text of /proc/self/maps. */
export function codeMappings(maps: string, executable: string): { readonly start: number; readonly length: number }[] {
  return [...maps.matchAll(CODE_MAPPING)]
    .filter(([, , , file]) => file === executable)
    .map(([, from = "", to = ""]) => {
      const start = Number.parseInt(from, 16);
      return { start, length: Number.parseInt(to, 16) - start };
    });
}
