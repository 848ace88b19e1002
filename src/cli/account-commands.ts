import { type Command, Option } from "commander";
import { AppError } from "../core/errors.ts";
import { PERMISSIONS, type Permission, ROLES, type Role } from "../identity/permissions.ts";

/** What is to be done with users and tokens. */
export type AccountOrder =
  | {
      readonly order: "user add";
      readonly name: string;
      readonly role: Role;
      /** Beside those of the role. */
      readonly permissions: readonly Permission[];
      readonly onvif: boolean;
    }
  | { readonly order: "user passwd" | "user rm"; readonly name: string }
  | { readonly order: "user list" }
  | {
      readonly order: "token add";
      readonly user: string;
      readonly name: string;
      /** Undefined: for ever. */
      readonly lifetimeMs: number | undefined;
      /** Undefined: all of the user's. */
      readonly permissions: readonly Permission[] | undefined;
    }
  | { readonly order: "token list"; readonly user: string }
  | { readonly order: "token rm"; readonly id: string };

const SECOND_MS = 1000;
const UNITS_MS: Readonly<Record<string, number>> = {
  s: SECOND_MS,
  m: 60 * SECOND_MS,
  h: 3600 * SECOND_MS,
  d: 86_400 * SECOND_MS,
  w: 7 * 86_400 * SECOND_MS,
  y: 365 * 86_400 * SECOND_MS,
};
const PERMISSIONS_OPTION = "--permissions <list>";

/** The grammar of `rotordream user` and `rotordream token`; both work beside a running server. */
export function addAccountCommands(program: Command, choose: (order: AccountOrder) => void): void {
  const user = program.command("user").description("users: add, passwd, rm, list; also beside a running server");
  user
    .command("add <name>")
    .description("add a user; the password is asked for, or read from standard input")
    .addOption(new Option("--role <role>", ROLES.join(", ")).choices(ROLES).makeOptionMandatory())
    .option(PERMISSIONS_OPTION, "more than the role brings, with commas between", permissionsOf)
    .option("--no-onvif", "keep nothing that ONVIF's login needs")
    .action((name: string, { role, permissions = [], onvif }) =>
      choose({ order: "user add", name, role, permissions, onvif }),
    );
  user
    .command("passwd <name>")
    .description("set a password, which ends the logins of the user")
    .action((name: string) => choose({ order: "user passwd", name }));
  user
    .command("rm <name>")
    .description("remove a user with its tokens")
    .action((name: string) => choose({ order: "user rm", name }));
  user
    .command("list")
    .description("list the users")
    .action(() => choose({ order: "user list" }));

  const token = program.command("token").description("tokens of users for devices and scripts: add, rm, list");
  token
    .command("add <user>")
    .description("make a token and print its secret, this once")
    .requiredOption("--name <name>", "what the token is for")
    .option("--expires <time>", "how long it lives, such as 12h, 30d or 1y (default: for ever)", lifetimeOf)
    .option(PERMISSIONS_OPTION, "what it may do, with commas between (default: all that the user may)", permissionsOf)
    .action((user: string, { name, expires, permissions }) =>
      choose({ order: "token add", user, name, lifetimeMs: expires, permissions }),
    );
  token
    .command("rm <id>")
    .description("revoke a token; token list tells ids")
    .action((id: string) => choose({ order: "token rm", id }));
  token
    .command("list <user>")
    .description("list the tokens of a user")
    .action((user: string) => choose({ order: "token list", user }));
}

function permissionsOf(text: string): readonly Permission[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "")
    .map((word) => {
      const permission = PERMISSIONS.find((one) => one === word);
      if (permission !== undefined) return permission;
      throw new AppError(
        "configuration",
        `--permissions cannot hold ${JSON.stringify(word)}; allowed: ${PERMISSIONS.join(", ")}`,
      );
    });
}

function lifetimeOf(text: string): number {
  const [, count = "", unit = ""] = /^([1-9]\d{0,4})([smhdwy])$/.exec(text) ?? [];
  const unitMs = UNITS_MS[unit];
  if (unitMs !== undefined) return Number(count) * unitMs;
  throw new AppError(
    "configuration",
    `--expires cannot be ${JSON.stringify(text)}; allowed: a number and s, m, h, d, w or y, such as 30d`,
  );
}
