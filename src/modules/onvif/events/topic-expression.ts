import { writeDocument } from "../../../soap/envelope.ts";
import { NAMESPACES } from "../../../soap/namespaces.ts";
import { resolveName } from "../../../soap/request-values.ts";
import type { XmlElement } from "../../../soap/xml-element.ts";
import { readXml } from "../../../soap/xml-reader.ts";

/** Alternatives in one expression; real clients name a dozen. */
const MAX_ALTERNATIVES = 64;
const MAX_LENGTH = 4096;
/** XML's NCName, a little stricter. */
const NAME = /^[\p{L}_][\p{L}\p{N}._-]*$/u;
/** Means a topic and everything below it. */
const WITH_DESCENDANTS = "//.";

/** Whether a topic's path below `tns1:` is meant. */
export type TopicTest = (path: string) => boolean;

/**
 * Reads the text of a TopicExpression: one path in the Concrete dialect (WS-Topics 1.3 §8.2), alternatives with or without their
 * descendants in ONVIF's ConcreteSet (Core Specification §9.6.3). Undefined: it is malformed, or uses a prefix that is not declared.
 */
export function parseTopicExpression(element: XmlElement, isSet: boolean): TopicTest | undefined {
  if (element.text.length > MAX_LENGTH || element.children.length > 0) return undefined;
  const alternatives = isSet ? element.text.split("|") : [element.text];
  if (alternatives.length > MAX_ALTERNATIVES) return undefined;
  const tests = alternatives.map((text) => parsePath(text.trim(), isSet, element));
  if (!tests.every((test) => test !== undefined)) return undefined;
  return (path) => tests.some((test) => test(path));
}

/** The same of a ConcreteSet expression that is kept as text with the prefix `tns1`. */
export function parseOwnTopics(text: string): TopicTest | undefined {
  return parseTopicExpression(readXml(writeDocument("wsnt:TopicExpression", text)), true);
}

function parsePath(text: string, isSet: boolean, element: XmlElement): TopicTest | undefined {
  const isTree = isSet && text.endsWith(WITH_DESCENDANTS);
  const names = (isTree ? text.slice(0, -WITH_DESCENDANTS.length) : text).split("/");
  if (!names.every((name) => name.split(":").length <= 2 && name.split(":").every((part) => NAME.test(part))))
    return undefined;
  const expanded = names.map((name) => resolveName(name, element));
  if (expanded.includes(undefined)) return undefined;
  // the root is in the namespace, what is below it belongs to the root's and is written with or without it
  const local = (name = "") => name.replace(`{${NAMESPACES.tns1}}`, "");
  if (local(expanded[0]) === expanded[0]) return () => false;
  const wanted = expanded.map(local).join("/");
  return isTree ? (path) => `${path}/`.startsWith(`${wanted}/`) : (path) => path === wanted;
}
