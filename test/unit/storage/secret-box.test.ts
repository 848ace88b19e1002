import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecretBox, openSecretBox } from "../../../src/storage/secret-box.ts";
import { withFileLimit } from "../../support/file-limit.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("what was sealed opens with the same key for the same context only", () => {
  const box = createSecretBox(new Uint8Array(32).fill(7));
  const sealed = box.seal("كلمة", "password of eva");
  expect(box.open(sealed, "password of eva")).toBe("كلمة");
  expect(box.open(sealed, "password of admin")).toBeUndefined();
  expect(createSecretBox(new Uint8Array(32).fill(8)).open(sealed, "password of eva")).toBeUndefined();
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = sealed.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(box.open(changed, "password of eva")).toBeUndefined();
  }
  for (let length = 0; length < sealed.length; length += 1)
    expect(box.open(sealed.slice(0, length), "password of eva")).toBeUndefined();
});

test("the same text is never sealed twice alike", () => {
  const box = createSecretBox(new Uint8Array(32));
  expect(box.seal("a", "c")).not.toEqual(box.seal("a", "c"));
});

test("the key is made once, with mode 0600 and nothing beside it", () => {
  const sealed = openSecretBox(folder).seal("text", "context");
  expect(readdirSync(folder)).toEqual(["device.key"]);
  expect(statSync(join(folder, "device.key")).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(folder, "device.key"))).toHaveLength(32);
  expect(openSecretBox(folder).open(sealed, "context")).toBe("text");
});

test("programs that start at once share one key", async () => {
  const script = `
    import { openSecretBox } from ${JSON.stringify(join(import.meta.dirname, "../../../src/storage/secret-box.ts"))};
    process.stdout.write(openSecretBox(process.argv[1]).seal("text", "context").toBase64());
  `;
  const sealed = await Promise.all(
    Array.from({ length: 4 }, () => {
      const child = Bun.spawn([process.execPath, "-e", script, folder], { stdout: "pipe" });
      return new Response(child.stdout).text();
    }),
  );
  const box = openSecretBox(folder);
  expect(sealed.map((text) => box.open(Uint8Array.fromBase64(text), "context"))).toEqual(Array(4).fill("text"));
  expect(readdirSync(folder)).toEqual(["device.key"]);
});

test("a key that could not be written whole is none, and the next start makes one", async () => {
  expect(await withFileLimit(16, "storage/secret-box.ts", "it.openSecretBox(args[0])", folder)).toBe("EFBIG");
  expect(readdirSync(folder)).toEqual([]);
  openSecretBox(folder);
  expect(readFileSync(join(folder, "device.key"))).toHaveLength(32);
});

test("a damaged key file is refused, with what to do", () => {
  writeFileSync(join(folder, "device.key"), "short");
  expect(() => openSecretBox(folder)).toThrow("device.key in the data folder is damaged");
});
