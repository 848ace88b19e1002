import * as v from "valibot";
import { AppError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { SETTING_ALIASES, SETTINGS, type SettingName } from "./keys.ts";
import type { Setting } from "./setting-kinds.ts";
import type { SettingFacts, SettingValues } from "./setting-owner.ts";

/** Every name, in the order of the declaration, which is the order in which changes are applied. */
export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** A mistyped name has at most so many wrong letters. */
const MAX_TYPOS = 3;
/** Longer words resemble no name, and comparing them costs time. */
const MAX_COMPARED_LENGTH = 40;

/** The declaration of a setting. */
export function settingOf(name: SettingName): Setting {
  return SETTINGS[name];
}

/** The setting that a client's word names, aliases included. Throws AppError `bad-request` (`UNKNOWN_KEY`) with the nearest name as a hint. */
export function settingNamed(word: string): SettingName {
  if (Object.hasOwn(SETTINGS, word)) return word as SettingName;
  const alias = Object.hasOwn(SETTING_ALIASES, word) ? SETTING_ALIASES[word] : undefined;
  if (alias !== undefined) return alias;
  const hint = nearestName(word);
  const shown = word.slice(0, MAX_COMPARED_LENGTH);
  throw new AppError(
    "bad-request",
    hint === undefined ? `${shown} is not a setting` : `${shown} is not a setting; did you mean ${hint}?`,
    {
      errorCode: "UNKNOWN_KEY",
      key: shown,
      ...(hint === undefined ? {} : { hint }),
    },
  );
}

/** Checks a value against the declaration and against what this device can do. Throws AppError `bad-request` (`INVALID_VALUE`) or `not-supported`. */
export function checkValue(name: SettingName, value: unknown, facts: SettingFacts): Json {
  if (!facts.supported) throw notSupported(name, facts.reason);
  const result = v.safeParse(settingOf(name).schema, value);
  if (!result.success) {
    const [issue] = result.issues;
    const place = issue.path?.map((item) => String(item.key)).join(".");
    throw invalid(name, `${[name, ...(place === undefined ? [] : [place])].join(".")} ${requirement(issue)}`);
  }
  const checked = result.output;
  const { minimum = -Infinity, maximum = Infinity, options } = facts;
  if (typeof checked === "number" && (checked < minimum || checked > maximum)) {
    throw invalid(name, `${name} must be between ${minimum} and ${maximum}`);
  }
  if (options !== undefined && !options.some((option) => option === checked)) {
    throw invalid(name, `${name} must be one of ${options.join(", ")}`);
  }
  return checked;
}

/** What of the rows on disk is given back to the owners: rows of other versions and values that are no longer allowed are left out. */
export function keptValues(rows: ReadonlyMap<string, Json>): SettingValues {
  const kept = new Map<SettingName, Json>();
  for (const name of SETTING_NAMES) {
    const value = rows.get(name);
    if (value === undefined || !settingOf(name).persisted) continue;
    try {
      kept.set(name, checkValue(name, value, { supported: true }));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }
  return kept;
}

/** The members that were given beside the present ones, where both are objects. */
export function merged(present: Json, given: unknown): unknown {
  const both = [present, given].every((value) => typeof value === "object" && value !== null && !Array.isArray(value));
  return both ? { ...(present as object), ...(given as object) } : given;
}

/** What a setting that this device lacks is answered with. */
export function notSupported(name: SettingName, reason: string): AppError {
  return new AppError("not-supported", `${name} is not supported: ${reason}`, { key: name });
}

function invalid(name: SettingName, message: string): AppError {
  return new AppError("bad-request", message, { errorCode: "INVALID_VALUE", key: name });
}

/** Our messages complete "Value …"; the library's own are not shown. */
function requirement(issue: v.BaseIssue<unknown>): string {
  if (issue.expected === "never") return "is not a known member";
  if (issue.received === "undefined") return "is missing";
  return issue.message.startsWith("Invalid ") ? "is not valid" : issue.message;
}

function nearestName(word: string): SettingName | undefined {
  if (word.length > MAX_COMPARED_LENGTH) return undefined;
  const lower = word.toLowerCase().replaceAll("_", "-");
  let best: SettingName | undefined;
  let fewest = Math.min(MAX_TYPOS, Math.floor(word.length / 2)) + 1;
  for (const name of SETTING_NAMES) {
    const typos = distance(lower, name);
    if (typos < fewest) [best, fewest] = [name, typos];
  }
  return best;
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
