import { describe, expect, test } from "bun:test";
import { parseItemFilter } from "../../../../src/modules/onvif/events/item-filter.ts";
import { parseTopicExpression } from "../../../../src/modules/onvif/events/topic-expression.ts";
import { NAMESPACES } from "../../../../src/soap/namespaces.ts";
import type { XmlElement } from "../../../../src/soap/xml-element.ts";
import { SeededRandom } from "../../../support/seeded-random.ts";

const element = (
  text: string,
  scope: readonly (readonly [string, string])[] = [["tns1", NAMESPACES.tns1]],
): XmlElement => ({
  namespace: NAMESPACES.wsnt,
  name: "TopicExpression",
  attributes: new Map(),
  scope: new Map(scope),
  text,
  children: [],
});

describe("a topic expression", () => {
  const chosen = (text: string, isSet = true) => {
    const test = parseTopicExpression(element(text), isSet);
    return test && ["A", "A/B", "A/B/C", "A/BB", "D/E"].filter(test);
  };

  test("names one topic, several, or one with what is below it", () => {
    expect(chosen("tns1:A/B")).toEqual(["A/B"]);
    expect(chosen("tns1:A/B", false)).toEqual(["A/B"]);
    expect(chosen("tns1:A/tns1:B", false)).toEqual(["A/B"]);
    expect(chosen("tns1:A/B//.")).toEqual(["A/B", "A/B/C"]);
    expect(chosen("tns1:A/B | tns1:D//. ")).toEqual(["A/B", "D/E"]);
    expect(chosen("A/B")).toEqual([]);
  });

  test("is in the namespace that its prefix means there", () => {
    const own = parseTopicExpression(element("t:A/B", [["t", NAMESPACES.tns1]]), true);
    expect(own?.("A/B")).toBe(true);
    const foreign = parseTopicExpression(element("tns1:A/B", [["tns1", "urn:other"]]), true);
    expect(foreign?.("A/B")).toBe(false);
    // clients forget to declare this one
    expect(parseTopicExpression(element("tns1:A/B", []), true)?.("A/B")).toBe(true);
  });

  test("is refused when it is none", () => {
    for (const text of [
      "",
      "|",
      "tns1:A|",
      "tns1:A/",
      "/A",
      "tns1:",
      ":A",
      "x:A",
      "tns1:A/*",
      "tns1:A//B",
      "a:b:c",
      "tns1:A B",
    ])
      expect(chosen(text)).toBeUndefined();
    for (const text of ["tns1:A//.", "tns1:A|tns1:D"]) expect(chosen(text, false)).toBeUndefined();
    expect(chosen(`${"tns1:A|".repeat(65)}tns1:A`)).toBeUndefined();
    expect(chosen(`tns1:${"A".repeat(5000)}`)).toBeUndefined();
  });
});

describe("an item filter", () => {
  const items = [
    { name: "Source", value: "VideoSource_1" },
    { name: "State", value: "true" },
  ];
  const passes = (text: string) => parseItemFilter(element(text, [["tt", NAMESPACES.tt]]))?.(items);
  const item = (name: string, value: string) => `boolean(//tt:SimpleItem[@Name="${name}" and @Value="${value}"])`;

  test("asks for an item by name and value", () => {
    expect(passes(item("State", "true"))).toBe(true);
    expect(passes(item("State", "VideoSource_1"))).toBe(false);
    expect(passes("boolean(//tt:SimpleItem[@Name='State'])")).toBe(true);
    expect(passes("boolean(//tt:SimpleItem)")).toBe(true);
    expect(passes("boolean(//tt:ElementItem)")).toBe(false);
    expect(passes('boolean(//tt:SimpleItem[not(@Name="State") and (@Value="a" or @Value="VideoSource_1")])')).toBe(
      true,
    );
  });

  test("joins by and, which binds closer, or, not and parentheses", () => {
    const [yes, no] = [item("State", "true"), item("State", "false")];
    expect(passes(`${no} and ${no} or ${yes}`)).toBe(true);
    expect(passes(`${no} and (${no} or ${yes})`)).toBe(false);
    expect(passes(`not(${no}) and ${yes}`)).toBe(true);
    expect(passes(`not(${yes} or ${no})`)).toBe(false);
  });

  test("is refused when it is none", () => {
    const bad = [
      "",
      "true",
      "boolean()",
      "boolean(//tt:Other)",
      "boolean(//x:SimpleItem)",
      "boolean(//tt:SimpleItem[])",
    ];
    const worse = [
      'boolean(//tt:SimpleItem[@Other="a"])',
      "boolean(//tt:SimpleItem[@Name=a])",
      `${item("a", "b")} and`,
    ];
    const unfinished = ['boolean(//tt:SimpleItem[@Name="a"', `(${item("a", "b")}`, `${item("a", "b")})`, "not", "#"];
    for (const text of [...bad, ...worse, ...unfinished]) expect(passes(text)).toBeUndefined();
    expect(passes(`${"(".repeat(17)}${item("a", "b")}${")".repeat(17)}`)).toBeUndefined();
    expect(passes(`${"(".repeat(16)}${item("State", "true")}${")".repeat(16)}`)).toBe(true);
    expect(passes(`boolean(//tt:SimpleItem[@Name="${"a".repeat(5000)}"])`)).toBeUndefined();
  });
});

test("no text makes the parsers fail otherwise", () => {
  const random = new SeededRandom(20261130);
  const parts = [
    "tns1:",
    "A",
    "/",
    "//.",
    "|",
    " ",
    "boolean(",
    "//tt:SimpleItem",
    "[",
    "]",
    "@Name",
    "=",
    '"a"',
    "and",
    "or",
  ];
  const more = ["not", "(", ")", "'", '"', "\u{1f600}", ".", ":", "@Value", "é", "\n"];
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: random.below(12) }, () => random.pick([...parts, ...more])).join("");
    expect(["undefined", "boolean"]).toContain(typeof parseItemFilter(element(text))?.([]));
    expect(["undefined", "boolean"]).toContain(typeof parseTopicExpression(element(text), true)?.("A"));
  }
});
