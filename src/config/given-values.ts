import * as v from "valibot";
import type { ConfigKey } from "./key-kinds.ts";
import { SECTIONS, type SectionName } from "./keys.ts";

/** One value that a source of configuration holds. */
export interface GivenValue {
  readonly section: SectionName;
  readonly key: string;
  readonly value: unknown;
}

/** What one source holds and what is wrong with it, as sentences. */
export interface ConfigLayer {
  readonly values: readonly GivenValue[];
  readonly problems: readonly string[];
}

/** The declaration of a key by its name in the file; undefined when there is none. */
export function declarationOf(section: SectionName, key: string): ConfigKey<unknown> | undefined {
  const keys: Readonly<Record<string, ConfigKey<unknown>>> = SECTIONS[section];
  return Object.hasOwn(keys, key) ? keys[key] : undefined;
}

/** The names of a section's keys. */
export function keysOf(section: SectionName): readonly string[] {
  return Object.keys(SECTIONS[section]);
}

/** All section names, in the order of the declaration. */
export const SECTION_NAMES = Object.keys(SECTIONS) as readonly SectionName[];

/** Whether a word names a plain section. */
export function isSectionName(word: string): word is SectionName {
  return Object.hasOwn(SECTIONS, word);
}

/** Checks what a source holds; `placeOf` names a value's place (`/etc/rotordream/rotordream.toml:7`, a variable, a flag) for an error. */
export function checkValues(values: readonly GivenValue[], placeOf: (given: GivenValue) => string): ConfigLayer {
  const problems = values.flatMap((given) => {
    const problem = problemOf(given);
    return problem === undefined ? [] : [`${placeOf(given)}: ${problem}`];
  });
  return { values, problems };
}

/** Values of secret keys are never repeated. */
function problemOf({ section, key, value }: GivenValue): string | undefined {
  const declaration = declarationOf(section, key);
  if (declaration === undefined) return `${section} has no key ${key}`;
  if (v.is(declaration.schema, value)) return undefined;
  const shown = declaration.secret ? "this value" : shorten(JSON.stringify(value) ?? "this value");
  return `${section}.${key} cannot be ${shown}; allowed: ${declaration.allowed}`;
}

/** A key of the file as a property name: `rtsp_sessions` → `rtspSessions`. */
export function camelCase(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

const MAX_SHOWN_LENGTH = 80;

function shorten(text: string): string {
  return text.length <= MAX_SHOWN_LENGTH ? text : `${text.slice(0, MAX_SHOWN_LENGTH)}…`;
}
