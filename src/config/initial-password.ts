import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hasCode } from "./host-inputs.ts";

const FILE_NAME = "initial-password";
const UNFINISHED = ".new";
/** No letters that look like others. 32 of them, so that 5 bits of a random byte choose one without bias. */
const ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";
const GROUPS = 4;
const GROUP_LENGTH = 5;

/** The administrator's password and how its owner gets to know it. */
export type AdminPassword =
  | { readonly origin: "configured"; readonly password: string }
  /** New; to be shown on the terminal now, for it is kept nowhere else. */
  | { readonly origin: "terminal"; readonly password: string }
  /** In the file `path`, readable by the server's user only. */
  | { readonly origin: "file"; readonly password: string; readonly path: string };

/** What decides about the first password. */
export interface FirstRun {
  /** From flag, environment or file. */
  readonly configured: string | undefined;
  /** Exists and is writable. */
  readonly dataFolder: string;
  readonly isTerminal: boolean;
  readonly randomBytes: (length: number) => Uint8Array;
}

/** The password of `admin`: the configured one, else the one waiting in `initial-password`, else a new one (auth.md, "First run"). Throws system errors of that file. */
export function firstPassword(run: FirstRun): AdminPassword {
  if (run.configured !== undefined) return { origin: "configured", password: run.configured };
  const path = `${run.dataFolder}/${FILE_NAME}`;
  const waiting = readPassword(path);
  if (waiting !== undefined) return { origin: "file", password: waiting, path };
  const password = randomPassword(run.randomBytes);
  if (run.isTerminal) return { origin: "terminal", password };
  writePassword(path, password);
  return { origin: "file", password, path };
}

/** The generated password was changed, or the device is to get another owner: what the file says is true no longer. On disk when it returns. */
export function removeInitialPassword(dataFolder: string): void {
  const path = `${dataFolder}/${FILE_NAME}`;
  for (const each of [path, `${path}${UNFINISHED}`]) rmSync(each, { force: true });
  const folder = openSync(dataFolder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function randomPassword(randomBytes: FirstRun["randomBytes"]): string {
  const letters = Array.from(randomBytes(GROUPS * GROUP_LENGTH), (byte) => ALPHABET.charAt(byte % ALPHABET.length));
  return Array.from({ length: GROUPS }, (_, group) =>
    letters.slice(group * GROUP_LENGTH, (group + 1) * GROUP_LENGTH).join(""),
  ).join("-");
}

/** Undefined when there is none, or only an empty one left by a power cut. */
function readPassword(path: string): string | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
  try {
    return readFileSync(fd, "utf8").trim() || undefined;
  } finally {
    closeSync(fd);
  }
}

/** Written beside and renamed, so that the file is never half there. */
function writePassword(path: string, password: string): void {
  const fresh = `${path}${UNFINISHED}`;
  const fd = openSync(fresh, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW, 0o600);
  try {
    fchmodSync(fd, 0o600); // a leftover may be wider
    writeFileSync(fd, `${password}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(fresh, path);
}
