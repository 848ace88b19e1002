import { parse, TomlError, type TomlTable } from "smol-toml";
import * as v from "valibot";
import {
  type ConfigLayer,
  checkValues,
  declarationOf,
  type GivenValue,
  isSectionName,
  keysOf,
  SECTION_NAMES,
} from "./given-values.ts";
import { LIGHT, type LightConfig, PTZ, type PtzConfig, ROTOR, type RotorConfig } from "./hardware.ts";
import type { SectionName } from "./keys.ts";

/** A hand-written file has a few hundred lines; more is a wrong file. Also bounds the search for a line number. */
const MAX_LINES = 2000;
const MAX_CHARACTERS = 128 * 1024;
/** Entries of one `[[…]]` list: more than a device has pins for. */
const MAX_HARDWARE = 16;

/** The content of a configuration file. */
export interface ConfigFile extends ConfigLayer {
  readonly lights: readonly LightConfig[];
  readonly ptz: readonly PtzConfig[];
  readonly rotors: readonly RotorConfig[];
}

type KeyPath = readonly (string | number)[];

/** An absent file. */
export const NO_FILE: ConfigFile = { values: [], problems: [], lights: [], ptz: [], rotors: [] };

/** Reads TOML 1.0 text. Never throws: `problems` holds every mistake as `file:line: key: what is allowed`, without values of secrets. */
export function parseConfigFile(path: string, text: string): ConfigFile {
  if (text.length > MAX_CHARACTERS || text.split("\n").length > MAX_LINES) {
    return { ...NO_FILE, problems: [`${path}: too long; allowed: ${MAX_LINES} lines, ${MAX_CHARACTERS} characters`] };
  }
  let document: TomlTable;
  try {
    document = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The rest of its message quotes the line, in which a password may stand.
    const [reason = ""] = error.message.split("\n");
    return { ...NO_FILE, problems: [`${path}:${error.line}:${error.column}: ${reason}`] };
  }
  return readDocument(document, (keyPath) => `${path}:${lineOf(text, keyPath)}`);
}

function readDocument(document: TomlTable, whereIs: (keyPath: KeyPath) => string): ConfigFile {
  const values: GivenValue[] = [];
  const problems: string[] = [];
  for (const [name, content] of Object.entries(document)) {
    if (Object.hasOwn(HARDWARE, name)) continue;
    if (!isSectionName(name)) {
      problems.push(`${whereIs([name])}: unknown section or key ${name}; allowed: ${ALLOWED_AT_TOP}`);
    } else if (!isTable(content)) {
      problems.push(`${whereIs([name])}: ${name} must be a section: [${name}]`);
    } else {
      const section = readSection(name, content, whereIs);
      values.push(...section.values);
      problems.push(...section.problems);
    }
  }
  const hardware = <T>(name: keyof typeof HARDWARE, schema: v.GenericSchema<unknown, T>): readonly T[] => {
    const list = readHardware(name, document[name], schema, whereIs);
    problems.push(...list.problems);
    return list.entries;
  };
  return {
    values,
    lights: hardware("light", LIGHT),
    ptz: hardware("ptz", PTZ),
    rotors: hardware("rotor", ROTOR),
    problems,
  };
}

const HARDWARE = { light: LIGHT, ptz: PTZ, rotor: ROTOR };
const ALLOWED_AT_TOP = [
  ...SECTION_NAMES.map((name) => `[${name}]`),
  ...Object.keys(HARDWARE).map((name) => `[[${name}]]`),
].join(" ");

function readSection(section: SectionName, table: TomlTable, whereIs: (keyPath: KeyPath) => string): ConfigLayer {
  const values: GivenValue[] = [];
  const unknown: string[] = [];
  for (const [key, content] of Object.entries(table)) {
    if (declarationOf(section, key) === undefined) {
      unknown.push(`${whereIs([section, key])}: unknown key ${section}.${key}; allowed: ${keysOf(section).join(" ")}`);
      continue;
    }
    // One entry of a list may stand without brackets.
    const value = typeof content === "string" && isList(section, key) ? [content] : content;
    values.push({ section, key, value });
  }
  const checked = checkValues(values, (given) => whereIs([given.section, given.key]));
  return { values, problems: [...unknown, ...checked.problems] };
}

function readHardware<T>(
  name: string,
  content: unknown,
  schema: v.GenericSchema<unknown, T>,
  whereIs: (keyPath: KeyPath) => string,
): { readonly entries: readonly T[]; readonly problems: readonly string[] } {
  if (content === undefined) return { entries: [], problems: [] };
  if (!Array.isArray(content) || !content.every(isTable) || content.length > MAX_HARDWARE) {
    const wanted = `at most ${MAX_HARDWARE} sections [[${name}]]`;
    return { entries: [], problems: [`${whereIs([name])}: ${name} must be ${wanted}`] };
  }
  const entries: T[] = [];
  const problems: string[] = [];
  for (const [index, entry] of content.entries()) {
    const result = v.safeParse(schema, entry);
    if (result.success) entries.push(result.output);
    else {
      const [issue] = result.issues;
      const keys = (issue.path ?? []).map((item) => String(item.key));
      const [key] = keys;
      const place = key !== undefined && Object.hasOwn(entry, key) ? [name, index, key] : [name, index];
      const allowed = issue.expected === "never" ? "no such key" : (issue.expected ?? "another value");
      problems.push(`${whereIs(place)}: ${[name, ...keys].join(".")} is wrong or missing; allowed: ${allowed}`);
    }
  }
  return { entries, problems };
}

function isList(section: SectionName, key: string): boolean {
  return Array.isArray(declarationOf(section, key)?.initial);
}

function isTable(value: unknown): value is TomlTable {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** The parser keeps no places; but the shortest run of whole lines that parses and holds the key ends on the key's line, whatever notation it uses. */
function lineOf(text: string, keyPath: KeyPath): number {
  const lines = text.split(/\r?\n/);
  for (let count = 1; count < lines.length; count++) {
    if (holds(lines.slice(0, count).join("\n"), keyPath)) return count;
  }
  return lines.length;
}

function holds(text: string, keyPath: KeyPath): boolean {
  let node: unknown;
  try {
    node = parse(text);
  } catch {
    return false; // ends inside a value of several lines
  }
  for (const step of keyPath) {
    if (typeof node !== "object" || node === null || !Object.hasOwn(node, step)) return false;
    node = (node as Readonly<Record<string | number, unknown>>)[step];
  }
  return true;
}
