import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CertificateFiles } from "../../../src/storage/certificate-files.ts";
import { makeCertificate } from "../../support/certificates.ts";
import { withFileLimit } from "../../support/file-limit.ts";

let folder: string;
let files: CertificateFiles;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
  files = new CertificateFiles(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (name: string) => join(folder, name);
const [first, second] = [await makeCertificate({ name: "first" }), await makeCertificate({ name: "second" })];

describe("CertificateFiles", () => {
  test("a pair is written and read, the key for its owner only, and nothing is left beside it", () => {
    expect(files.read(true)).toEqual({ state: "absent" });
    files.write(first);
    expect(files.read(false)).toEqual({
      state: "good",
      identity: { certificate: first.certificate, key: first.key },
    });
    expect(statSync(path("server.key")).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual(["server.crt", "server.key"]);
  });

  test("the stamp changes with each replacement", () => {
    const stamps = [files.stamp()];
    for (const each of [first, second, first]) {
      files.write(each);
      stamps.push(files.stamp());
    }
    expect(new Set(stamps).size).toBe(stamps.length);
  });

  // A power cut may come between any two steps of a replacement.
  test.each([
    ["before the first rename", [], "first"],
    ["between the renames", ["server.key"], "second"],
    ["after both", ["server.key", "server.crt"], "second"],
  ])("a replacement cut off %s leaves one pair or the other", (_, renamed, expected) => {
    files.write(first);
    writeFileSync(path("server.key.new"), second.key);
    writeFileSync(path("server.crt.new"), second.certificate);
    for (const name of renamed) renameSync(path(`${name}.new`), path(name));
    const stored = files.read(true);
    files.clean();
    expect(stored).toMatchObject({ state: "good", identity: { key: expected === "first" ? first.key : second.key } });
    expect(files.read(false)).toEqual(stored);
    expect(readdirSync(folder).sort()).toEqual(["server.crt", "server.key"]);
  });

  test("a pair that could not be written whole replaces nothing", async () => {
    files.write(first);
    const call = "new it.CertificateFiles(args[0]).write({ certificate: args[1], key: args[2] })";
    for (const bytes of [16, second.key.length])
      expect(
        await withFileLimit(bytes, "storage/certificate-files.ts", call, folder, second.certificate, second.key),
      ).toBe("EFBIG");
    expect(files.read(true)).toMatchObject({ state: "good", identity: { key: first.key } });
    files.clean();
    expect(readdirSync(folder).sort()).toEqual(["server.crt", "server.key"]);
  });

  test("a replacement that the disk refuses halfway leaves the old key", () => {
    files.write(first);
    rmSync(path("server.crt"));
    mkdirSync(path("server.crt"));
    expect(() => files.write(second)).toThrow();
    expect(readFileSync(path("server.key"), "utf8")).toBe(first.key);
    expect(statSync(path("server.key")).mode & 0o777).toBe(0o600);
  });

  test("a pair that is torn, half there or damaged is told, and left as it is", () => {
    files.write(first);
    writeFileSync(path("server.crt"), second.certificate);
    expect(files.read(true)).toEqual({
      state: "broken",
      problem: "The private key does not belong to the certificate",
    });
    rmSync(path("server.crt"));
    expect(files.read(true)).toEqual({ state: "broken", problem: "server.crt is missing beside the other file" });
    files.write(first);
    rmSync(path("server.key"));
    expect(files.read(true)).toEqual({ state: "broken", problem: "server.key is missing beside the other file" });
    writeFileSync(path("server.key"), "");
    expect(files.read(true)).toEqual({ state: "broken", problem: "There is no private key" });
    writeFileSync(path("server.key"), "x".repeat(70_000));
    expect(files.read(true)).toMatchObject({ problem: "server.key is larger than 65536 bytes" });
    expect(statSync(path("server.key")).size).toBe(70_000);
  });
});
