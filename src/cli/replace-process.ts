import { dlopen, ptr } from "bun:ffi";
import { readdirSync } from "node:fs";

const LIBC = "libc.so.6";
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const FIRST_BEYOND_STDIO = 3;
/** What the kernel adds to the name of a file that is gone; after an update the new one has its place. */
const GONE = / \(deleted\)$/;

/**
 * Starts the executable anew in this very process (execve): same process id, terminal, arguments and environment, so that a supervisor and
 * a shell see a program that goes on. Returns only when the executable is gone or may not be run.
 */
export function replaceProcess(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): void {
  const { symbols } = dlopen(LIBC, {
    execve: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
    fcntl: { args: ["i32", "i32", "i32"], returns: "i32" },
  });
  // What stopping left open, such as the library's memory, must not gather from start to start.
  for (const fd of readdirSync("/proc/self/fd").map(Number)) {
    if (fd >= FIRST_BEYOND_STDIO) symbols.fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
  const program = process.execPath.replace(GONE, "");
  const words = [program, ...args];
  const variables = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
  // All texts in one buffer: handed to the call, none of them can be collected before it.
  const texts = Buffer.from([...words, ...variables].map((text) => `${text}\0`).join(""));
  const pointers = pointersInto(texts);
  const argv = BigUint64Array.from([...pointers.slice(0, words.length), 0n]);
  const envp = BigUint64Array.from([...pointers.slice(words.length), 0n]);
  symbols.execve(texts, argv, envp);
}

/** Where each text of a buffer begins. */
function pointersInto(texts: Buffer): readonly bigint[] {
  const base = BigInt(ptr(texts));
  const starts: bigint[] = [];
  for (let start = 0; start < texts.length; start = texts.indexOf(0, start) + 1) starts.push(base + BigInt(start));
  return starts;
}
