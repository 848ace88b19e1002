import type { LogLevel } from "../core/log.ts";
import type { LightConfig, PtzConfig, RotorConfig } from "./hardware.ts";
import type { ConfigKey } from "./key-kinds.ts";
import type { SECTIONS } from "./keys.ts";

type CamelCase<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;

type SectionValues<Keys> = {
  readonly [K in keyof Keys & string as CamelCase<K>]: Keys[K] extends ConfigKey<infer T> ? T : never;
};

/** The values of the plain sections, with the names of `SECTIONS` in camel case: `config.limits.rtspSessions`. */
export type SectionConfig = { readonly [S in keyof typeof SECTIONS]: SectionValues<(typeof SECTIONS)[S]> };

/** Where a value was given. */
export type ConfigOrigin = "file" | "environment" | "flag";

/**
 * Everything that is decided before the server starts: checked, complete, frozen. Ports are those to ask for (0: any free one), after the
 * demo's and the unprivileged user's replacements; `server.listen` holds IP addresses only. Contract: config-cli.md.
 */
export interface ServerConfig extends SectionConfig {
  readonly demo: boolean;
  /** True when every listen address is a loopback one. */
  readonly loopbackOnly: boolean;
  /** `auto`, `test`, a device node or a by-id name. */
  readonly source: string;
  /** Absolute path. */
  readonly dataFolder: string;
  /** True when the folder is to be removed at the end (a demo without `--data-dir`). */
  readonly temporaryDataFolder: boolean;
  /** What was given by whom, by `section.key`; what is missing is a default. */
  readonly origins: Readonly<Partial<Record<string, ConfigOrigin>>>;
  /** The file that was read, if any. */
  readonly configFile: string | undefined;
  readonly logLevel: LogLevel;
  /** False with `--no-discovery`. */
  readonly discovery: boolean;
  readonly lights: readonly LightConfig[];
  readonly ptz: readonly PtzConfig[];
  readonly rotors: readonly RotorConfig[];
  /** Sentences for the log: what was replaced or ignored, and the way out. */
  readonly warnings: readonly string[];
}
