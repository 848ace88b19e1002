import { join } from "node:path";

const SOURCES = join(import.meta.dirname, "../../src");

/**
 * Runs a module's function in a process whose files may have `bytes` at most, as on a disk that becomes full in the middle of a write.
 * Resolves with the code of the error that it throws, or "done". `call` sees the module as `it` and the arguments as `args`.
 */
export async function withFileLimit(
  bytes: number,
  module: string,
  call: string,
  ...args: readonly string[]
): Promise<string> {
  const script = `
    import * as it from ${JSON.stringify(join(SOURCES, module))};
    const args = process.argv.slice(1);
    let outcome = "done";
    try { ${call} } catch (error) { outcome = error.code ?? String(error); }
    process.stdout.write(outcome);
  `;
  // ignored, so that the write fails as on a full disk instead of ending the process
  const shell = `trap '' XFSZ; exec prlimit --fsize=${bytes} "$@"`;
  const child = Bun.spawn(["sh", "-c", shell, "sh", process.execPath, "-e", script, ...args], { stdout: "pipe" });
  return new Response(child.stdout).text();
}
