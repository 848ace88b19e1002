import { invalidArgs, invalidArgument } from "./fault.ts";
import { expandedName, NAMESPACES, type QualifiedName } from "./namespaces.ts";
import { findChild, type XmlElement } from "./xml-element.ts";

/** Tokens (tt:ReferenceToken) have at most 64 characters. */
const MAX_TOKEN = 64;
const INTEGER = /^[+-]?\d{1,15}$/;
const FLOAT = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$/;
const DURATION =
  /^(-)?P(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?$/;
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/;
const DAY_MS = 86_400_000;

/** The text of a child that may be missing. */
export function textOf(element: XmlElement | undefined, name: QualifiedName): string | undefined {
  return findChild(element, name)?.text;
}

/** A child that must be there. Throws SoapFault InvalidArgs. */
export function requiredChild(element: XmlElement, name: QualifiedName): XmlElement {
  const found = findChild(element, name);
  if (found === undefined) throw invalidArgs(`${element.name} must have ${expandedName(name).local}`);
  return found;
}

/** Its text, at most `maxLength` characters. Throws SoapFault InvalidArgs. */
export function requiredText(element: XmlElement, name: QualifiedName, maxLength = 1024): string {
  const { text } = requiredChild(element, name);
  if (text.length > maxLength) throw invalidArgs(`${expandedName(name).local} is longer than ${maxLength} characters`);
  return text;
}

/** A token that must be there. Throws SoapFault InvalidArgs. */
export function requiredToken(element: XmlElement, name: QualifiedName): string {
  return requiredText(element, name, MAX_TOKEN);
}

/** A token that may be missing. Throws SoapFault InvalidArgs when it is too long. */
export function optionalToken(element: XmlElement, name: QualifiedName): string | undefined {
  return findChild(element, name) === undefined ? undefined : requiredToken(element, name);
}

/** xs:boolean. Throws SoapFault InvalidArgVal. */
export function readBoolean(text: string): boolean {
  if (text === "true" || text === "1") return true;
  if (text === "false" || text === "0") return false;
  throw invalidArgument(undefined, `"${shown(text)}" is neither true nor false`);
}

/** xs:int and its kin, whole and finite. Throws SoapFault InvalidArgVal. */
export function readInteger(text: string): number {
  if (!INTEGER.test(text)) throw invalidArgument(undefined, `"${shown(text)}" is no whole number`);
  return Number.parseInt(text, 10);
}

/** xs:float and xs:double without NaN and infinities. Throws SoapFault InvalidArgVal. */
export function readFloat(text: string): number {
  const value = FLOAT.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (!Number.isFinite(value)) throw invalidArgument(undefined, `"${shown(text)}" is no finite number`);
  return value;
}

/** A finite number of a closed range. Throws SoapFault InvalidArgVal, `inner` being the operation's own subcode. */
export function readFloatWithin(
  text: string,
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
  inner?: `ter:${string}`,
): number {
  const value = FLOAT.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (value >= minimum && value <= maximum) return value;
  throw invalidArgument(inner, `"${shown(text)}" is no number from ${minimum} to ${maximum}`);
}

/** One of a closed set of words. Throws SoapFault InvalidArgVal. */
export function readWord<const Word extends string>(text: string, words: readonly Word[]): Word {
  const word = words.find((each) => each === text);
  if (word === undefined) throw invalidArgument(undefined, `"${shown(text)}" is none of ${words.join(", ")}`);
  return word;
}

/** xs:duration in milliseconds; a month counts 30 days, a year 365. Undefined: it is none. */
export function durationMs(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (match === null || /[PT]$/.test(text)) return undefined;
  const [, sign, years = 0, months = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match;
  const wholeDays = Number(years) * 365 + Number(months) * 30 + Number(days);
  const ms = wholeDays * DAY_MS + ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return sign === undefined ? ms : -ms;
}

/** xs:dateTime as Unix milliseconds; without an offset it is UTC. Undefined: it is none. */
export function dateTimeMs(text: string): number | undefined {
  const [whole, , zone] = DATE_TIME.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const ms = Date.parse(zone === undefined ? `${whole}Z` : whole);
  return Number.isFinite(ms) ? ms : undefined;
}

/** xs:duration of some milliseconds. */
export function writeDuration(ms: number): string {
  return `PT${Number((ms / 1000).toFixed(3))}S`;
}

/** xs:dateTime in UTC, of Unix milliseconds; whole seconds are said without a fraction. */
export function writeDateTime(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

/** A qualified name in a text, resolved by the prefixes in force there: `{namespace}local`; undefined for an undeclared prefix. */
export function resolveName(text: string, { scope }: XmlElement): string | undefined {
  const colon = text.indexOf(":");
  if (colon < 0) return text;
  // clients forget to declare the one prefix that the specification fixes
  const prefix = text.slice(0, colon);
  const namespace = scope.get(prefix) ?? (prefix === "tns1" ? NAMESPACES.tns1 : undefined);
  return namespace && `{${namespace}}${text.slice(colon + 1)}`;
}

/** As much of a peer's text as an error may repeat. */
function shown(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
