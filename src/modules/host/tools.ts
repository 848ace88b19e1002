import { AppError } from "../../core/errors.ts";

/** Answers what a program printed; undefined where it is missing, fails or hangs. */
export type RunTool = (command: readonly string[]) => Promise<string | undefined>;

/** NetworkManager may take seconds to check a connection. */
const LIMIT_MS = 10_000;
/** Of output that is read: lists of addresses. */
const MAX_OUTPUT = 256 * 1024;

/** Runs a program of the distribution without a shell and with nothing of our environment but the path. */
export const runTool: RunTool = async (command) => {
  try {
    const run = Bun.spawn([...command], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "ignore",
      timeout: LIMIT_MS,
      killSignal: "SIGKILL",
      maxBuffer: MAX_OUTPUT,
      env: { PATH: process.env.PATH ?? "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
    });
    const output = await new Response(run.stdout).text();
    return (await run.exited) === 0 ? output : undefined;
  } catch {
    return undefined; // no such program
  }
};

/** The same for what has to succeed. Throws AppError `unavailable`. */
export async function mustRun(run: RunTool, command: readonly string[]): Promise<string> {
  const output = await run(command);
  if (output === undefined)
    throw new AppError("unavailable", `${command[0]} refused the change; the server's user needs the right to`);
  return output;
}
