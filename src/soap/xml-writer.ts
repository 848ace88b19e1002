import type { QualifiedName } from "./namespaces.ts";
import type { XmlElement } from "./xml-element.ts";
import { NO_CHARACTER } from "./xml-text.ts";

/** Finished XML. */
export class Xml {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in an element; what is undefined is left out, texts are escaped. */
export type XmlContent = Xml | string | number | boolean | undefined | readonly XmlContent[];

/** Values of attributes by name; those undefined are left out. */
export type XmlAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

const SPECIAL = /[&<>"']/g;
const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const UNSAYABLE = new RegExp(NO_CHARACTER, "gu");
/** Most texts: nothing in them needs an escape. */
const PLAIN = /^[ !#-%(-;=?-~]*$/;

/** Makes an element; a first argument that is a plain object has the attributes: `xml("tt:Name", { token: "x" }, "text", child)`. */
export function xml(
  name: QualifiedName,
  attributes?: XmlAttributes | XmlContent,
  ...content: readonly XmlContent[]
): Xml {
  const isContent = typeof attributes !== "object" || attributes instanceof Xml || Array.isArray(attributes);
  const inner = (isContent ? contentText(attributes as XmlContent) : "") + contentText(content);
  const tag = isContent ? name : name + attributesText(attributes as XmlAttributes);
  return new Xml(inner === "" ? `<${tag}/>` : `<${tag}>${inner}</${name}>`);
}

/** An element that was read, written again with more attributes; of its own those with a prefix are left out. */
export function rewriteXml({ namespace, name, attributes, text, children }: XmlElement, more: XmlAttributes = {}): Xml {
  const kept = [...attributes].filter(([key]) => !key.startsWith("{"));
  const written = { xmlns: namespace, ...Object.fromEntries(kept), ...more };
  return xml(name as QualifiedName, written, text, ...children.map((child) => rewriteXml(child)));
}

/** Text and attribute values as XML says them. */
export function escapeXml(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(UNSAYABLE, "\uFFFD").replace(SPECIAL, (character) => ENTITIES[character] ?? "");
}

/** Attributes that declare these prefixes, a space before each. */
export function declarationsText(namespaces: Readonly<Record<string, string>>): string {
  return Object.entries(namespaces)
    .map(([prefix, namespace]) => ` xmlns:${prefix}="${namespace}"`)
    .join("");
}

/** The text of some content. */
export function contentText(content: XmlContent): string {
  if (content === undefined) return "";
  if (content instanceof Xml) return content.text;
  if (typeof content !== "object") return typeof content === "string" ? escapeXml(content) : String(content);
  let text = "";
  for (const part of content) text += contentText(part);
  return text;
}

function attributesText(attributes: XmlAttributes): string {
  let text = "";
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) text += ` ${name}="${escapeXml(String(value))}"`;
  }
  return text;
}
