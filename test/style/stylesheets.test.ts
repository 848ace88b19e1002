import { expect, test } from "bun:test";
import { sourceFiles } from "./sources.ts";

/** The folder of a view, or undefined: of the page as a whole. */
const viewOf = (path: string) => /^src\/web\/views\/([^/]+)\//.exec(path)?.[1];

/** Classes that rules begin with: those that give something its looks, not those that it stands in. */
function ownClasses(text: string): readonly string[] {
  const rules = text.replace(/\/\*.*?\*\//gs, "").match(/^ *\.[a-z][a-z0-9-]*(?=[ ,:.>[{])/gm) ?? [];
  return rules.map((rule) => rule.trim());
}

test("no class has looks of two views: their stylesheets are one for the browser", () => {
  const views = new Map<string, Set<string>>();
  for (const { path, text } of sourceFiles("src/web/views/**/*.css")) {
    for (const name of ownClasses(text)) {
      views.set(name, (views.get(name) ?? new Set()).add(viewOf(path) ?? path));
    }
  }
  expect(views.size).toBeGreaterThan(50);
  const shared = [...views].filter(([, users]) => users.size > 1).map(([name, users]) => `${name}: ${[...users]}`);
  expect(shared).toEqual([]);
});
