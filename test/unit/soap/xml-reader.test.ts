import { expect, test } from "bun:test";
import { AppError } from "../../../src/core/errors.ts";
import { findChild, findPath, isNamed } from "../../../src/soap/xml-element.ts";
import { readXml } from "../../../src/soap/xml-reader.ts";

const TDS = "http://www.onvif.org/ver10/device/wsdl";

test("prefixes mean nothing, namespaces everything", () => {
  const ways = [
    `<tds:GetUsers xmlns:tds="${TDS}"/>`,
    `<GetUsers xmlns="${TDS}"/>`,
    `<x:GetUsers xmlns:x='${TDS}' xmlns="other"></x:GetUsers>`,
  ];
  for (const text of ways) expect(isNamed(readXml(text), "tds:GetUsers")).toBe(true);
  expect(isNamed(readXml("<tds:GetUsers xmlns:tds='other'/>"), "tds:GetUsers")).toBe(false);
});

test("a prefix may be declared anew inside and ends with its element", () => {
  const root = readXml(`<a:r xmlns:a="one"><a:c xmlns:a="two"/><a:d/></a:r>`);
  expect(root.children.map(({ namespace }) => namespace)).toEqual(["two", "one"]);
  expect(root.children[0]?.scope.get("a")).toBe("two");
});

test("text: references, CDATA, white space around it, text beside children", () => {
  const text = (xml: string) => readXml(xml).text;
  expect(text("<a> x &amp; &lt;y&gt; &quot;&apos; &#65;&#x42;&#x1F600; </a>")).toBe("x & <y> \"' AB😀");
  expect(text("<a><![CDATA[<b>&amp;]]></a>")).toBe("<b>&amp;");
  expect(text("<a>one<b>no</b>two<!-- no --></a>")).toBe("onetwo");
  expect(text("<a>12e3</a>")).toBe("12e3");
  expect(text("<a>0012</a>")).toBe("0012");
});

test("attributes: by name, by namespace, references resolved, declarations left out", () => {
  const { attributes } = readXml(`<a xmlns:n="urn:n" n:b="1" c="&lt;2&#10;" d='"'/>`);
  expect([...attributes]).toEqual([
    ["{urn:n}b", "1"],
    ["c", "<2\n"],
    ["d", '"'],
  ]);
});

test("names that JavaScript knows harm nothing", () => {
  for (const name of ["constructor", "prototype", "__proto__", "hasOwnProperty", "toString"]) {
    for (const text of [`<a><${name}>1</${name}></a>`, `<a ${name}="1"/>`]) {
      // the library refuses the dangerous ones and renames others; ONVIF has no such names
      try {
        readXml(text);
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
      }
    }
  }
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test("what is no such document is refused", () => {
  const wrong = [
    "",
    "text",
    "<a>",
    "<a></b>",
    "<a/><b/>",
    "<p:a/>",
    "<a p:b='1'/>",
    "<a>&unknown;</a>",
    "<a>&</a>",
    "<a>&#0;</a>",
    "<a>&#x110000;</a>",
    "<a>\u0001</a>",
    "<a>\uD800</a>",
    '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    "<!doctype a><a/>",
    "<a b='1' b='2'/>",
    `${"<a>".repeat(33)}${"</a>".repeat(33)}`,
    `<a>${"<b/>".repeat(10_001)}</a>`,
    `<a ${Array.from({ length: 70 }, (_, index) => `a${index}=""`).join(" ")}/>`,
    `<a>${'<b xmlns:c="d"/>'.repeat(257)}</a>`,
    `<a>${" ".repeat(256 * 1024)}</a>`,
  ];
  for (const text of wrong) {
    let thrown: unknown;
    try {
      readXml(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown, text.slice(0, 60)).toBeInstanceOf(AppError);
    expect((thrown as AppError).kind).toBe("bad-request");
  }
});

test("paths find children by name", () => {
  const root = readXml(
    `<r xmlns:t="${TDS}"><t:User><t:Name>a</t:Name></t:User><t:User><t:Name>b</t:Name></t:User></r>`,
  );
  expect(findPath(root, "tds:User", "tds:Name")?.text).toBe("a");
  expect(findChild(root, "tt:User")).toBeUndefined();
  expect(findPath(root, "tt:User", "tds:Name")).toBeUndefined();
});
