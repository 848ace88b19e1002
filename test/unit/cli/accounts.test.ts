import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AccountOrder } from "../../../src/cli/account-commands.ts";
import { manageAccounts } from "../../../src/cli/accounts.ts";
import { exitCodeOf } from "../../../src/cli/exit-code.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { openDatabase } from "../../../src/storage/database.ts";
import { inputsOf } from "../config/inputs.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function run(order: AccountOrder, password = "geheim geheim", flags = { demo: false }) {
  const printed: string[] = [];
  const noted: string[] = [];
  const asked: string[] = [];
  const code = await manageAccounts(order, loadConfig(inputsOf({ flags: { dataDir: folder, ...flags } })), {
    print: (line) => void printed.push(line),
    note: (line) => void noted.push(line),
    askPassword: async (user) => {
      asked.push(user);
      return password;
    },
  }).then(() => 0, exitCodeOf);
  return { code, printed, noted, asked };
}

const add = (name: string, role: "viewer" | "administrator" = "viewer") =>
  ({ order: "user add", name, role, permissions: [], onvif: true }) as const;

function readAll(sql: string): unknown[] {
  const database = openDatabase(folder);
  try {
    return database.query(sql).values();
  } finally {
    database.close();
  }
}

describe("user", () => {
  test("add makes data folder, key and database where there are none", async () => {
    rmSync(folder, { recursive: true });
    expect(await run(add("أحمد"))).toMatchObject({ code: 0, printed: [], asked: ["أحمد"] });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const file of ["device.key", "rotordream.db"]) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    expect(readAll("SELECT name, role, must_change_password FROM users")).toEqual([["أحمد", "viewer", 0]]);
    expect(readAll("SELECT user, address, action, subject FROM audit")).toEqual([
      [null, "local", "user-added", "أحمد"],
    ]);
  });

  test("add refuses what the device would refuse, and asks for no password then", async () => {
    await run(add("eva"));
    expect(await run(add("eva"))).toMatchObject({ code: 69, asked: [] });
    expect(await run(add("e v a"))).toMatchObject({ code: 78, asked: [] });
    expect((await run(add("bob"), "short")).code).toBe(78);
    expect((await run(add("bob"), "x", { demo: true })).code).toBe(0);
  });

  test("passwd changes the password, ends logins and takes initial-password away", async () => {
    await run(add("admin", "administrator"));
    await run(add("eva"));
    const before = readAll("SELECT password_hash FROM users ORDER BY name");
    writeFileSync(join(folder, "initial-password"), "x\n");
    await run({ order: "user passwd", name: "eva" }, "neues geheimnis");
    expect(existsSync(join(folder, "initial-password"))).toBe(true);
    expect((await run({ order: "user passwd", name: "admin" }, "neues geheimnis")).code).toBe(0);
    expect(existsSync(join(folder, "initial-password"))).toBe(false);
    const after = readAll("SELECT password_hash FROM users ORDER BY name");
    expect(after).toHaveLength(2);
    for (const [index, hash] of after.entries()) expect(hash).not.toEqual(before[index]);
    expect(await run({ order: "user passwd", name: "bob" })).toMatchObject({ code: 69, asked: [] });
  });

  test("rm removes, but not the last administrator", async () => {
    await run(add("admin", "administrator"));
    await run(add("eva"));
    expect((await run({ order: "user rm", name: "eva" })).code).toBe(0);
    expect((await run({ order: "user rm", name: "admin" })).code).toBe(69);
    expect((await run({ order: "user list" })).printed).toEqual([
      expect.stringMatching(/^admin +administrator +onvif$/),
    ]);
  });

  test("needs a folder with users, and a demo's own has none", async () => {
    expect((await run({ order: "user list" })).code).toBe(74);
    expect(existsSync(join(folder, "device.key"))).toBe(false);
    const config = loadConfig(inputsOf({ flags: { demo: true } }));
    const host = { print: () => {}, note: () => {}, askPassword: async () => "" };
    expect(await manageAccounts({ order: "user list" }, config, host).catch(exitCodeOf)).toBe(78);
  });
});

describe("token", () => {
  const wanted = {
    order: "token add",
    user: "eva",
    name: "nvr",
    lifetimeMs: undefined,
    permissions: undefined,
  } as const;

  test("add prints the secret alone, list its id, and rm revokes it", async () => {
    await run(add("eva"));
    const { printed, noted } = await run({ ...wanted, permissions: ["Media_r"], lifetimeMs: 86_400_000 });
    expect(printed).toEqual([expect.stringMatching(/^[\w-]{43}$/)]);
    expect(noted.join()).not.toContain(printed[0] ?? "");
    const listed = (await run({ order: "token list", user: "eva" })).printed;
    expect(listed).toEqual([expect.stringMatching(/^[0-9a-f]{16} {2}until 20\d\d-.+Z +nvr$/)]);
    const id = listed[0]?.slice(0, 16) ?? "";
    expect((await run({ order: "token rm", id })).code).toBe(0);
    expect((await run({ order: "token rm", id })).code).toBe(69);
    expect((await run({ order: "token list", user: "eva" })).printed).toEqual([]);
  });

  test("add gives no more than the user has, to nobody else", async () => {
    await run(add("eva"));
    expect((await run({ ...wanted, permissions: ["User_rw"] })).code).toBe(78);
    expect((await run({ ...wanted, name: "" })).code).toBe(78);
    expect((await run({ ...wanted, user: "bob" })).code).toBe(69);
  });
});
