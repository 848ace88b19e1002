import type { Database } from "bun:sqlite";
import * as v from "valibot";
import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import { PERMISSIONS } from "../../identity/permissions.ts";
import { canonicalUserName } from "../../identity/user-name.ts";
import type { SecretBox } from "../../storage/secret-box.ts";
import { restoreUsers, type SavedUser, savedUsers } from "../../storage/user-backup.ts";
import type { BackupPart } from "../maintenance/backup.ts";

const MAX_USERS = 1000;
const MAX_SECRET_LENGTH = 512;

const secret = v.pipe(v.string(), v.maxLength(MAX_SECRET_LENGTH));
/** The PHC form of Argon2id: memory in KiB, passes, lanes, salt, hash. */
const PASSWORD_HASH =
  /^\$argon2id\$v=19\$m=(?<memory>\d{1,6}),t=(?<passes>\d{1,2}),p=1\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}$/;
/** A login costs what its hash says: a few times ours is room for other versions. */
const MAX_MEMORY_KIB = 65_536;
const MAX_PASSES = 8;
const isCheap = (hash: string) => {
  const { memory, passes } = PASSWORD_HASH.exec(hash)?.groups ?? {};
  return Number(memory) >= 8 && Number(memory) <= MAX_MEMORY_KIB && Number(passes) >= 1 && Number(passes) <= MAX_PASSES;
};
const hex = (digits: number) => v.pipe(v.string(), v.regex(/^[0-9a-f]+$/), v.length(digits));
const Users = v.pipe(
  v.array(
    v.strictObject({
      name: v.pipe(
        v.string(),
        v.check((name) => canonicalUserName(name) === name),
      ),
      role: v.picklist(["administrator", "operator", "viewer", "guest"]),
      permissions: v.pipe(v.array(v.picklist(PERMISSIONS)), v.maxLength(PERMISSIONS.length)),
      must_change_password: v.boolean(),
      created: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
      secrets: v.exactOptional(
        v.strictObject({
          password_hash: v.pipe(secret, v.regex(PASSWORD_HASH), v.check(isCheap)),
          digest: v.nullable(v.strictObject({ MD5: hex(32), "SHA-256": hex(64) })),
          onvif_password: v.nullable(secret),
        }),
      ),
    }),
  ),
  v.minLength(1),
  v.maxLength(MAX_USERS),
  v.check((users) => new Set(users.map(({ name }) => name)).size === users.length),
);

/** The users, as part of a backup; their secrets only where it is sealed. */
export function createUsersPart(database: Database, box: SecretBox, clock: Clock): BackupPart {
  return {
    name: "users",
    export: (withSecrets) => savedUsers(database, box, withSecrets) as unknown as Json,
    check: (value) => void usersOf(value),
    import: (value) => restoreUsers(database, box, usersOf(value), Math.trunc(clock.wallMs())),
  };
}

function usersOf(value: unknown): readonly SavedUser[] {
  const result = v.safeParse(Users, value);
  if (result.success) return result.output;
  throw new AppError("bad-request", "parts.users is not a list of users", { key: "parts.users" });
}
