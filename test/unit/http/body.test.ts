import { expect, test } from "bun:test";
import { AppError } from "../../../src/core/errors.ts";
import { readBody } from "../../../src/http/body.ts";
import { createManualTime } from "../../support/manual-scheduler.ts";

const { scheduler } = createManualTime();
const read = (body: string | Uint8Array<ArrayBuffer>, form: Parameters<typeof readBody>[1] = {}) =>
  readBody(new Request("http://cam/", { method: "POST", body }), form, scheduler);
const failure = (result: Promise<unknown>) =>
  result.then(
    (value) => `nothing: ${JSON.stringify(value)}`,
    (error: unknown) =>
      error instanceof AppError ? `${error.kind} ${error.detail.errorCode ?? ""}`.trim() : String(error),
  );

test.each([
  ["", {}],
  [" \n", {}],
  ['{"a":1,"a":2}', { a: 2 }],
  ['"\\u0000\\ud800"', "\u0000\ud800"],
  ["[1e308,-1E+100,0.1e-999]", [1e308, -1e100, 0]],
  ['"1e999 [[[["', "1e999 [[[["],
  [`${"[".repeat(64)}${"]".repeat(64)}`, expect.anything()],
  [`"${"[".repeat(1000)}"`, expect.any(String)],
  [`["\\"${"[".repeat(100)}"]`, expect.anything()],
  [JSON.stringify("x".repeat(1_000_000)), expect.any(String)],
])("%.40s is read", async (text, value) => {
  expect(await read(text)).toEqual(value);
});

test.each([
  "{a:1}",
  "{'a':1}",
  '{"a":1,}',
  "NaN",
  "Infinity",
  "-Infinity",
  "1e999",
  '{"a":[-1e999]}',
  `1${"0".repeat(400)}`,
  '"\u0001"',
  '"a\nb"',
  "[1] [2]",
  "0x10",
  "undefined",
  `${"[".repeat(65)}${"]".repeat(65)}`,
  `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`,
  "[".repeat(1_000_000),
  "]".repeat(100),
])("%.40s is malformed", async (text) => {
  expect(await failure(read(text))).toBe("bad-request MALFORMED_JSON");
});

test("bytes that are no UTF-8 are no text; as bytes they are taken as they are", async () => {
  const bytes = Uint8Array.of(0x22, 0xff, 0x22);
  expect(await failure(read(bytes))).toBe("bad-request MALFORMED_JSON");
  expect(await failure(read(bytes, { bodyForm: "text" }))).toBe("bad-request MALFORMED_JSON");
  expect(await read(bytes, { bodyForm: "bytes" })).toEqual(bytes);
});

test("__proto__ is a member like any other", async () => {
  const value = (await read('{"__proto__":{"admin":true},"constructor":1}')) as object;
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(Object.keys(value)).toEqual(["__proto__", "constructor"]);
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
});

test("a body that drips in is refused at its deadline", async () => {
  const time = createManualTime();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  void writer.write(Uint8Array.of(0x7b)).catch(() => undefined);
  const request = new Request("http://cam/", { method: "POST", body: readable });
  const read = failure(readBody(request, {}, time.scheduler));
  time.advanceMs(29_999);
  const pending = Symbol("pending");
  expect(await Promise.race([read, Promise.resolve(pending)])).toBe(pending);
  time.advanceMs(1);
  expect(await read).toBe("bad-request");
});
