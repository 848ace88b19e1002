import { expect, test } from "bun:test";
import { errorEnvelope, successEnvelope } from "../../../src/http/envelope.ts";

test("members of an object stand at the top level too", () => {
  expect(successEnvelope({ token: "t", user: { name: "a" } }, 1704067200000.7)).toEqual({
    status: "success",
    data: { token: "t", user: { name: "a" } },
    timestamp: 1704067200000,
    token: "t",
    user: { name: "a" },
  });
});

test("but never replace the envelope's own", () => {
  const data = { status: "offline", data: 1, timestamp: 2, name: "x" };
  expect(successEnvelope(data, 5)).toEqual({ status: "success", data, timestamp: 5, name: "x" });
});

test.each([[[1, 2]], [null], ["text"], [7], [false]])("%j has no members to lift", (data) => {
  expect(successEnvelope(data, 5)).toEqual({ status: "success", data, timestamp: 5 });
});

test("an error has the same shape", () => {
  expect(errorEnvelope({ error: "why", code: "CONFLICT" }, 5.9)).toEqual({
    status: "error",
    error: "why",
    code: "CONFLICT",
    timestamp: 5,
  });
});
