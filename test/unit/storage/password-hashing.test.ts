import { expect, test } from "bun:test";
import { AppError } from "../../../src/core/errors.ts";
import { createPasswordHashing } from "../../../src/storage/password-hashing.ts";

/** Work that ends when the test says so. */
function heldWork() {
  let running = 0;
  let most = 0;
  const holds: PromiseWithResolvers<void>[] = [];
  const argon2 = {
    hash: async () => "",
    verify: async () => {
      running += 1;
      most = Math.max(most, running);
      const hold = Promise.withResolvers<void>();
      holds.push(hold);
      await hold.promise.finally(() => {
        running -= 1;
      });
      return true;
    },
  };
  return { argon2, holds, running: () => running, most: () => most };
}

const settle = () => new Promise(setImmediate);

test("Argon2id with 19 MiB and two passes", async () => {
  const hashing = createPasswordHashing();
  const hash = await hashing.hash("كلمة");
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await hashing.verify("كلمة", hash)).toBe(true);
  expect(await hashing.verify("", hash)).toBe(false);
});

test("two at a time, sixteen waiting, the next is refused", async () => {
  const { argon2, holds, running, most } = heldWork();
  const hashing = createPasswordHashing(argon2);
  const accepted = Array.from({ length: 18 }, () => hashing.verify("", ""));
  const refused = await hashing.verify("", "").catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(AppError);
  expect(refused).toMatchObject({ kind: "unavailable", detail: { retryAfterSeconds: 1 } });
  await settle();
  expect(running()).toBe(2);
  for (let done = 0; done < 18; done += 1) {
    holds[done]?.resolve();
    await settle();
  }
  expect(await Promise.all(accepted)).toEqual(Array(18).fill(true));
  expect(most()).toBe(2);
});

test("a failure gives its place on", async () => {
  const { argon2, holds, running } = heldWork();
  const hashing = createPasswordHashing(argon2);
  const work = [0, 1, 2].map(() => hashing.verify("", "").catch(() => "failed"));
  await settle();
  holds[0]?.reject(new Error("no memory"));
  await settle();
  expect(running()).toBe(2);
  holds[1]?.resolve();
  holds[2]?.resolve();
  expect(await Promise.all(work)).toEqual(["failed", true, true]);
  const next = hashing.verify("", "");
  await settle();
  expect(running()).toBe(1);
  holds[3]?.resolve();
  expect(await next).toBe(true);
});
