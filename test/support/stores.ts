import { AuditLog } from "../../src/storage/audit-log.ts";
import { createCrypto } from "../../src/storage/crypto.ts";
import { createSecretBox, type SecretBox } from "../../src/storage/secret-box.ts";
import { TokenStore } from "../../src/storage/token-store.ts";
import { type NewUser, UserStore } from "../../src/storage/user-store.ts";
import { createManualTime } from "./manual-scheduler.ts";
import { memoryDatabase } from "./memory-database.ts";

/** Who changes things in tests. */
export const ACTOR = { user: "admin", address: "192.0.2.1" } as const;

/** The stores of users and tokens over a database in memory. */
export function createStores(key: Uint8Array = new Uint8Array(32)) {
  const time = createManualTime();
  const { clock } = time;
  const crypto = createCrypto();
  const database = memoryDatabase();
  const audit = new AuditLog(database, clock);
  const tokens = new TokenStore({ database, clock, crypto, audit });
  const storeWith = (box: SecretBox) => new UserStore({ database, box, clock, crypto, audit, tokens });
  const users = storeWith(createSecretBox(key));
  return { ...time, crypto, database, audit, tokens, users, storeWith };
}

/** A user whose hash is not one that anything would match. */
export function newUser(name: string, more: Partial<NewUser> & { readonly text?: string } = {}): NewUser {
  const { text = `password of ${name}`, ...rest } = more;
  return {
    name,
    role: "viewer",
    extraPermissions: [],
    onvif: true,
    password: { text, hash: `hash of ${text}`, mustChange: false },
    ...rest,
  };
}
