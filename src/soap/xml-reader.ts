import { XMLParser } from "fast-xml-parser";
import { AppError } from "../core/errors.ts";
import type { XmlElement } from "./xml-element.ts";
import { MAX_XML_LENGTH, NO_CHARACTER } from "./xml-text.ts";

/** The deepest documents of ONVIF, filters in subscriptions, stay below 15. */
const MAX_DEPTH = 32;
/** Elements; the longest lists of requests are scopes and users, both limited to a few dozen. */
const MAX_ELEMENTS = 10_000;
const MAX_ATTRIBUTES = 64;
/** Of namespaces; each keeps a copy of those around it. Real clients have 30. */
const MAX_DECLARATIONS = 256;

const XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace";
const TEXT = "#text";
const CDATA = "#cdata";
const ATTRIBUTES = ":@";
/** What may follow an ampersand; documents that declare entities are refused. */
const REFERENCE = /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(lt|gt|amp|apos|quot));|&/g;
const PREDEFINED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", apos: "'", quot: '"' };

/** An element as the library gives it: its name is the one key that is neither text nor attributes. */
type RawNode = Readonly<Record<string, unknown>>;

/** How much was read of a document. */
interface Reading {
  elements: number;
  declarations: number;
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  // references are resolved below, so that CDATA stays as it is and numbers work
  processEntities: false,
  cdataPropName: CDATA,
  maxNestedTags: MAX_DEPTH,
});

/** Reads one document. Throws AppError `bad-request`: not well-formed, a DOCTYPE, too long, too deep, an undeclared prefix. */
export function readXml(text: string): XmlElement {
  if (text.length > MAX_XML_LENGTH) throw malformed(`it is longer than ${MAX_XML_LENGTH} characters`);
  if (/<!\s*(DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)/i.test(text))
    throw malformed("it has a document type definition");
  if (NO_CHARACTER.test(text)) throw malformed("it has characters that XML does not know");
  const roots = parse(text).filter((node) => tagOf(node) !== undefined);
  const [root] = roots;
  if (root === undefined || roots.length > 1) throw malformed("it has no single root element");
  const reading = { elements: 0, declarations: 0 };
  return resolve(root, new Map([["xml", XML_NAMESPACE]]), 1, reading);
}

function parse(text: string): readonly RawNode[] {
  try {
    return parser.parse(text.replace(/^\uFEFF/, ""), true) as RawNode[];
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : "it is not well-formed");
  }
}

function resolve(raw: RawNode, outer: ReadonlyMap<string, string>, depth: number, reading: Reading): XmlElement {
  if (depth > MAX_DEPTH) throw malformed(`it is nested deeper than ${MAX_DEPTH}`);
  reading.elements += 1;
  if (reading.elements > MAX_ELEMENTS) throw malformed(`it has more than ${MAX_ELEMENTS} elements`);
  const given = Object.entries((raw[ATTRIBUTES] ?? {}) as Readonly<Record<string, string>>);
  if (given.length > MAX_ATTRIBUTES) throw malformed(`an element has more than ${MAX_ATTRIBUTES} attributes`);
  const scope = innerScope(outer, given, reading);
  const tag = tagOf(raw) ?? "";
  const [namespace, name] = expand(tag, scope, scope.get("") ?? "");
  const attributes = new Map<string, string>();
  for (const [key, value] of given) {
    if (key === "xmlns" || key.startsWith("xmlns:")) continue;
    const [space, local] = expand(key, scope, "");
    attributes.set(space === "" ? local : `{${space}}${local}`, resolveReferences(String(value)));
  }
  let text = "";
  const children: XmlElement[] = [];
  for (const node of raw[tag] as readonly RawNode[]) {
    if (CDATA in node) text += cdataOf(node);
    else if (TEXT in node) text += resolveReferences(String(node[TEXT]));
    else if (tagOf(node) !== undefined) children.push(resolve(node, scope, depth + 1, reading));
  }
  return { namespace, name, attributes, scope, text: text.trim(), children };
}

function innerScope(
  outer: ReadonlyMap<string, string>,
  attributes: readonly (readonly [string, string])[],
  reading: Reading,
): ReadonlyMap<string, string> {
  const declared = attributes.flatMap(([key, value]): [string, string][] => {
    if (key === "xmlns") return [["", resolveReferences(value)]];
    return key.startsWith("xmlns:") ? [[key.slice("xmlns:".length), resolveReferences(value)]] : [];
  });
  reading.declarations += declared.length;
  if (reading.declarations > MAX_DECLARATIONS) throw malformed(`it declares more than ${MAX_DECLARATIONS} namespaces`);
  return declared.length === 0 ? outer : new Map([...outer, ...declared]);
}

/** Namespace and local name. */
function expand(name: string, scope: ReadonlyMap<string, string>, unprefixed: string): readonly [string, string] {
  const colon = name.indexOf(":");
  if (colon < 0) return [unprefixed, name];
  const namespace = scope.get(name.slice(0, colon));
  const local = name.slice(colon + 1);
  if (namespace === undefined || local === "" || local.includes(":")) throw malformed("a prefix is not declared");
  return [namespace, local];
}

function tagOf(node: RawNode): string | undefined {
  return Object.keys(node).find((key) => key !== ATTRIBUTES && key !== TEXT && key !== CDATA);
}

function cdataOf(node: RawNode): string {
  return (node[CDATA] as readonly RawNode[]).map((part) => String(part[TEXT] ?? "")).join("");
}

function resolveReferences(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(REFERENCE, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return PREDEFINED[name] ?? "";
    const digits = hex ?? decimal;
    if (digits === undefined) throw malformed(`${whole} is no reference`);
    const code = Number.parseInt(digits, hex === undefined ? 10 : 16);
    const character = code <= 0x10ffff ? String.fromCodePoint(code) : "\0";
    if (NO_CHARACTER.test(character)) throw malformed("a reference names no character");
    return character;
  });
}

function malformed(why: string): AppError {
  return new AppError("bad-request", `The XML cannot be read: ${why}`);
}
