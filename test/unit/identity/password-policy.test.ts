import { expect, test } from "bun:test";
import { isStrongPassword } from "../../../src/identity/password-policy.ts";

test.each(["1234567", "12345678", "Password", "PaSsWoRd123", "ｐａｓｓｗｏｒｄ", "administrator", "x".repeat(129), ""])(
  "%p is refused",
  (password) => {
    expect(isStrongPassword(password, "admin")).toBe(false);
  },
);

test.each(["kqzvtrwp", "x".repeat(128), "ключ от дома", "🔑🔑🔑🔑🔑🔑🔑🔑", "correct horse battery staple"])(
  "%p is taken",
  (password) => {
    expect(isStrongPassword(password, "admin")).toBe(true);
  },
);

test("the user's own name is refused in any case", () => {
  expect(isStrongPassword("Wilhelmine", "wilhelmine")).toBe(false);
  expect(isStrongPassword("Wilhelmine", "anna")).toBe(true);
});
