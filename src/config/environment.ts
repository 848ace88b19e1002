import { type ConfigLayer, declarationOf, type GivenValue, isSectionName, keysOf, problemOf } from "./given-values.ts";

const PREFIX = "ROTORDREAM_";

/** Reads `ROTORDREAM_SECTION_KEY` variables. A section that we do not have is left alone (container managers make such names up), an unknown key of ours is a problem. */
export function environmentLayer(environment: Readonly<Record<string, string | undefined>>): ConfigLayer {
  const values: GivenValue[] = [];
  const problems: string[] = [];
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith(PREFIX) || text === undefined) continue;
    const [section = "", ...rest] = name.slice(PREFIX.length).toLowerCase().split("_");
    if (!isSectionName(section)) continue;
    const key = rest.join("_");
    const declaration = declarationOf(section, key);
    if (declaration === undefined) {
      const allowed = keysOf(section).map((one) => `${PREFIX}${section}_${one}`.toUpperCase());
      problems.push(`${name}: unknown variable; allowed: ${allowed.join(" ")}`);
      continue;
    }
    const given: GivenValue = { section, key, value: declaration.fromText(text), where: name };
    const problem = problemOf(given);
    if (problem === undefined) values.push(given);
    else problems.push(problem);
  }
  return { values, problems };
}
