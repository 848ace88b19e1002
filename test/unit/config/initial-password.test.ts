import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firstPassword, removeInitialPassword } from "../../../src/config/initial-password.ts";
import { withFileLimit } from "../../support/file-limit.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a password that could not be written whole is no password, and is removed with the rest", async () => {
  const run = "{ dataFolder: args[0], isTerminal: false, randomBytes: (length) => new Uint8Array(length) }";
  expect(await withFileLimit(16, "config/initial-password.ts", `it.firstPassword(${run})`, folder)).toBe("EFBIG");
  expect(readdirSync(folder)).not.toContain("initial-password");
  removeInitialPassword(folder);
  expect(readdirSync(folder)).toEqual([]);

  const first = () =>
    firstPassword({
      configured: undefined,
      dataFolder: folder,
      isTerminal: false,
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    });
  const { password } = first();
  expect(first().password).toBe(password);
  removeInitialPassword(folder);
  expect(first().password).not.toBe(password);
});
