import { expect, test } from "bun:test";
import { readXml } from "../../../src/soap/xml-reader.ts";
import { contentText, xml } from "../../../src/soap/xml-writer.ts";

test("elements, attributes and contents", () => {
  expect(xml("tt:A").text).toBe("<tt:A/>");
  expect(xml("tt:A", true).text).toBe("<tt:A>true</tt:A>");
  expect(xml("tt:A", { token: "t", x: undefined, n: 1 }, "b", undefined, [xml("tt:C", 0)]).text).toBe(
    '<tt:A token="t" n="1">b<tt:C>0</tt:C></tt:A>',
  );
  expect(xml("tt:A", [xml("tt:B"), "c"]).text).toBe("<tt:A><tt:B/>c</tt:A>");
  expect(contentText([undefined, 1, "<"])).toBe("1&lt;");
});

test("every text comes back as it was, but for what XML cannot say", () => {
  const text = "a<b>&amp; \"'é 😀 ]]> ياسر";
  const read = readXml(`<r xmlns:tt="t">${xml("tt:A", { v: text }, text).text}</r>`).children[0];
  expect(read?.text).toBe(text);
  expect(read?.attributes.get("v")).toBe(text);
  expect(xml("tt:A", "\u0000\uD800").text).toBe("<tt:A>\uFFFD\uFFFD</tt:A>");
});
