import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A program for a device's command: it writes its arguments down and then does as it is told. */
export interface CommandFile {
  readonly path: string;
  /** Arguments of each run so far that has written them down. */
  runs(): readonly string[];
}

/** `script`: further lines of shell. */
export function createCommandFile(folder: string, script = ""): CommandFile {
  const path = join(folder, "command");
  const record = join(folder, "runs");
  writeFileSync(path, `#!/bin/sh\necho "$*" >> ${record}\n${script}\n`);
  chmodSync(path, 0o755);
  return {
    path,
    runs: () => (existsSync(record) ? readFileSync(record, "utf8").split("\n").slice(0, -1) : []),
  };
}
