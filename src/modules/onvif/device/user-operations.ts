import { AppError } from "../../../core/errors.ts";
import type { Role } from "../../../identity/permissions.ts";
import { actionFailed, invalidArgs, invalidArgument, SoapFault } from "../../../soap/fault.ts";
import { readWord, requiredText, textOf } from "../../../soap/request-values.ts";
import { findChildren, type XmlElement } from "../../../soap/xml-element.ts";
import { xml } from "../../../soap/xml-writer.ts";
import type { StoredUser } from "../../../storage/user-store.ts";
import type { UserCaller, WantedChange, WantedUser } from "../../users/service.ts";
import { type OnvifCaller, type OperationTable, operation } from "../operation.ts";
import { hasProvenPassword } from "./actor.ts";
import { MAX_PASSWORD, MAX_USER_NAME, MAX_USERS } from "./capabilities.ts";

/** The users as this service needs them. */
export interface OnvifUsers {
  list(after: string | undefined, limit: number): readonly StoredUser[];
  addAll(caller: UserCaller, wanted: readonly WantedUser[]): Promise<void>;
  changeAll(
    caller: UserCaller,
    wanted: readonly { readonly name: string; readonly change: WantedChange }[],
  ): Promise<void>;
  removeAll(caller: UserCaller, names: readonly string[]): void;
}

const LEVELS: Readonly<Record<Role, string>> = {
  administrator: "Administrator",
  operator: "Operator",
  viewer: "User",
  guest: "Anonymous",
};
const ROLES = { Administrator: "administrator", Operator: "operator", User: "viewer" } as const;
/** As many as there can be at all. */
const ALL = 1000;

interface GivenUser {
  readonly name: string;
  readonly password: string | undefined;
  readonly role: keyof typeof LEVELS;
}

/** Users, whose levels are roles of ours. Lists are done whole or not at all. */
export function userOperations(users: OnvifUsers): OperationTable {
  const names = () => new Set(users.list(undefined, ALL).map(({ name }) => name));
  return {
    "tds:GetUsers": operation({
      access: "READ_SYSTEM_SECRET",
      area: "users",
      handle: () =>
        users
          .list(undefined, ALL)
          .map(({ name, role }) => xml("tds:User", xml("tt:Username", name), xml("tt:UserLevel", LEVELS[role]))),
    }),
    "tds:CreateUsers": operation({
      access: "WRITE_SYSTEM",
      area: "users",
      carriesSecrets: true,
      request: givenUsers,
      handle: async (given, caller) => {
        const there = names();
        const wanted = given.map(({ name, password = "", role }) => ({ name, password, role }));
        refuseClash(wanted, there);
        if (there.size + wanted.length > MAX_USERS)
          throw actionFailed("ter:TooManyUsers", `There are at most ${MAX_USERS} users`);
        for (const { name, password } of wanted) {
          refuseName(name);
          refuseLong(password);
        }
        await named(() => users.addAll(callerOf(caller), wanted));
      },
    }),
    "tds:SetUser": operation({
      access: "WRITE_SYSTEM",
      area: "users",
      carriesSecrets: true,
      request: givenUsers,
      handle: async (given, caller) => {
        refuseUnknown(
          given.map(({ name }) => name),
          names(),
        );
        for (const { password } of given) refuseLong(password ?? "");
        const wanted = given.map(({ name, password, role }) => ({ name, change: { password, role } }));
        await named(() => users.changeAll(callerOf(caller), wanted));
      },
    }),
    "tds:DeleteUsers": operation({
      access: "WRITE_SYSTEM",
      area: "users",
      request: (element) => {
        const given = findChildren(element, "tds:Username").map(({ text }) => text.normalize("NFC"));
        return counted([...new Set(given)]);
      },
      handle: async (given, caller) => {
        refuseUnknown(given, names());
        await named(async () => users.removeAll(callerOf(caller), given));
      },
    }),
  };
}

function callerOf(caller: OnvifCaller): UserCaller {
  return { identity: caller.identity, address: caller.address, hasProvenPassword: hasProvenPassword(caller) };
}

/** Throws SoapFault InvalidArgs, AnonymousNotAllowed. */
function givenUsers(element: XmlElement): readonly GivenUser[] {
  return counted(findChildren(element, "tds:User")).map((user) => {
    const level = readWord(requiredText(user, "tt:UserLevel"), [...Object.values(LEVELS), "Extended"]);
    if (level === "Anonymous") throw prohibited("AnonymousNotAllowed", "Nobody is made a user without rights");
    if (level === "Extended") throw invalidArgument(undefined, "The levels are Administrator, Operator and User");
    return {
      name: requiredText(user, "tt:Username").normalize("NFC"),
      password: textOf(user, "tt:Password"),
      role: ROLES[level as keyof typeof ROLES],
    };
  });
}

function counted<T>(items: readonly T[]): readonly T[] {
  if (items.length === 0) throw invalidArgs("At least one user is expected");
  if (items.length > MAX_USERS) throw actionFailed("ter:TooManyUsers", `There are at most ${MAX_USERS} users`);
  return items;
}

function refuseClash(wanted: readonly Pick<GivenUser, "name">[], there: ReadonlySet<string>): void {
  const given = wanted.map(({ name }) => name);
  if (new Set(given).size < given.length || given.some((name) => there.has(name)))
    throw prohibited("UsernameClash", "There is already a user of this name");
}

function refuseUnknown(given: readonly string[], there: ReadonlySet<string>): void {
  if (given.some((name) => !there.has(name)))
    throw invalidArgument("ter:UsernameMissing", "There is no user of this name");
}

function refuseName(name: string): void {
  if (name === "") throw prohibited("UsernameTooShort", "A user name has at least one character");
  if ([...name].length > MAX_USER_NAME)
    throw prohibited("UsernameTooLong", `A user name has at most ${MAX_USER_NAME} characters`);
}

function refuseLong(password: string): void {
  if ([...password].length > MAX_PASSWORD)
    throw prohibited("PasswordTooLong", `A password has at most ${MAX_PASSWORD} characters`);
}

/** What the users' service refuses, by the names that ONVIF has for it. */
async function named(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof AppError && error.detail.key === "password")
      throw prohibited("PasswordTooWeak", error.message);
    // all that is left to clash with: the last administrator
    if (error instanceof AppError && error.kind === "conflict") throw invalidArgument("ter:FixedUser", error.message);
    throw error;
  }
}

function prohibited(subcode: string, reason: string): SoapFault {
  return new SoapFault("Sender", ["ter:OperationProhibited", `ter:${subcode}`], reason);
}
