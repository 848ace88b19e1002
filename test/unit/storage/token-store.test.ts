import { expect, test } from "bun:test";
import { ACTOR, createStores, newUser } from "../../support/stores.ts";

const HOUR_MS = 3600_000;

function withEva() {
  const stores = createStores();
  stores.users.add(ACTOR, newUser("eva"));
  const ends = () => ({ tokenMs: stores.clock.wallMs() + HOUR_MS, sessionMs: stores.clock.wallMs() + HOUR_MS });
  const add = (name: string, expiresMs?: number) =>
    stores.tokens.add(ACTOR, { user: "eva", name, permissions: ["Media_r"], expiresMs });
  return { ...stores, ends, add };
}

test("a token is known by its secret, which is kept nowhere", () => {
  const { tokens, add, clock, database } = withEva();
  const { token, secret } = add("nvr", clock.wallMs() + HOUR_MS);
  expect(secret).toMatch(/^[\w-]{43}$/);
  expect(tokens.findBySecret(secret)).toEqual(token);
  expect(tokens.find(token.id)).toEqual(token);
  expect(token).toMatchObject({
    kind: "token",
    user: "eva",
    name: "nvr",
    permissions: ["Media_r"],
    lastUsedMs: undefined,
  });
  expect(tokens.findBySecret(`${secret}x`)).toBeUndefined();
  const { secret_hash } = database.query<{ secret_hash: Uint8Array }, []>("SELECT secret_hash FROM tokens").get() ?? {};
  expect(secret_hash).toHaveLength(32);
  expect(Buffer.from(secret_hash ?? []).toString("latin1")).not.toContain(secret);
});

test("a user has at most 64 of them", () => {
  const { add, tokens } = withEva();
  for (let made = 0; made < 64; made += 1) add(`token ${made}`);
  expect(() => add("one more")).toThrow("at most 64 tokens");
  tokens.remove(ACTOR, tokens.list("eva")[0] ?? add("never").token);
  expect(add("one more").token.name).toBe("one more");
});

test("a login has a token and a session that end together", () => {
  const { tokens, ends } = withEva();
  const [first, second] = [tokens.addLogin("eva", ends()), tokens.addLogin("eva", ends())];
  expect(first.token.token.kind).toBe("login");
  expect(first.session.token.kind).toBe("session");
  expect(tokens.list("eva")).toEqual([]);
  expect(tokens.endLogin("eva", first.token.token.loginId ?? "")).toBe(1);
  expect(tokens.findBySecret(first.token.secret)).toBeUndefined();
  expect(tokens.findBySecret(first.session.secret)).toBeUndefined();
  expect(tokens.findBySecret(second.session.secret)).toBeDefined();
  expect(tokens.endLogins("eva")).toBe(1);
  expect(tokens.endLogins("eva")).toBe(0);
});

test("a login that a full disk does not take holds until the next start, and ends like any other", () => {
  const { tokens, users, ends, database, clock, add } = withEva();
  const written = tokens.addLogin("eva", ends());
  database.run("PRAGMA max_page_count = 1"); // as few as there are
  // what is free in the pages that there are takes some
  const logins = Array.from({ length: 80 }, () => {
    clock.advanceMs(1000);
    return tokens.addLogin("eva", ends());
  });
  expect(() => Array.from({ length: 64 }, (_, index) => add(`token ${index}`))).toThrow("full");
  const lives = ({ token, session }: (typeof logins)[number]) =>
    [token, session].every(({ secret, token: { id } }) => tokens.findBySecret(secret)?.id === id);
  expect(logins.slice(-16).every(lives)).toBe(true);
  expect(logins.filter(lives).length).toBeLessThanOrEqual(128);
  const last = logins.at(-1);
  if (last === undefined) throw new Error("there are no logins");
  tokens.noteUse(last.session.token.id, clock.wallMs());
  expect(tokens.find(last.session.token.id)?.lastUsedMs).toBe(clock.wallMs());
  expect(tokens.endLogin("eva", last.token.token.loginId ?? "")).toBe(1);
  expect(lives(last)).toBe(false);
  database.run("PRAGMA max_page_count = 4294967294");
  users.remove(ACTOR, "eva");
  users.add(ACTOR, newUser("eva"));
  expect([written, ...logins].filter(lives)).toEqual([]);
});

test("of more than 64 logins the one unused for longest leaves", () => {
  const { tokens, ends, clock } = withEva();
  const logins = Array.from({ length: 64 }, () => {
    clock.advanceMs(1000);
    return tokens.addLogin("eva", ends());
  });
  clock.advanceMs(1000);
  tokens.noteUse(logins[0]?.token.token.id ?? "", clock.wallMs());
  tokens.addLogin("eva", ends());
  const alive = logins.map(({ session }) => tokens.findBySecret(session.secret) !== undefined);
  expect(alive.slice(0, 3)).toEqual([true, false, true]);
  expect(alive.filter((one) => one)).toHaveLength(63);
});

test("what ended by time is forgotten: expired tokens, and sessions that idled", () => {
  const { tokens, add, ends, clock } = withEva();
  const forever = add("for ever");
  const short = add("short", clock.wallMs() + 1000);
  const login = tokens.addLogin("eva", ends());
  expect(tokens.removeEnded(clock.wallMs() - 1)).toBe(0);
  clock.advanceMs(1000);
  expect(tokens.removeEnded(clock.wallMs() - 1000)).toBe(2);
  expect(tokens.find(short.token.id)).toBeUndefined();
  expect(tokens.findBySecret(login.session.secret)).toBeUndefined();
  expect(tokens.findBySecret(login.token.secret)).toBeDefined();
  expect(tokens.find(forever.token.id)).toBeDefined();
});

test("making and revoking one are lines in the audit log, without the secret", () => {
  const { audit, tokens, add } = withEva();
  const { token, secret } = add("nvr");
  tokens.remove(ACTOR, token);
  const lines = audit.list({ limit: 2 });
  expect(lines.map(({ action, subject }) => [action, subject])).toEqual([
    ["token-removed", "eva"],
    ["token-added", "eva"],
  ]);
  expect(JSON.stringify(lines)).not.toContain(secret);
});
