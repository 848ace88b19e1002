import type { LogLevel } from "../core/log.ts";
import { type ConfigLayer, checkValues, declarationOf, keysOf, SECTION_NAMES } from "./given-values.ts";
import type { SectionName } from "./keys.ts";

/** What the command line says. */
export interface StartFlags {
  readonly demo: boolean;
  readonly standardPorts: boolean;
  readonly discovery: boolean;
  readonly source: string | undefined;
  readonly dataDir: string | undefined;
  readonly config: string | undefined;
  readonly logLevel: string | undefined;
  /** Flags of keys (`--http-port`) and their text as given. */
  readonly keys: ReadonlyMap<string, string>;
}

/** A command line without any flag. */
export const NO_FLAGS: StartFlags = {
  demo: false,
  standardPorts: false,
  discovery: true,
  source: undefined,
  dataDir: undefined,
  config: undefined,
  logLevel: undefined,
  keys: new Map(),
};

/** A key that has a flag. */
export interface FlaggedKey {
  readonly section: SectionName;
  readonly key: string;
  readonly flag: string;
  readonly allowed: string;
}

/** All keys that the command line can set, in the order of the declaration. */
export function flaggedKeys(): readonly FlaggedKey[] {
  return SECTION_NAMES.flatMap((section) =>
    keysOf(section).flatMap((key) => {
      const declaration = declarationOf(section, key);
      if (declaration?.flag === undefined) return [];
      return [{ section, key, flag: declaration.flag, allowed: declaration.allowed }];
    }),
  );
}

/** Reads the flags that set keys. */
export function flagLayer(flags: StartFlags): ConfigLayer {
  const values = flaggedKeys().flatMap(({ section, key, flag }) => {
    const text = flags.keys.get(flag);
    return text === undefined ? [] : [{ section, key, value: declarationOf(section, key)?.fromText(text) }];
  });
  return checkValues(values, ({ section, key }) => declarationOf(section, key)?.flag ?? key);
}

const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** `--log-level`; undefined when the word is none. */
export function logLevelOf(text: string | undefined): LogLevel | undefined {
  return LOG_LEVELS.find((level) => level === (text ?? "info"));
}

const CAMERA = /^(\/dev\/[\w./:+-]{1,250}|[\w.:+@-]{1,255})$/;

/** One source or two; the second camera is found by itself beside `auto`. */
function isSource(text: string): boolean {
  const names = text.split(",");
  if (names.length > 2 || !names.every((name) => CAMERA.test(name))) return false;
  return names.length === 1 || (!names.includes("auto") && (names[0] !== names[1] || names[0] === "test"));
}

/** What is wrong with the flags that set no key, as sentences. */
export function flagProblems(flags: StartFlags): readonly string[] {
  const problems: string[] = [];
  if (logLevelOf(flags.logLevel) === undefined) {
    problems.push(`--log-level cannot be ${JSON.stringify(flags.logLevel)}; allowed: ${LOG_LEVELS.join(", ")}`);
  }
  if (flags.source !== undefined && !isSource(flags.source)) {
    problems.push(
      `--source cannot be ${JSON.stringify(flags.source)}; allowed: auto, test, a device such as /dev/video0, a name from /dev/v4l/by-id, or two of the last three with a comma between them`,
    );
  }
  for (const [flag, path] of [
    ["--data-dir", flags.dataDir],
    ["--config", flags.config],
  ] as const) {
    if (path === "") problems.push(`${flag} needs a path`);
  }
  return problems;
}
