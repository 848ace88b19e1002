import { expect, test } from "bun:test";
import { attachment, byteRange } from "../../../src/http/byte-range.ts";

test.each([
  [null, "all"],
  ["bytes=0-", { first: 0, last: 99 }],
  ["bytes=0-0", { first: 0, last: 0 }],
  ["BYTES=10-19", { first: 10, last: 19 }],
  ["bytes=90-500", { first: 90, last: 99 }],
  ["bytes=-1", { first: 99, last: 99 }],
  ["bytes=-500", { first: 0, last: 99 }],
  ["bytes=100-", "none"],
  ["bytes=100-200", "none"],
  ["bytes=-0", "none"],
  // what may be ignored (RFC 9110 §14.2)
  ["bytes=-", "all"],
  ["bytes=5-4", "all"],
  ["bytes=0-1,5-6", "all"],
  ["frames=0-1", "all"],
  ["bytes=a-b", "all"],
] as const)("%p of 100 bytes is %p", (header, expected) => {
  expect(byteRange(header, 100)).toEqual(expected);
});

test("nothing is asked of an empty file that could be there", () => {
  expect(byteRange("bytes=0-", 0)).toBe("none");
  expect(byteRange("bytes=-5", 0)).toBe("none");
});

test("names of any letters travel in both forms, and cannot end the header", () => {
  expect(attachment('a"b\\c%\u{1F525}é.mp4')).toBe(
    `attachment; filename="a_b_c___.mp4"; filename*=UTF-8''a%22b%5Cc%25%F0%9F%94%A5%C3%A9.mp4`,
  );
  expect(attachment("it's (1)*")).toContain("filename*=UTF-8''it%27s%20%281%29%2A");
});
