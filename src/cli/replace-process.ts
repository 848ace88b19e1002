import { dlopen, ptr } from "bun:ffi";
import { readdirSync } from "node:fs";
import { constants } from "node:os";

const LIBC = "libc.so.6";
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const SIG_DFL = null;
const FIRST_BEYOND_STDIO = 3;
/** What the kernel adds to the name of a file that is gone; after an update the new one has its place. */
const GONE = / \(deleted\)$/;

/** Signals that end the server in order. */
export const STOP_SIGNALS = ["SIGTERM", "SIGINT"] as const;

/**
 * Starts the executable anew in this very process (execve): same process id, terminal, arguments and environment, so that a supervisor and
 * a shell see a program that goes on. Returns "stop" when a signal came meanwhile, as `stopRequested` tells, and "failed" when the
 * executable is gone or may not be run.
 */
export async function replaceProcess(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  stopRequested: Promise<unknown>,
): Promise<"stop" | "failed"> {
  const { symbols } = dlopen(LIBC, {
    execve: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
    fcntl: { args: ["i32", "i32", "i32"], returns: "i32" },
    signal: { args: ["i32", "ptr"], returns: "ptr" },
  });
  let stopping = false;
  void stopRequested.then(() => {
    stopping = true;
  });
  // From here on a signal ends the process at once; one that came before waits for the event loop. None is lost.
  for (const name of STOP_SIGNALS) symbols.signal(constants.signals[name], SIG_DFL);
  await Bun.sleep(0);
  if (stopping) return "stop";
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
  return "failed";
}

/** Where each text of a buffer begins. */
function pointersInto(texts: Buffer): readonly bigint[] {
  const base = BigInt(ptr(texts));
  const starts: bigint[] = [];
  for (let start = 0; start < texts.length; start = texts.indexOf(0, start) + 1) starts.push(base + BigInt(start));
  return starts;
}
