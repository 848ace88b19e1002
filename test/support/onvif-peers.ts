import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

/** Pinned: a test should change only when somebody changes it. */
const NPM_PACKAGES = ["onvif@0.8.3", "node-onvif@0.1.7"];
const PYTHON_PACKAGES = ["onvif-zeep==0.2.12", "onvif-zeep-async==4.3.0", "setuptools==80.9.0"];
const CACHE = join(import.meta.dirname, "../../node_modules/.cache");
const NODE_FOLDER = join(CACHE, "onvif-node");

/** ONVIF clients of others: the folder under which Node finds npm's `onvif` and `node-onvif`. */
export const ONVIF_NODE_MODULES: string = join(NODE_FOLDER, "node_modules");

/** The Python in whose environment `onvif` (zeep, synchronous) is; the asynchronous one is in the other, because both are named `onvif`. */
export const ONVIF_PYTHON: Readonly<Record<"zeep" | "zeep-async", string>> = {
  zeep: join(CACHE, "onvif-zeep/bin/python"),
  "zeep-async": join(CACHE, "onvif-zeep-async/bin/python"),
};

/** One line that installs all. */
export const ONVIF_PEERS_REMEDY = "bun test/support/install-peers.ts";

/** Whether all of them are there. */
export function hasOnvifPeers(): boolean {
  return existsSync(join(ONVIF_NODE_MODULES, "node-onvif")) && Object.values(ONVIF_PYTHON).every(existsSync);
}

/** Installs those that are missing from npm and PyPI; needs npm and python3-venv. Returns whether all are there afterwards. */
export function installOnvifPeers(say: (line: string) => void): boolean {
  if (hasOnvifPeers()) return true;
  say(`Installing ${[...NPM_PACKAGES, ...PYTHON_PACKAGES].join(", ")} into ${CACHE} …`);
  const run = (command: string, ...args: readonly string[]) =>
    spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"] }).status === 0;
  const [zeep = "", zeepAsync = "", setuptools = ""] = PYTHON_PACKAGES;
  const python = (name: string, ...packages: readonly string[]) => {
    const folder = join(CACHE, name);
    const pip = ["install", "-q", "--disable-pip-version-check"];
    return run("/usr/bin/python3", "-m", "venv", folder) && run(join(folder, "bin/pip"), ...pip, ...packages);
  };
  mkdirSync(NODE_FOLDER, { recursive: true });
  return (
    run("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", NODE_FOLDER, ...NPM_PACKAGES) &&
    python("onvif-zeep", setuptools, zeep) &&
    python("onvif-zeep-async", zeepAsync) &&
    hasOnvifPeers()
  );
}
