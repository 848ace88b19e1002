import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";

/** A Debian package and the reason to have it, as shown before it is installed. */
export interface SystemPackage {
  readonly name: string;
  readonly purpose: string;
}

/** What building the native library needs on Debian 12. */
export const BUILD_PACKAGES: readonly SystemPackage[] = [
  { name: "gcc", purpose: "compiles the native library" },
  { name: "g++", purpose: "links OpenH264 and libyuv, which are C++" },
  { name: "binutils", purpose: "links and checks the native library" },
  { name: "libc6-dev", purpose: "C headers" },
  { name: "linux-libc-dev", purpose: "V4L2 headers" },
  { name: "libopenh264-dev", purpose: "H.264 encoder, linked in" },
  { name: "libjpeg62-turbo-dev", purpose: "JPEG, linked in" },
  { name: "libyuv-dev", purpose: "scaling and rotation, linked in" },
  { name: "libssl-dev", purpose: "ciphers for WebRTC, linked in" },
];

/** Longest wait for another apt or dpkg to finish, seconds. */
const LOCK_WAIT_S = 300;

/** Which of `packages` dpkg does not have; undefined where there is no dpkg. */
export function missingPackages(packages: readonly SystemPackage[]): readonly SystemPackage[] | undefined {
  const names = packages.map((one) => one.name);
  const query = spawnSync("dpkg-query", ["-W", `-f=\${Package} \${db:Status-Status}\n`, ...names], {
    encoding: "utf8",
  });
  if (query.error !== undefined) return undefined;
  const installed = new Set(
    query.stdout.split("\n").flatMap((row) => (row.endsWith(" installed") ? row.split(" ", 1) : [])),
  );
  return packages.filter((one) => !installed.has(one.name));
}

/**
 * Installs what is missing with apt-get, as root or through a sudo that asks nothing. `say` gets the lines to show; apt's own progress goes
 * to the terminal. Returns whether everything is there afterwards; where it may not install, it has said the one line that does.
 */
export function ensurePackages(packages: readonly SystemPackage[], say: (line: string) => void): boolean {
  const missing = missingPackages(packages);
  if (missing === undefined) {
    say(`No dpkg here, so not checked. Needed, by Debian's names: ${packages.map((one) => one.name).join(" ")}`);
    return true;
  }
  if (missing.length === 0) return true;
  say("These Debian packages are needed and missing:");
  for (const one of missing) say(`  ${one.name.padEnd(28)} ${one.purpose}`);
  const prefix = privilegePrefix();
  const names = missing.map((one) => one.name);
  if (prefix !== undefined) return install(names, prefix, say);
  say("Installing them needs root. Run this line, then start again:");
  say("");
  say(`${hasPackageLists() ? "" : "sudo apt-get update && "}sudo apt-get install -y ${names.join(" ")}`);
  say("");
  return false;
}

function install(names: readonly string[], prefix: readonly string[], say: (line: string) => void): boolean {
  say(`Installing them now${prefix.length > 0 ? " through sudo" : ""} with apt-get …`);
  const apt = (...args: readonly string[]) => {
    const options = ["-q", "-o", `DPkg::Lock::Timeout=${LOCK_WAIT_S}`];
    const [command = "", ...rest] = [
      ...prefix,
      "env",
      "DEBIAN_FRONTEND=noninteractive",
      "apt-get",
      ...options,
      ...args,
    ];
    return spawnSync(command, rest, { stdio: ["ignore", "inherit", "inherit"] }).status === 0;
  };
  if (!apt("update")) say("apt-get update failed; trying with the lists that are there.");
  if (apt("install", "-y", "--no-install-recommends", ...names)) return true;
  say("apt-get could not install them; its own words stand above.");
  return false;
}

/** Fresh images come without; apt then finds nothing before an update. */
function hasPackageLists(): boolean {
  return globSync("/var/lib/apt/lists/*_Packages*").length > 0;
}

/** What to put before a command to run it as root; undefined when there is no way without a password. */
function privilegePrefix(): readonly string[] | undefined {
  if (process.getuid?.() === 0) return [];
  return spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0 ? ["sudo", "-n"] : undefined;
}
