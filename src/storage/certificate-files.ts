import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { brokenIdentity } from "./certificate-check.ts";
import { joinPem, MAX_CERTIFICATE_BYTES, readPem, type TlsIdentity } from "./certificate-pem.ts";

/** What lies in the data folder. */
export type StoredIdentity =
  | { readonly state: "absent" }
  | { readonly state: "good"; readonly identity: TlsIdentity }
  /** `problem` is a sentence for the owner. */
  | { readonly state: "broken"; readonly problem: string };

const CERTIFICATE_FILE = "server.crt";
const KEY_FILE = "server.key";
const OWNER_ONLY = 0o600;
const EVERYBODY_READS = 0o644;

/** `server.crt` and `server.key` of a data folder: read, written so that a power cut leaves the old pair or the new one, and watched. */
export class CertificateFiles {
  readonly #certificate: string;
  readonly #key: string;
  readonly #folder: string;

  constructor(dataFolder: string) {
    this.#folder = dataFolder;
    this.#certificate = `${dataFolder}/${CERTIFICATE_FILE}`;
    this.#key = `${dataFolder}/${KEY_FILE}`;
  }

  /** Changes whenever a file is touched or replaced. */
  stamp(): string {
    return [this.#certificate, this.#key].map(stampOf).join(" ");
  }

  /** Reads the pair; finishes a replacement that a power cut interrupted when `mends` is set. */
  read(mends: boolean): StoredIdentity {
    const stored = this.#readPair(this.#certificate);
    if (stored.state !== "broken" || !mends) return stored;
    // The key is renamed first, so what an interrupted replacement lacks is the certificate.
    if (this.#readPair(fresh(this.#certificate)).state !== "good") return stored;
    renameSync(fresh(this.#certificate), this.#certificate);
    syncFolder(this.#folder);
    return this.#readPair(this.#certificate);
  }

  /** Replaces the pair. Throws system errors, with the old pair in place. */
  write({ certificate, key }: TlsIdentity): void {
    const former = readBounded(this.#key);
    writeFile(fresh(this.#key), key, OWNER_ONLY);
    writeFile(fresh(this.#certificate), certificate, EVERYBODY_READS);
    syncFolder(this.#folder);
    renameSync(fresh(this.#key), this.#key);
    try {
      syncFolder(this.#folder); // the order of the renames is what `read` counts on
      renameSync(fresh(this.#certificate), this.#certificate);
    } catch (error) {
      if (former.state === "read") replaceFile(this.#key, former.text, OWNER_ONLY);
      throw error;
    }
    syncFolder(this.#folder);
  }

  /** Removes what an interrupted replacement left before its first step. */
  clean(): void {
    for (const path of [this.#key, this.#certificate]) rmSync(fresh(path), { force: true });
  }

  #readPair(certificatePath: string): StoredIdentity {
    const certificate = readBounded(certificatePath);
    const key = readBounded(this.#key);
    if (certificate.state === "absent" && key.state === "absent") return { state: "absent" };
    for (const { file, state } of [certificate, key]) {
      if (state === "absent") return broken(`${file} is missing beside the other file`);
      if (state === "unreadable") return broken(`${file} may not be read by this user`);
      if (state === "too-large") return broken(`${file} is larger than ${MAX_CERTIFICATE_BYTES} bytes`);
    }
    try {
      const { certificates } = readPem(certificate.text, "certificate");
      const keyPem = readPem(key.text, "key").key;
      const problem = brokenIdentity({ certificates, key: keyPem });
      if (problem !== undefined) return broken(problem);
      return { state: "good", identity: { certificate: joinPem(certificates), key: joinPem([keyPem ?? ""]) } };
    } catch (error) {
      return broken(error instanceof Error ? error.message : String(error));
    }
  }
}

interface FileText {
  readonly file: string;
  readonly state: "read" | "absent" | "unreadable" | "too-large";
  readonly text: string;
}

function readBounded(path: string): FileText {
  const file = path.slice(path.lastIndexOf("/") + 1).replace(/\.new$/, "");
  try {
    if (statSync(path).size > MAX_CERTIFICATE_BYTES) return { file, state: "too-large", text: "" };
    return { file, state: "read", text: readFileSync(path, "utf8") };
  } catch (error) {
    const isAbsent = error instanceof Error && "code" in error && error.code === "ENOENT";
    return { file, state: isAbsent ? "absent" : "unreadable", text: "" };
  }
}

function broken(problem: string): StoredIdentity {
  return { state: "broken", problem };
}

function fresh(path: string): string {
  return `${path}.new`;
}

function stampOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs}/${size}/${ino}`;
  } catch {
    return "-";
  }
}

function writeFile(path: string, text: string, mode: number): void {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  const fd = openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode);
  try {
    fchmodSync(fd, mode); // a leftover may be wider
    writeFileSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function replaceFile(path: string, text: string, mode: number): void {
  writeFile(fresh(path), text, mode);
  renameSync(fresh(path), path);
}

function syncFolder(path: string): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
