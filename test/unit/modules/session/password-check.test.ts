import { describe, expect, test } from "bun:test";
import { createLoginFailures } from "../../../../src/identity/login-failures.ts";
import { createPasswordCheck } from "../../../../src/modules/session/password-check.ts";
import { createVerifiedCredentials } from "../../../../src/modules/session/verified-credentials.ts";
import type { PasswordHashing } from "../../../../src/storage/password-hashing.ts";
import { ACTOR, createStores, newUser } from "../../../support/stores.ts";

const ADDRESS = "192.0.2.1";

/** A check whose hashing is counted and may be held. */
function setUp(limit = 5) {
  const stores = createStores();
  const { users, clock, crypto } = stores;
  users.add(ACTOR, newUser("eva", { text: "geheim" }));
  const hashed: string[] = [];
  const lines: string[] = [];
  let gate: Promise<void> | undefined;
  const hashing: PasswordHashing = {
    hash: async (password) => `hash of ${password}`,
    verify: async (password, hash) => {
      hashed.push(hash);
      await gate;
      return hash === `hash of ${password}`;
    },
  };
  const passwords = createPasswordCheck({
    users,
    hashing,
    failures: createLoginFailures(clock, () => limit),
    verified: createVerifiedCredentials(crypto, clock),
    record: {
      succeeded: () => {},
      failed: (user) => void lines.push(`failed ${user}`),
      lockedOut: (user) => void lines.push(`locked ${user}`),
    },
  });
  const outcome = async (user: string, password: string) => (await passwords.check(user, password, ADDRESS)).outcome;
  const hold = () => {
    const held = Promise.withResolvers<void>();
    gate = held.promise;
    return () => {
      gate = undefined;
      held.resolve();
    };
  };
  return { ...stores, hashed, lines, passwords, outcome, hold };
}

test("a name without a user costs one hash of the same kind, like a wrong password", async () => {
  const { outcome, hashed, lines } = setUp();
  expect(await outcome("eva", "wrong")).toBe("wrong");
  expect(await outcome("nobody", "wrong")).toBe("wrong");
  expect(hashed).toHaveLength(2);
  expect(hashed[0]).toBe("hash of geheim");
  expect(hashed[1]).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(lines).toEqual(["failed eva", "failed nobody"]);
});

test("a Digest of a name without a user is proved like a wrong one, and never right", () => {
  const { passwords } = setUp();
  const asked: (string | undefined)[] = [];
  const proof = (name: string, result: "right" | "wrong" | "void") =>
    passwords.checkProof(name, ADDRESS, (user) => {
      asked.push(user?.name);
      return result;
    }).outcome;
  expect(proof("nobody", "right")).toBe("wrong");
  expect(proof("nobody", "void")).toBe("wrong");
  expect(proof("eva", "void")).toBe("void");
  expect(proof("eva", "right")).toBe("right");
  expect(asked).toEqual([undefined, undefined, "eva", "eva"]);
});

describe("a right password", () => {
  test("is remembered for five minutes, for its user alone", async () => {
    const { outcome, hashed, clock, users } = setUp();
    users.add(ACTOR, newUser("bob", { text: "geheim" }));
    for (let asked = 0; asked < 3; asked += 1) expect(await outcome("eva", "geheim")).toBe("right");
    expect(hashed).toHaveLength(1);
    expect(await outcome("bob", "geheim")).toBe("right");
    expect(await outcome("eva", "wrong")).toBe("wrong");
    expect(hashed).toHaveLength(3);
    clock.advanceMs(300_000);
    expect(await outcome("eva", "geheim")).toBe("right");
    expect(hashed).toHaveLength(4);
  });

  test("is hashed again after a change of the password, even to the same one", async () => {
    const { outcome, hashed, users } = setUp();
    await outcome("eva", "geheim");
    users.change(ACTOR, "eva", { password: { text: "geheim", hash: "hash of geheim", mustChange: false } });
    await outcome("eva", "geheim");
    expect(hashed).toHaveLength(2);
  });

  test("that was changed while it was hashed is wrong", async () => {
    const { outcome, users, hold } = setUp();
    const release = hold();
    const result = outcome("eva", "geheim");
    users.change(ACTOR, "eva", { password: { text: "other", hash: "hash of other", mustChange: false } });
    release();
    expect(await result).toBe("wrong");
  });

  test("in another spelling of the name is right too", async () => {
    const { outcome, users } = setUp();
    users.add(ACTOR, newUser("J\u00fcrgen", { text: "geheim" }));
    expect(await outcome("Ju\u0308rgen", "geheim")).toBe("right");
  });
});

describe("the lock", () => {
  test("is looked at before hashing, and opens for nothing remembered", async () => {
    const { outcome, hashed, lines } = setUp();
    await outcome("eva", "geheim");
    for (let failed = 0; failed < 5; failed += 1) await outcome("eva", "wrong");
    const before = hashed.length;
    expect(await outcome("eva", "geheim")).toBe("locked-out");
    expect(await outcome("eva", "wrong")).toBe("locked-out");
    expect(hashed).toHaveLength(before);
    expect(lines).toEqual([...Array(5).fill("failed eva"), "locked eva"]);
  });

  test("tells nothing of guesses that were under way when it fell", async () => {
    const { passwords, lines, hold } = setUp();
    const release = hold();
    const guesses = [...Array.from({ length: 8 }, (_, index) => `guess ${index}`), "geheim"].map((guess) =>
      passwords.check("eva", guess, ADDRESS),
    );
    release();
    const outcomes = (await Promise.all(guesses)).map(({ outcome }) => outcome);
    expect(outcomes).toEqual([...Array(5).fill("wrong"), ...Array(4).fill("locked-out")]);
    expect(lines.filter((line) => line.startsWith("locked"))).toEqual(["locked eva"]);
  });

  test("is not opened by a proof that was used before", async () => {
    const { outcome, passwords } = setUp();
    for (let failed = 0; failed < 4; failed += 1) await outcome("eva", "wrong");
    passwords.checkProof("eva", ADDRESS, () => "void");
    await outcome("eva", "wrong");
    expect(await outcome("eva", "geheim")).toBe("locked-out");
  });
});
