import { expect, test } from "bun:test";
import { once } from "../../../src/core/once.ts";

test("what is made once is shared by all who ask, and made again after a failure", async () => {
  let calls = 0;
  const get = once(async () => {
    calls++;
    if (calls === 1) throw new Error("not yet");
    return calls;
  });
  const first = await Promise.allSettled([get(), get()]);
  expect(first.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect([await get(), await get(), calls]).toEqual([2, 2, 2]);
});
