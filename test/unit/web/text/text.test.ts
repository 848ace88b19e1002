import { expect, test } from "bun:test";
import { RequestError } from "../../../../src/web/api/request-error.ts";
import { de } from "../../../../src/web/text/de.ts";
import { en } from "../../../../src/web/text/en.ts";
import { sentenceOf } from "../../../../src/web/text/error-sentence.ts";
import { createFormats } from "../../../../src/web/text/formats.ts";
import { preferredLanguage } from "../../../../src/web/text/languages.ts";

test.each([
  [["de-AT", "en"], "de"],
  [["fr-FR", "DE"], "de"],
  [["fr"], "en"],
  [[], "en"],
  [["toString"], "en"],
] as const)("of %j the page speaks %j", (wanted, language) => {
  expect(preferredLanguage(wanted)).toBe(language);
});

test("errors are sentences in the user's language, with the time to wait", () => {
  const failure = { code: "RATE_LIMITED", sentence: "Rate limit exceeded", retryAfterSeconds: 44.2 };
  expect(sentenceOf(new RequestError(failure), en.errors)).toBe(
    "Too many requests in a short time. Try again in 45 s.",
  );
  expect(sentenceOf(new RequestError(failure), de.errors)).toBe(
    "Zu viele Anfragen in kurzer Zeit. Versuchen Sie es in 45 s noch einmal.",
  );
  const own = { code: "INVALID_VALUE", sentence: "fps must be between 5 and 60" };
  expect(sentenceOf(new RequestError(own), en.errors)).toBe("fps must be between 5 and 60.");
  expect(sentenceOf(new RequestError({ code: "HTTP_502", sentence: "" }), en.errors)).toBe(en.errors.unknown);
});

test("numbers, sizes and durations are written as the language does", () => {
  const [english, german] = [createFormats("en"), createFormats("de")];
  expect([english.number(1234.56, 1), german.number(1234.56, 1)]).toEqual(["1,234.6", "1.234,6"]);
  expect([0, 999, 1500, 123_456_789, 2e12].map((bytes) => english.bytes(bytes))).toEqual([
    ...["0 B", "999 B", "1.5 kB", "123 MB", "2.0 TB"],
  ]);
  expect([0, 61_900, 3_723_000].map((ms) => english.duration(ms))).toEqual(["00:00", "01:01", "1:02:03"]);
});

test("what the camera bounds is said in both languages", () => {
  const long = { code: "INVALID_VALUE", key: "title", sentence: "title must have at most 128 characters" };
  expect(sentenceOf(new RequestError(long), en.errors)).toBe("That is too long: at most 128 characters.");
  expect(sentenceOf(new RequestError(long), de.errors)).toBe("Das ist zu lang: höchstens 128 Zeichen.");
  const weak = { code: "INVALID_VALUE", key: "password", sentence: "password is too weak: …" };
  expect(sentenceOf(new RequestError(weak), de.errors)).toBe(de.errors.weakPassword);
});

test("a wrong password is no missing permission", () => {
  for (const key of ["password", "old_password"]) {
    const wrong = new RequestError({ code: "FORBIDDEN", key, sentence: "The password is not right" });
    expect(sentenceOf(wrong, en.errors)).toBe("That is not your password.");
    expect(sentenceOf(wrong, de.errors)).toBe("Das ist nicht Ihr Passwort.");
  }
  const key = { code: "FORBIDDEN", key: "brightness", sentence: "This needs the permission Device_rw" };
  expect(sentenceOf(new RequestError(key), en.errors)).toBe("This needs the permission Device_rw.");
});

test("times are written as in the picture: 24 hours", () => {
  const atMs = new Date(2026, 10, 30, 16, 11, 50).getTime();
  expect(createFormats("en").time(atMs)).toBe("16:11:50");
  expect(createFormats("en").dateTime(atMs)).toBe("Nov 30, 2026, 16:11:50");
});
