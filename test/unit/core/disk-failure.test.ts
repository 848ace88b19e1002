import { expect, test } from "bun:test";
import { diskFailure, sentenceOf } from "../../../src/core/disk-failure.ts";
import { AppError } from "../../../src/core/errors.ts";

const failed = (code: string) => Object.assign(new Error(`${code}: /var/lib/rotordream`), { code });

test.each([
  ["ENOSPC", "the disk is full"],
  ["SQLITE_FULL", "the disk is full"],
  ["SQLITE_IOERR_WRITE", "the disk reports errors"],
  ["SQLITE_READONLY_DBMOVED", "the disk is mounted read-only"],
])("%s is the disk's failure: %s", (code, why) => {
  const error = diskFailure(failed(code));
  expect([error?.kind, error?.detail.errorCode]).toEqual(["unavailable", "STORAGE_UNAVAILABLE"]);
  expect(error?.message).toContain(why);
  expect(error?.message).not.toContain("/var");
  expect(sentenceOf(failed(code))).toBe(why);
});

test.each([
  failed("ENOENT"),
  failed("EACCES"),
  failed("SQLITE_CONSTRAINT"),
  new Error("no code"),
  new AppError("conflict", "no"),
  "a text",
])("%p may be anything's", (error) => {
  expect(diskFailure(error)).toBeUndefined();
});
