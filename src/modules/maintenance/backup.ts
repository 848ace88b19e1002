import type { Database } from "bun:sqlite";
import { createCipheriv, createDecipheriv, scrypt } from "node:crypto";
import type { Clock } from "../../core/clock.ts";
import type { Crypto } from "../../core/crypto-port.ts";
import { AppError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import { BACKUP_FORMAT, BACKUP_VERSION, type Backup, type BackupRequest, type Sealed } from "./model.ts";

/** One kind of the device's own data, as a backup keeps it. All calls are synchronous. */
export interface BackupPart {
  /** Its member of `parts`, such as `settings`. */
  readonly name: string;
  /** Everything there is now; secrets only when asked for. */
  export(withSecrets: boolean): Json;
  /** Throws AppError `bad-request` when `import` could not take this; changes nothing. */
  check(value: Json): void;
  /** Replaces what there is, in the database alone: it runs inside a transaction, and the server restarts afterwards. */
  import(value: Json): void;
}

/** Makes and restores backups. */
export interface Backups {
  make(passphrase: string | undefined): Promise<Backup>;
  /** All parts of the file or none, together with what `record` writes of their names. Returns them. Throws AppError `bad-request`. */
  restore(request: BackupRequest, record?: (parts: readonly string[]) => void): Promise<readonly string[]>;
}

/** What backups are made of. */
export interface BackupSources {
  readonly database: Database;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly productVersion: string;
  /** In the order in which they are restored. */
  readonly parts: readonly BackupPart[];
}

const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
/** 32 MiB and a tenth of a second for each guess. Fixed with the version: numbers from a file could exhaust the device. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const;
const CIPHER = "aes-256-gcm";

/** Backups of some parts of one database. */
export function createBackups({ database, clock, crypto, productVersion, parts }: BackupSources): Backups {
  const exported = (withSecrets: boolean) =>
    Object.fromEntries(parts.map((part) => [part.name, part.export(withSecrets)]));

  function checked(given: Json): readonly (readonly [BackupPart, Json])[] {
    if (given === null || typeof given !== "object" || Array.isArray(given))
      throw new AppError("bad-request", "The parts are not an object", { key: "parts" });
    const contents = given as Readonly<Record<string, Json>>;
    const stranger = Object.keys(contents).find((name) => !parts.some((part) => part.name === name));
    if (stranger !== undefined)
      throw new AppError("bad-request", `parts.${stranger} is not a part that this version knows`, {
        key: `parts.${stranger}`,
      });
    const found = parts
      .filter(({ name }) => Object.hasOwn(contents, name))
      .map((part) => [part, contents[part.name] ?? null] as const);
    if (found.length === 0) throw new AppError("bad-request", "The backup has no parts", { key: "parts" });
    for (const [part, value] of found) part.check(value);
    return found;
  }

  return {
    async make(passphrase) {
      const backup: Backup = {
        format: BACKUP_FORMAT,
        version: BACKUP_VERSION,
        created: Math.trunc(clock.wallMs()),
        product_version: productVersion,
        parts: exported(false),
      };
      if (passphrase === undefined) return backup;
      return { ...backup, sealed: await seal(JSON.stringify(exported(true)), passphrase, crypto) };
    },
    async restore({ parts: plain, sealed, passphrase }, record) {
      if (passphrase !== undefined && sealed === undefined)
        throw new AppError("bad-request", "The backup has no secrets; leave the passphrase out", { key: "passphrase" });
      const contents =
        sealed === undefined || passphrase === undefined ? (plain ?? {}) : JSON.parse(await open(sealed, passphrase));
      const found = checked(contents);
      const names = found.map(([{ name }]) => name);
      database
        .transaction(() => {
          for (const [part, value] of found) part.import(value);
          record?.(names);
        })
        .immediate();
      return names;
    },
  };
}

async function seal(text: string, passphrase: string, crypto: Crypto): Promise<Sealed> {
  const salt = crypto.randomBytes(SALT_BYTES);
  const nonce = crypto.randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, await keyOf(passphrase, salt), nonce);
  cipher.setAAD(Buffer.from(purpose()));
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return { salt: base64(salt), nonce: base64(nonce), tag: base64(cipher.getAuthTag()), text: base64(sealed) };
}

async function open({ salt, nonce, tag, text }: Sealed, passphrase: string): Promise<string> {
  const [saltBytes, nonceBytes, tagBytes] = [salt, nonce, tag].map((each) => Buffer.from(each, "base64"));
  if (saltBytes?.length !== SALT_BYTES || nonceBytes?.length !== NONCE_BYTES || tagBytes?.length !== TAG_BYTES)
    throw wrongPassphrase();
  const decipher = createDecipheriv(CIPHER, await keyOf(passphrase, saltBytes), nonceBytes);
  decipher.setAAD(Buffer.from(purpose()));
  decipher.setAuthTag(tagBytes);
  try {
    return decipher.update(text, "base64", "utf8") + decipher.final("utf8");
  } catch {
    throw wrongPassphrase();
  }
}

/** Bound to the secrets, so that a text sealed for something else is not taken for a backup. */
function purpose(): string {
  return `${BACKUP_FORMAT} ${BACKUP_VERSION}`;
}

function wrongPassphrase(): AppError {
  return new AppError("bad-request", "The passphrase does not fit this backup, or the file is damaged", {
    key: "passphrase",
  });
}

function keyOf(passphrase: string, salt: Uint8Array): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  scrypt(passphrase.normalize("NFC"), salt, KEY_BYTES, SCRYPT, (error, key) => (error ? reject(error) : resolve(key)));
  return promise;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
