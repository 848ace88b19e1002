import { expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitCodeOf, lastWords } from "../../../src/cli/exit-code.ts";
import { type ServeProcess, serve } from "../../../src/cli/serve.ts";
import { firstPassword } from "../../../src/config/initial-password.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { AppError } from "../../../src/core/errors.ts";
import { createLog, lineSink } from "../../../src/core/log.ts";
import { inputsOf } from "../config/inputs.ts";

const counting = (length: number) => Uint8Array.from({ length }, (_, index) => index);

function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How the server of a test ends. */
interface Ending {
  readonly stopRequested?: Promise<string>;
  readonly restartRequested?: Promise<void>;
  readonly stop?: () => Promise<void>;
}

const never = new Promise<never>(() => {});

/** Serves with a server of the test's own; returns everything said and logged, and how it ended. */
async function serveOnce(
  isTerminal: boolean,
  folder: string,
  { stopRequested = Promise.resolve("SIGTERM"), restartRequested = never, stop = async () => {} }: Ending = {},
): Promise<{ said: string; logged: string; passwords: string[]; end: string }> {
  const passwords: string[] = [];
  let said = "";
  let logged = "";
  const log = createLog(
    lineSink(
      "info",
      false,
      () => 0,
      (line) => {
        logged += line;
      },
    ),
    "server",
  );
  const host: ServeProcess = {
    version: "1",
    log,
    recentLines: () => [],
    isTerminal,
    say: (line) => {
      said += `${line}\n`;
    },
    randomBytes: counting,
    interfaces: () => ({}),
    loadConfig: (present) => present,
    stopRequested,
    onReloadRequested: () => undefined,
  };
  const config = loadConfig(inputsOf({ flags: { dataDir: folder } }));
  const end = await serve(
    config,
    async (_, chooseAdminPassword) => {
      passwords.push(chooseAdminPassword().password);
      return {
        addresses: [{ service: "http", url: "http://127.0.0.1:8080/" }],
        reload: () => undefined,
        restartRequested,
        stop,
      };
    },
    host,
  );
  return { said, logged, passwords, end };
}

test("on a terminal the first password is shown, never logged, and kept nowhere", async () => {
  const folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
  const { said, logged, passwords } = await serveOnce(true, folder);
  expect(passwords[0]).toMatch(/^[a-km-np-z2-9]{5}(-[a-km-np-z2-9]{5}){3}$/);
  expect(said).toContain(`password ${passwords[0]}`);
  expect(said).toContain("http://127.0.0.1:8080/");
  expect(logged).not.toContain(passwords[0] ?? "");
  expect(existsSync(join(folder, "initial-password"))).toBe(false);
  rmSync(folder, { recursive: true });
});

test("without a terminal it waits in a file of mode 0600, which the next start uses and the log names", async () => {
  const folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
  const first = await serveOnce(false, folder);
  const file = join(folder, "initial-password");
  expect(readFileSync(file, "utf8")).toBe(`${first.passwords[0]}\n`);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(first.logged).toContain(file);
  expect(`${first.logged}${first.said}`).not.toContain(first.passwords[0] ?? "");
  writeFileSync(file, "another-one-of-theirs\n");
  expect((await serveOnce(false, folder)).passwords).toEqual(["another-one-of-theirs"]);
  expect((await serveOnce(true, folder)).passwords).toEqual(["another-one-of-theirs"]);
  rmSync(folder, { recursive: true });
});

test("a restart comes even when the stop before it fails; a failed stop alone is told", async () => {
  const stop = () => Promise.reject(new Error("the disk is gone"));
  const folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
  const restarted = await serveOnce(true, folder, { stopRequested: never, restartRequested: Promise.resolve(), stop });
  expect([restarted.end, restarted.logged]).toEqual(["restart", expect.stringContaining("the disk is gone")]);
  await expect(serveOnce(true, folder, { stop })).rejects.toThrow("the disk is gone");
  rmSync(folder, { recursive: true });
});

test("the file is not followed elsewhere, and a leftover does not widen it", () => {
  inFolder((folder) => {
    symlinkSync("/etc/hostname", join(folder, "initial-password"));
    const run = { configured: undefined, dataFolder: folder, isTerminal: false, randomBytes: counting };
    expect(() => firstPassword(run)).toThrow("ELOOP");
    rmSync(join(folder, "initial-password"));
    writeFileSync(join(folder, "initial-password.new"), "old");
    chmodSync(join(folder, "initial-password.new"), 0o666);
    firstPassword(run);
    expect(statSync(join(folder, "initial-password")).mode & 0o777).toBe(0o600);
  });
});

test("exit codes say whose turn it is", () => {
  expect(exitCodeOf(new AppError("configuration", "x"))).toBe(78);
  expect(exitCodeOf(new AppError("unavailable", "x"))).toBe(69);
  expect(exitCodeOf(new Error("x"))).toBe(70);
  try {
    readFileSync("/nowhere/at/all");
  } catch (error) {
    expect(exitCodeOf(error)).toBe(74);
    expect(lastWords(error)).toContain("/nowhere/at/all");
  }
  expect.assertions(5);
});
