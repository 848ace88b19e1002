import { expect, test } from "bun:test";
import { createLog } from "../../../../src/core/log.ts";
import { createUsersPart } from "../../../../src/modules/users/backup-part.ts";
import { createSecretBox } from "../../../../src/storage/secret-box.ts";
import { ADMIN_PASSWORD, startTestIdentity } from "../../../support/identity.ts";
import { createManualTime } from "../../../support/manual-scheduler.ts";

const EVA_PASSWORD = "eva looks at pictures";

async function setUp() {
  const { clock, scheduler } = createManualTime();
  const log = createLog({ level: "error", write: () => undefined }, "test");
  const identity = await startTestIdentity({ clock, scheduler, log });
  const { database } = identity;
  const box = createSecretBox(new Uint8Array(32).fill(7));
  const part = createUsersPart(database, box, clock);
  const login = async (user: string, password: string) =>
    (await identity.authenticator.authenticatePassword({ user, password, address: "192.0.2.1", isSecure: true }))
      .outcome;
  const names = () =>
    database
      .query<{ name: string }, []>("SELECT name FROM users ORDER BY name")
      .all()
      .map(({ name }) => name);
  return { identity, part, login, names };
}

test("without secrets a backup tells names and rights only", async () => {
  const { identity, part } = await setUp();
  await identity.addUser("eva", EVA_PASSWORD, "viewer", { permissions: ["Device_rw"] });
  expect(part.export(false)).toMatchObject([
    { name: "admin", role: "administrator", permissions: [] },
    { name: "eva", role: "viewer", permissions: ["Device_rw"] },
  ]);
  const text = JSON.stringify(part.export(false));
  for (const word of ["argon2", "secrets", "digest"]) expect(text).not.toContain(word);
});

test("with secrets users come back with their passwords, and others go", async () => {
  const first = await setUp();
  await first.identity.addUser("eva", EVA_PASSWORD, "viewer");
  const backup = first.part.export(true);
  const second = await setUp();
  await second.identity.addUser("bob", "bob is not in the backup", "viewer");
  second.part.check(backup);
  second.part.import(backup);
  expect(second.names()).toEqual(["admin", "eva"]);
  expect(await second.login("eva", EVA_PASSWORD)).toBe("identified");
  expect(await second.login("admin", ADMIN_PASSWORD)).toBe("identified");
});

test("without secrets those who are there keep their passwords, and new ones cannot log in yet", async () => {
  const first = await setUp();
  await first.identity.addUser("eva", EVA_PASSWORD, "viewer");
  const second = await setUp();
  second.part.import(first.part.export(false));
  expect(second.names()).toEqual(["admin", "eva"]);
  expect(await second.login("admin", ADMIN_PASSWORD)).toBe("identified");
  for (const guess of [EVA_PASSWORD, "", "undefined"]) expect(await second.login("eva", guess)).toBe("rejected");
});

const USER = { name: "a", role: "viewer", permissions: [], must_change_password: false, created: 0 };

test.each([
  ["no list", {}],
  ["an empty list", []],
  ["a name that is none", [{ ...USER, name: "a/b" }]],
  ["a name twice", [USER, USER]],
  ["an unknown member", [{ ...USER, x: 1 }]],
  ["an unknown role", [{ ...USER, role: "root" }]],
] as const)("refuses %s", async (_, value) => {
  const { part } = await setUp();
  expect(() => part.check(value as never)).toThrow("parts.users is not a list of users");
});

test("refuses to leave nobody who can administrate", async () => {
  const { part, identity } = await setUp();
  const [admin] = part.export(true) as [object];
  const change = () => part.import([{ ...admin, role: "viewer" }] as never);
  expect(() => identity.database.transaction(change)()).toThrow("no administrator");
});

test.each([
  "$argon2id$v=19$m=4194304,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "$argon2id$v=19$m=19456,t=99,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "$argon2id$oops",
])("a hash that no login could afford or read is refused: %s", async (password_hash) => {
  const { part } = await setUp();
  const user = { name: "eva", role: "viewer", permissions: [], must_change_password: false, created: 1 };
  const secrets = { password_hash, digest: null, onvif_password: null };
  expect(() => part.check([{ ...user, secrets }])).toThrow("parts.users is not a list of users");
});
