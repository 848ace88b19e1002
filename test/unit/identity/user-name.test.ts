import { expect, test } from "bun:test";
import { canonicalUserName } from "../../../src/identity/user-name.ts";

test.each(["a", "admin", "A.b_c-9", "أحمد", "محمد-١٢", "Jürgen", "李雷", "𠮷", "x".repeat(32), "..a"])(
  "%p is a name",
  (name) => {
    expect(canonicalUserName(name)).toBe(name);
  },
);

test.each([
  "",
  " ",
  "a b",
  "a/b",
  "a:b",
  "a\n",
  "a\u0000",
  ".",
  "..",
  "x".repeat(33),
  "a@b",
  "é\u0301\u0301",
  "‮a",
  "🙂",
])("%p is none", (name) => {
  expect(canonicalUserName(name)).toBeUndefined();
});

test("a name has one spelling", () => {
  expect(canonicalUserName("Ju\u0308rgen")).toBe("J\u00fcrgen");
});
