import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Pinned: a new version may look for more, and a test should change only when somebody changes it. */
const REQUIREMENT = "schemathesis==4.32.5";
const FOLDER = join(import.meta.dirname, "../../node_modules/.cache/schemathesis");

/** The program, in a Python environment of its own. */
export const SCHEMATHESIS: string = join(FOLDER, "bin/schemathesis");

/** One line that installs it. */
export const SCHEMATHESIS_REMEDY: string = `python3 -m venv node_modules/.cache/schemathesis && node_modules/.cache/schemathesis/bin/pip install ${REQUIREMENT}`;

/** Installs it from PyPI where it is missing; needs python3-venv. Returns whether it is there afterwards. */
export function installSchemathesis(say: (line: string) => void): boolean {
  if (existsSync(SCHEMATHESIS)) return true;
  say(`Installing ${REQUIREMENT} into ${FOLDER} …`);
  const run = (command: string, ...args: readonly string[]) =>
    spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"] }).status === 0;
  return (
    run("/usr/bin/python3", "-m", "venv", FOLDER) &&
    run(join(FOLDER, "bin/pip"), "install", "-q", "--disable-pip-version-check", REQUIREMENT) &&
    existsSync(SCHEMATHESIS)
  );
}
