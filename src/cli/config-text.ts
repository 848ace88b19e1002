import { stringify } from "smol-toml";
import { variableOf } from "../config/environment.ts";
import { camelCase, declarationOf, keysOf, SECTION_NAMES } from "../config/given-values.ts";
import type { ServerConfig } from "../config/server-config.ts";

const HIDDEN = "(set, not shown)";

/** The values in force as TOML; secrets are only said to be set. */
export function configText(config: ServerConfig): string {
  const document: Record<string, unknown> = {};
  for (const section of SECTION_NAMES) {
    const values: Readonly<Record<string, unknown>> = config[section];
    const shown: Record<string, unknown> = {};
    for (const key of keysOf(section)) {
      const value = values[camelCase(key)];
      if (value !== undefined) shown[key] = declarationOf(section, key)?.secret ? HIDDEN : value;
    }
    document[section] = shown;
  }
  const hardware = { light: config.lights, ptz: config.ptz, rotor: config.rotors };
  for (const [name, entries] of Object.entries(hardware)) if (entries.length > 0) document[name] = entries;
  return `${stringify(document)}\n`;
}

/** Every key with what it allows, its default and when a change takes effect, as JSON. */
export function configSchema(): string {
  const sections = Object.fromEntries(
    SECTION_NAMES.map((section) => [
      section,
      Object.fromEntries(
        keysOf(section).map((key) => {
          const declaration = declarationOf(section, key);
          const { allowed, initial, apply, secret, flag } = declaration ?? {};
          return [
            key,
            {
              allowed,
              default: initial ?? null,
              apply,
              secret,
              environment: variableOf(section, key),
              flag: flag ?? null,
            },
          ];
        }),
      ),
    ]),
  );
  return `${JSON.stringify(sections, null, 2)}\n`;
}
