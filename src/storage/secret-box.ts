import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { chmodSync, closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { AppError } from "../core/errors.ts";

const FILE_NAME = "device.key";
const KEY_BYTES = 32;
/** NIST SP 800-38D §5.2.1.1, §8.2: 96-bit random nonces; far fewer than 2^32 messages are sealed with one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = "aes-256-gcm";

/** Encrypts what must be readable again, so that a copied database alone is worth nothing. */
export interface SecretBox {
  /** `context` says what the text is and whose; it must be the same when opening. */
  seal(text: string, context: string): Uint8Array;
  /** Undefined: sealed with another key, for another context, or damaged. */
  open(sealed: Uint8Array, context: string): string | undefined;
}

/**
 * The box of this device, whose key stands in the data folder's `device.key` (0600) and is made where there is none. Throws
 * AppError `unavailable` for a key file of the wrong size; errors of the file system as they are.
 */
export function openSecretBox(dataFolder: string): SecretBox {
  return createSecretBox(readKey(`${dataFolder}/${FILE_NAME}`));
}

/** AES-256-GCM with a key of 32 bytes; sealed is nonce, ciphertext and tag. */
export function createSecretBox(key: Uint8Array): SecretBox {
  return {
    seal(text, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(context));
      return Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed, context) {
      if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
      const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(context))
        .setAuthTag(sealed.subarray(-TAG_BYTES));
      try {
        const text = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
        return Buffer.concat([text, decipher.final()]).toString("utf8");
      } catch {
        return undefined;
      }
    },
  };
}

function readKey(path: string): Uint8Array {
  const found = readIfThere(path);
  if (found === undefined) makeKey(path);
  const key = found ?? readFileSync(path);
  if (key.length !== KEY_BYTES) {
    throw new AppError(
      "unavailable",
      `The file ${FILE_NAME} in the data folder is damaged; put it back from a backup, or remove it: Digest and ONVIF then work for a user again after one login with name and password.`,
    );
  }
  return key;
}

function readIfThere(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Written beside and linked: never half there, and of two programs that start at once the first one's key stays. */
function makeKey(path: string): void {
  const fresh = `${path}.${process.pid}.new`;
  rmSync(fresh, { force: true });
  try {
    writeKey(fresh);
    linkSync(fresh, path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    rmSync(fresh, { force: true });
  }
}

function writeKey(path: string): void {
  const fd = openSync(path, "wx", 0o600);
  try {
    chmodSync(path, 0o600);
    writeFileSync(fd, randomBytes(KEY_BYTES));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
