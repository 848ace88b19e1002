import { describe, expect, test } from "bun:test";
import { digestSecrets } from "../../../src/identity/digest.ts";
import { createSecretBox } from "../../../src/storage/secret-box.ts";
import { ACTOR, createStores, newUser } from "../../support/stores.ts";

const password = (text: string) => ({ text, hash: `hash of ${text}`, mustChange: false });

describe("a user", () => {
  test("is found as it was added, with its secrets sealed", () => {
    const { users, crypto, clock, database } = createStores();
    users.add(ACTOR, newUser("أحمد", { text: "geheim geheim", extraPermissions: ["Device_rw", "Media_r"] }));
    expect(users.find("أحمد")).toEqual({
      name: "أحمد",
      role: "viewer",
      extraPermissions: ["Device_rw"],
      passwordHash: "hash of geheim geheim",
      passwordRevision: expect.any(Number),
      mustChangePassword: false,
      onvif: true,
      createdMs: clock.wallMs(),
      changedMs: clock.wallMs(),
    });
    expect(users.digestSecrets("أحمد")).toEqual(digestSecrets(crypto, "أحمد", "geheim geheim"));
    expect(users.onvifPassword("أحمد")).toBe("geheim geheim");
    const stored = JSON.stringify(database.query("SELECT digest_secrets, onvif_password FROM users").values());
    expect(stored).not.toContain("geheim");
    expect(users.find("Ahmed")).toBeUndefined();
    expect(users.digestSecrets("Ahmed")).toBeUndefined();
  });

  test("without ONVIF leaves no recoverable password", () => {
    const { users } = createStores();
    users.add(ACTOR, newUser("eva", { onvif: false }));
    expect([users.find("eva")?.onvif, users.onvifPassword("eva")]).toEqual([false, undefined]);
  });

  test("may be there once, and a thousand in all", () => {
    const { users, database } = createStores();
    users.add(ACTOR, newUser("eva"));
    expect(() => users.add(ACTOR, newUser("eva"))).toThrow("already a user of this name");
    database.run(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
       INSERT INTO users SELECT 'u' || i, 'viewer', '[]', '', x'', NULL, 0, 0, 0, 0 FROM n`,
    );
    expect(() => users.add(ACTOR, newUser("one-more"))).toThrow("at most 1000 users");
  });

  test("is listed by name, from where a list ended", () => {
    const { users } = createStores();
    for (const name of ["c", "a", "b"]) users.add(ACTOR, newUser(name));
    expect(users.list({ limit: 2 }).map(({ name }) => name)).toEqual(["a", "b"]);
    expect(users.list({ after: "b", limit: 2 }).map(({ name }) => name)).toEqual(["c"]);
  });
});

describe("a change", () => {
  test("of the password is another one for every protocol", () => {
    const { users, crypto } = createStores();
    const before = users.add(ACTOR, newUser("eva"));
    const after = users.change(ACTOR, "eva", { password: { ...password("other"), mustChange: true } });
    expect(after).toMatchObject({ passwordHash: "hash of other", mustChangePassword: true, role: "viewer" });
    expect(after.passwordRevision).not.toBe(before.passwordRevision);
    expect(users.digestSecrets("eva")).toEqual(digestSecrets(crypto, "eva", "other"));
    expect(users.onvifPassword("eva")).toBe("other");
  });

  test("of ONVIF forgets the password, and needs it to turn on", () => {
    const { users } = createStores();
    users.add(ACTOR, newUser("eva"));
    expect(users.change(ACTOR, "eva", { onvif: false }).onvif).toBe(false);
    expect(users.change(ACTOR, "eva", { password: password("next one") }).onvif).toBe(false);
    expect(() => users.change(ACTOR, "eva", { onvif: true })).toThrow("onvif needs the password");
    users.change(ACTOR, "eva", { onvif: true, password: password("next one") });
    expect(users.onvifPassword("eva")).toBe("next one");
  });

  test("of one who is not there is refused", () => {
    const { users } = createStores();
    expect(() => users.change(ACTOR, "eva", {})).toThrow("no user of this name");
    expect(() => users.remove(ACTOR, "eva")).toThrow("no user of this name");
  });

  test("leaves at least one administrator", () => {
    const { users } = createStores();
    users.add(ACTOR, newUser("admin", { role: "administrator" }));
    users.add(ACTOR, newUser("eva"));
    expect(() => users.change(ACTOR, "admin", { role: "operator" })).toThrow("last administrator");
    expect(() => users.remove(ACTOR, "admin")).toThrow("last administrator");
    expect(users.change(ACTOR, "admin", { role: "administrator", onvif: false }).role).toBe("administrator");
    users.change(ACTOR, "eva", { role: "administrator" });
    users.remove(ACTOR, "admin");
    expect(users.hasAdministrator()).toBe(true);
  });

  test("is a line in the audit log, which a refused one is not", () => {
    const { users, audit } = createStores();
    users.add(ACTOR, newUser("eva", { text: "geheim geheim" }));
    users.change(ACTOR, "eva", { role: "operator", password: password("geheimer") });
    expect(() => users.change(ACTOR, "eva", { role: "viewer", onvif: true, password: password("x") })).not.toThrow();
    expect(() => users.add(ACTOR, newUser("eva"))).toThrow();
    users.remove(ACTOR, "eva");
    const lines = audit.list({ limit: 10 });
    expect(lines.map(({ action, subject, user }) => [action, subject, user])).toEqual([
      ["user-removed", "eva", "admin"],
      ["user-changed", "eva", "admin"],
      ["user-changed", "eva", "admin"],
      ["user-added", "eva", "admin"],
    ]);
    expect(lines[2]?.detail).toEqual({ changed: ["role", "password"], role: "operator" });
    expect(JSON.stringify(lines)).not.toContain("geheim");
  });
});

describe("logins end", () => {
  const ends = { tokenMs: 9e15, sessionMs: 9e15 };

  /** A user with a login and a token that may all, one that may look and one that may change the device. */
  function withTokens() {
    const stores = createStores();
    const { users, tokens } = stores;
    users.add(ACTOR, newUser("eva", { role: "operator" }));
    const login = tokens.addLogin("eva", ends);
    const named = (name: string, permissions?: readonly ("Media_r" | "Device_rw")[]) =>
      tokens.add(ACTOR, { user: "eva", name, permissions, expiresMs: undefined });
    const made = [named("all"), named("look", ["Media_r"]), named("change", ["Device_rw"])];
    const alive = () => ({
      login: tokens.findBySecret(login.token.secret) !== undefined,
      session: tokens.findBySecret(login.session.secret) !== undefined,
      named: made.filter(({ secret }) => tokens.findBySecret(secret) !== undefined).map(({ token }) => token.name),
    });
    return { ...stores, alive };
  }

  test("by another password; named tokens stay", () => {
    const { users, alive } = withTokens();
    users.change(ACTOR, "eva", { password: password("other") });
    expect(alive()).toEqual({ login: false, session: false, named: ["all", "look", "change"] });
  });

  test("by fewer rights, and named tokens above them go", () => {
    const { users, alive } = withTokens();
    users.change(ACTOR, "eva", { role: "viewer" });
    expect(alive()).toEqual({ login: false, session: false, named: ["all", "look"] });
  });

  test("by more rights, with no token", () => {
    const { users, alive } = withTokens();
    users.change(ACTOR, "eva", { extraPermissions: ["User_r"] });
    expect(alive()).toEqual({ login: false, session: false, named: ["all", "look", "change"] });
  });

  test("not by what changes no right", () => {
    const { users, alive } = withTokens();
    users.change(ACTOR, "eva", { onvif: false, role: "operator", extraPermissions: ["Media_r"] });
    expect(alive()).toEqual({ login: true, session: true, named: ["all", "look", "change"] });
  });

  test("with the user", () => {
    const { users, alive } = withTokens();
    users.remove(ACTOR, "eva");
    expect(alive()).toEqual({ login: false, session: false, named: [] });
  });
});

test("after the device key was lost, the password seals what Digest and ONVIF need again", () => {
  const { users, storeWith, crypto } = createStores(new Uint8Array(32).fill(1));
  users.add(ACTOR, newUser("eva", { text: "geheim geheim" }));
  users.add(ACTOR, newUser("bob", { onvif: false, text: "geheim geheim" }));
  const later = storeWith(createSecretBox(new Uint8Array(32).fill(2)));
  expect([later.digestSecrets("eva"), later.onvifPassword("eva")]).toEqual([undefined, undefined]);
  for (const name of ["eva", "bob"]) later.renewSecrets(name, "geheim geheim");
  expect(later.digestSecrets("eva")).toEqual(digestSecrets(crypto, "eva", "geheim geheim"));
  expect([later.onvifPassword("eva"), later.onvifPassword("bob")]).toEqual(["geheim geheim", undefined]);
});
