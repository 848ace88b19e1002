import {
  array,
  custom,
  type InferOutput,
  literal,
  maxLength,
  minLength,
  number,
  object,
  optional,
  pipe,
  record,
  strictObject,
  string,
} from "valibot";
import type { Json } from "../../core/json.ts";

/** A passphrase protects every secret of the device wherever the file goes. */
const MIN_PASSPHRASE_LENGTH = 8;
const MAX_PASSPHRASE_LENGTH = 128;
/** As long as passwords may be. */
const MAX_PASSWORD_LENGTH = 128;
const PASSPHRASE = `must have ${MIN_PASSPHRASE_LENGTH} to ${MAX_PASSPHRASE_LENGTH} characters`;
const TEXT = "must be a text";

/** The only form so far; a change that older versions cannot read gets the next number. */
export const BACKUP_FORMAT = "rotordream-backup";
/** Of the form. */
export const BACKUP_VERSION = 1;

/** What a part holds is known to the part. */
const anyJson = custom<Json>(() => true);

/** AES-256-GCM of the parts with their secrets, under a key that scrypt makes of a passphrase; all base64. */
const Sealed = object({ salt: string(TEXT), nonce: string(TEXT), tag: string(TEXT), text: string(TEXT) });

/** What AES-256-GCM made. */
export type Sealed = InferOutput<typeof Sealed>;

/** A backup: parts by name, without secrets, and sealed with them where a passphrase was given. `created` in Unix milliseconds. */
export const Backup = object({
  format: literal(BACKUP_FORMAT),
  version: literal(BACKUP_VERSION),
  created: number(),
  product_version: string(),
  parts: record(string(), anyJson),
  sealed: optional(Sealed),
});

/** What a backup file holds. */
export type Backup = InferOutput<typeof Backup>;

/** `POST /api/system/backup`: a backup to restore, whose envelope may still be around it; or a passphrase alone, for a backup with secrets. */
export const BackupRequest = object({
  format: optional(literal(BACKUP_FORMAT, `must be ${BACKUP_FORMAT}`)),
  version: optional(
    literal(BACKUP_VERSION, `must be ${BACKUP_VERSION}: this file is of another version of RotorDream`),
  ),
  parts: optional(record(string(), anyJson, "must be an object")),
  sealed: optional(Sealed),
  passphrase: optional(
    pipe(string(TEXT), minLength(MIN_PASSPHRASE_LENGTH, PASSPHRASE), maxLength(MAX_PASSPHRASE_LENGTH, PASSPHRASE)),
  ),
});

/** What was asked for. */
export type BackupRequest = InferOutput<typeof BackupRequest>;

/** Names of the parts that were restored; the server then restarts. */
export const Restored = object({ restored: array(string()), restarting: literal(true) });

/** `POST /api/system/restart` and its like. */
export const Restarting = object({ restarting: literal(true) });

/** `POST /api/system/reboot`. */
export const Rebooting = object({ rebooting: literal(true) });

/** `POST /api/system/factory-reset`: the caller's own password again. */
export const FactoryResetRequest = strictObject({
  password: pipe(string(TEXT), maxLength(MAX_PASSWORD_LENGTH, `must have at most ${MAX_PASSWORD_LENGTH} characters`)),
});
