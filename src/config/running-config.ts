import { isDeepStrictEqual } from "node:util";
import { camelCase, declarationOf, keysOf, SECTION_NAMES } from "./given-values.ts";
import type { SectionConfig, ServerConfig } from "./server-config.ts";

/** What reading the configuration again changed, as `section.key`. */
export type ReloadReport = {
  readonly applied: readonly string[];
  /** Differs from what runs, and takes effect at the next start. */
  readonly needsRestart: readonly string[];
};

/**
 * The configuration in force while the server runs. `view` is to be handed around and read at the moment of use: its sections
 * and origins are always the present ones.
 */
export class RunningConfig {
  readonly view: ServerConfig;
  readonly #load: () => ServerConfig;
  #current: ServerConfig;

  /** `load` reads everything again, for the same arguments and environment; throws AppError `configuration`. */
  constructor(first: ServerConfig, load: () => ServerConfig) {
    this.#current = first;
    this.#load = load;
    this.view = this.#viewOf(first);
  }

  /** Applies what can change live. Throws AppError `configuration` with every mistake; then nothing has changed. */
  reload(): ReloadReport {
    const next = this.#load();
    const applied: string[] = [];
    const needsRestart: string[] = [];
    const sections: Record<string, Record<string, unknown>> = {};
    for (const section of SECTION_NAMES) {
      const [before, after]: readonly Readonly<Record<string, unknown>>[] = [this.#current[section], next[section]];
      const values: Record<string, unknown> = { ...before };
      for (const key of keysOf(section)) {
        const name = camelCase(key);
        if (isDeepStrictEqual(before?.[name], after?.[name])) continue;
        const isLive = declarationOf(section, key)?.apply === "live";
        (isLive ? applied : needsRestart).push(`${section}.${key}`);
        if (isLive) values[name] = after?.[name];
      }
      sections[section] = Object.freeze(values);
    }
    for (const list of ["lights", "ptz", "rotors"] as const) {
      if (!isDeepStrictEqual(this.#current[list], next[list])) needsRestart.push(HARDWARE[list]);
    }
    // Every value was checked against the declaration that the type is made from.
    this.#current = { ...this.#current, ...(sections as unknown as SectionConfig), origins: next.origins };
    return { applied, needsRestart };
  }

  #viewOf(first: ServerConfig): ServerConfig {
    const view: ServerConfig = { ...first };
    for (const name of [...SECTION_NAMES, "origins"] as const) {
      Object.defineProperty(view, name, { enumerable: true, get: () => this.#current[name] });
    }
    return Object.freeze(view);
  }
}

const HARDWARE = { lights: "[[light]]", ptz: "[[ptz]]", rotors: "[[rotor]]" } as const;
