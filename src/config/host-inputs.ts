import { accessSync, constants, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { ConfigInputs } from "./config-inputs.ts";
import type { StartFlags } from "./flags.ts";

/** Ports tried to learn whether low ones may be bound; one in use says nothing, so there are a few. */
const PROBED_PORTS = [80, 443, 554, 322, 1023, 1021, 1019];

/** The inputs of `loadConfig` on this host. */
export function hostInputs(flags: StartFlags, environment: ConfigInputs["environment"]): ConfigInputs {
  return {
    flags,
    environment,
    readFile,
    isWritableFolder,
    makeTemporaryFolder: () => mkdtempSync(join(tmpdir(), "rotordream-demo-")),
    absolutePath: (path) => resolve(path),
    executable: process.execPath,
    isRoot: process.getuid?.() === 0,
    mayBindLowPorts,
  };
}

/** Whether a system error carries this code, such as `ENOENT`. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

function readFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "EISDIR")) return undefined;
    throw error;
  }
}

function isWritableFolder(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Asks the kernel by binding on loopback for a moment: capabilities, sysctl and containers all count that way. */
function mayBindLowPorts(): boolean {
  for (const port of PROBED_PORTS) {
    try {
      Bun.listen({ hostname: "127.0.0.1", port, socket: { data() {} } }).stop(true);
      return true;
    } catch (error) {
      if (hasCode(error, "EACCES", "EPERM")) return false;
    }
  }
  return true;
}
