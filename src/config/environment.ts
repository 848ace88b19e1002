import {
  type ConfigLayer,
  checkValues,
  declarationOf,
  type GivenValue,
  isSectionName,
  keysOf,
} from "./given-values.ts";
import type { SectionName } from "./keys.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = "ROTORDREAM_";

/** Reads `ROTORDREAM_SECTION_KEY` variables. An unknown key of one of our sections is a problem. */
export function environmentLayer(environment: Environment): ConfigLayer {
  const values: GivenValue[] = [];
  const unknown: string[] = [];
  for (const { name, section, key, text } of variables(environment)) {
    if (!isSectionName(section)) continue;
    const declaration = declarationOf(section, key);
    if (declaration !== undefined) values.push({ section, key, value: declaration.fromText(text) });
    else
      unknown.push(
        `${name}: unknown variable; allowed: ${keysOf(section)
          .map((one) => variableOf(section, one))
          .join(" ")}`,
      );
  }
  const checked = checkValues(values, (given) => variableOf(given.section, given.key));
  return { values, problems: [...unknown, ...checked.problems] };
}

/** Says which variables name no section of ours. No problem, for container managers make such names up (`ROTORDREAM_PORT`). */
export function environmentWarnings(environment: Environment): readonly string[] {
  return variables(environment)
    .filter(({ section }) => !isSectionName(section))
    .map(({ name }) => `The variable ${name} is ignored: no section of the configuration is called like that`);
}

/** The name of a key's variable: `ROTORDREAM_LIMITS_RTSP_SESSIONS`. */
export function variableOf(section: SectionName, key: string): string {
  return `${PREFIX}${section}_${key}`.toUpperCase();
}

function variables(environment: Environment) {
  return Object.entries(environment).flatMap(([name, text]) => {
    if (!name.startsWith(PREFIX) || text === undefined) return [];
    const [section = "", ...rest] = name.slice(PREFIX.length).toLowerCase().split("_");
    return [{ name, section, key: rest.join("_"), text }];
  });
}
