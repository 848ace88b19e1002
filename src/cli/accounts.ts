import type { Database } from "bun:sqlite";
import { existsSync, statSync } from "node:fs";
import { removeInitialPassword } from "../config/initial-password.ts";
import type { ServerConfig } from "../config/server-config.ts";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { isAcceptablePassword, isStrongPassword, PASSWORD_RULE } from "../identity/password-policy.ts";
import { lackedBy, rightsOf } from "../identity/permissions.ts";
import { isTokenName, TOKEN_NAME_RULE } from "../identity/token-name.ts";
import { canonicalUserName, USER_NAME_RULE } from "../identity/user-name.ts";
import { type Actor, AuditLog } from "../storage/audit-log.ts";
import { createCrypto } from "../storage/crypto.ts";
import { DATABASE_FILE, openDatabase } from "../storage/database.ts";
import { createPasswordHashing } from "../storage/password-hashing.ts";
import { openSecretBox } from "../storage/secret-box.ts";
import { TokenStore } from "../storage/token-store.ts";
import { type NewPassword, type StoredUser, UserStore, userRights } from "../storage/user-store.ts";
import type { AccountOrder } from "./account-commands.ts";
import { StorageError } from "./exit-code.ts";
import { makeDataFolder } from "./serve.ts";

/** What managing users and tokens needs of the process. */
export interface AccountHost {
  /** One line for whoever reads the output. */
  readonly print: (line: string) => void;
  /** One line that is not part of the output. */
  readonly note: (line: string) => void;
  readonly askPassword: (user: string) => Promise<string>;
}

interface Stores {
  readonly config: ServerConfig;
  readonly clock: Clock;
  readonly users: UserStore;
  readonly tokens: TokenStore;
}

const ACTOR: Actor = { user: undefined, address: "local" };
const LIST_LIMIT = 1000;

/** Does what `rotordream user` or `rotordream token` asks for, on the database of the data folder; a running server notices. Throws AppError and StorageError. */
export async function manageAccounts(order: AccountOrder, config: ServerConfig, host: AccountHost): Promise<void> {
  const { database, ...stores } = openStores(config, order.order === "user add");
  try {
    await perform(order, stores, host);
  } finally {
    database.close();
  }
}

async function perform(order: AccountOrder, stores: Stores, host: AccountHost): Promise<void> {
  const { config, users, tokens } = stores;
  switch (order.order) {
    case "user add":
      return addUser(order, stores, host);
    case "user passwd": {
      const { name } = known(stores, order.name);
      users.change(ACTOR, name, { password: await newPassword(name, stores, host) });
      if (name === "admin") removeInitialPassword(config.dataFolder);
      return host.note(`The password of ${name} was changed; its logins have ended.`);
    }
    case "user rm": {
      const { name } = known(stores, order.name);
      users.remove(ACTOR, name);
      if (name === "admin") removeInitialPassword(config.dataFolder);
      return host.note(`The user ${name} was removed.`);
    }
    case "user list":
      for (const user of users.list({ limit: LIST_LIMIT })) host.print(userLine(user));
      return;
    case "token add":
      return addToken(order, stores, host);
    case "token list":
      for (const { id, name, expiresMs } of tokens.list(known(stores, order.user).name))
        host.print(`${id}  ${untilText(expiresMs).padEnd(30)}  ${name}`);
      return;
    case "token rm": {
      const token = tokens.find(order.id);
      if (token?.kind !== "token") throw new AppError("not-found", `There is no token ${JSON.stringify(order.id)}.`);
      tokens.remove(ACTOR, token);
      return host.note(`The token ${token.name} of ${token.user} was revoked.`);
    }
  }
}

async function addUser(
  order: Extract<AccountOrder, { order: "user add" }>,
  stores: Stores,
  host: AccountHost,
): Promise<void> {
  const name = canonicalUserName(order.name);
  if (name === undefined) throw new AppError("configuration", `A user name ${USER_NAME_RULE}.`);
  if (stores.users.find(name) !== undefined) throw new AppError("conflict", `There is already a user ${name}.`);
  const { role, permissions: extraPermissions, onvif } = order;
  const password = await newPassword(name, stores, host);
  stores.users.add(ACTOR, { name, role, extraPermissions, onvif, password });
  host.note(`The user ${name} was added as ${role}.`);
}

function addToken(order: Extract<AccountOrder, { order: "token add" }>, stores: Stores, host: AccountHost): void {
  const owner = known(stores, order.user);
  const { name, permissions, lifetimeMs } = order;
  if (!isTokenName(name)) throw new AppError("configuration", `--name ${TOKEN_NAME_RULE}.`);
  const lacked = lackedBy(userRights(owner), permissions ?? []);
  if (lacked !== undefined) throw new AppError("configuration", `${owner.name} does not hold ${lacked} itself.`);
  const expiresMs = lifetimeMs === undefined ? undefined : Math.trunc(stores.clock.wallMs() + lifetimeMs);
  const { token, secret } = stores.tokens.add(ACTOR, { user: owner.name, name, permissions, expiresMs });
  host.note(`Token ${token.id} of ${owner.name}, valid ${untilText(expiresMs)}. It is shown this once:`);
  host.print(secret);
}

async function newPassword(name: string, { config }: Stores, host: AccountHost): Promise<NewPassword> {
  const text = await host.askPassword(name);
  const isAllowed = config.demo && config.loopbackOnly ? isAcceptablePassword : isStrongPassword;
  if (!isAllowed(text, name)) throw new AppError("configuration", `That password is too weak: ${PASSWORD_RULE}.`);
  return { text, hash: await createPasswordHashing().hash(text), mustChange: false };
}

function known({ users }: Stores, given: string): StoredUser {
  const user = users.find(given.normalize("NFC"));
  if (user === undefined)
    throw new AppError("not-found", `There is no user ${JSON.stringify(given)}; rotordream user list shows them.`);
  return user;
}

function userLine(user: StoredUser): string {
  const extra = [...rightsOf("guest", user.extraPermissions)].map((permission) => `+${permission}`);
  return [user.name.padEnd(32), user.role.padEnd(13), user.onvif ? "onvif" : "no-onvif", ...extra].join("  ");
}

function untilText(expiresMs: number | undefined): string {
  return expiresMs === undefined ? "for ever" : `until ${new Date(expiresMs).toISOString()}`;
}

function openStores(config: ServerConfig, mayMake: boolean): Stores & { readonly database: Database } {
  const { dataFolder } = config;
  if (config.temporaryDataFolder)
    throw new AppError("configuration", "a demo without --data-dir keeps nothing; name the folder that is meant");
  if (!mayMake && !existsSync(`${dataFolder}/${DATABASE_FILE}`))
    throw new StorageError(`there are no users in ${dataFolder} yet; choose another folder with --data-dir`);
  makeDataFolder(dataFolder);
  becomeOwner(dataFolder);
  const clock: Clock = { wallMs: () => Date.now(), monotonicUs: () => performance.now() * 1000 };
  const crypto = createCrypto();
  const box = openSecretBox(dataFolder);
  const database = openDatabase(dataFolder);
  const audit = new AuditLog(database, clock);
  const tokens = new TokenStore({ database, clock, crypto, audit });
  const users = new UserStore({ database, box, clock, crypto, audit, tokens });
  return { config, clock, database, users, tokens };
}

/** As root, files that are made here must stay usable for the server, which runs as the folder's owner. */
export function becomeOwner(dataFolder: string): void {
  const { uid, gid } = statSync(dataFolder);
  if (process.geteuid?.() !== 0 || uid === 0) return;
  process.setegid?.(gid);
  process.seteuid?.(uid);
}
