import { describe, expect, test } from "bun:test";
import { maxValue, minValue, number, object, optional, pipe, safeParse, strictObject, string } from "valibot";
import { AppError, type ErrorKind } from "../../../src/core/errors.ts";
import { defect, errorAnswer, invalidValue } from "../../../src/http/errors.ts";

const STATUS: Readonly<Record<ErrorKind, number>> = {
  "bad-request": 400,
  unauthenticated: 401,
  forbidden: 403,
  "locked-out": 429,
  "not-found": 404,
  "method-not-allowed": 405,
  conflict: 409,
  "upgrade-required": 426,
  "not-supported": 409,
  "not-acceptable": 406,
  "precondition-failed": 412,
  "precondition-required": 428,
  "too-large": 413,
  "rate-limited": 429,
  "limit-reached": 503,
  unavailable: 503,
  misdirected: 421,
  configuration: 400,
  internal: 500,
};

test.each(Object.entries(STATUS))("%s is %d with a code", (kind, status) => {
  const answer = errorAnswer(new AppError(kind as ErrorKind, "why"), "id");
  expect(answer.status).toBe(status);
  expect(answer.members).toMatchObject({ error: "why", code: expect.stringMatching(/^[A-Z_]+$/) });
});

test("facts of an error stand beside it, in the body and in headers", () => {
  const detail = { limit: 100, period: "minute", retryAfterSeconds: 45 };
  expect(errorAnswer(new AppError("rate-limited", "Rate limit exceeded", detail), "id")).toEqual({
    status: 429,
    members: { error: "Rate limit exceeded", code: "RATE_LIMITED", limit: 100, period: "minute", retry_after: 45 },
    headers: { "Retry-After": "45" },
  });
  expect(errorAnswer(new AppError("method-not-allowed", "no", { allow: ["GET", "HEAD"] }), "id").headers).toEqual({
    Allow: "GET, HEAD",
  });
  expect(
    errorAnswer(new AppError("unavailable", "gone", { errorCode: "CAMERA_OFFLINE", key: "cam1" }), "id").members,
  ).toEqual({
    error: "gone",
    code: "CAMERA_OFFLINE",
    key: "cam1",
  });
});

test("a defect shows its request id and nothing else", () => {
  const { members } = errorAnswer(defect("abc123"), "abc123");
  expect(members).toEqual({ error: expect.stringContaining("abc123"), code: "INTERNAL", request_id: "abc123" });
});

describe("what a schema refuses becomes a sentence with the key", () => {
  const range = "must be between 0 and 100";
  const schema = object({
    brightness: optional(pipe(number("must be a number"), minValue(0, range), maxValue(100, range))),
    nested: optional(strictObject({ name: string() })),
  });

  test.each([
    [{ brightness: 101 }, "brightness must be between 0 and 100", "brightness"],
    [{ brightness: "s3cret" }, "brightness must be a number", "brightness"],
    [{ nested: {} }, "nested.name is missing", "nested.name"],
    [{ nested: { name: 5 } }, "nested.name is not valid", "nested.name"],
    [{ nested: { name: "a", s3cret: 1 } }, "nested.s3cret is not a known key", "nested.s3cret"],
    ["s3cret", "The request is not valid", undefined],
  ])("%j", (value, sentence, key) => {
    const { issues = [] } = safeParse(schema, value);
    const { message, detail } = invalidValue(issues);
    expect(message).toBe(sentence);
    expect(detail).toEqual({ errorCode: "INVALID_VALUE", ...(key === undefined ? {} : { key }) });
  });
});
