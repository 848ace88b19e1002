import { readdirSync, readFileSync } from "node:fs";

/** USER_HZ, which is 100 on every Linux that we run on. */
const TICKS_PER_SECOND = 100;

/** CPU time that a process has used, user and system, milliseconds. Resolution 10 ms. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name in parentheses may hold spaces; utime and stime are the 14th and 15th field (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

/**
 * CPU time of a process without the thread that encodes, milliseconds; what threads used that have ended is left out. The encoding thread
 * is told by its name, the program's, as it inherits it; the runtime gives its own threads names.
 */
export function cpuMsBesidesEncoding(pid: number): number {
  const read = (task: string, file: string) => readFileSync(`/proc/${pid}/task/${task}/${file}`, "utf8");
  const name = read(String(pid), "comm");
  return readdirSync(`/proc/${pid}/task`)
    .filter((task) => task === String(pid) || read(task, "comm") !== name)
    .reduce((sum, task) => sum + Number(read(task, "schedstat").split(" ")[0]) / 1e6, 0);
}

/** Resident memory, megabytes. */
export function rssMb(pid: number): number {
  const pages = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(pages) / 1024;
}

/** How many descriptors a process has open. */
export function openDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Tells, when it is called, which share of the machine was busy since: 0–100. */
export function watchMachine(): () => number {
  // user, nice, system, idle, iowait, irq, softirq, steal; what follows is in the first two already (proc(5))
  const read = () => (readFileSync("/proc/stat", "utf8").split("\n")[0] ?? "").split(/ +/).slice(1, 9).map(Number);
  const before = read();
  return () => {
    const spent = read().map((value, index) => value - (before[index] ?? 0));
    const [, , , idle = 0, waiting = 0] = spent;
    const total = spent.reduce((sum, value) => sum + value, 0);
    return ((total - idle - waiting) * 100) / total;
  };
}
