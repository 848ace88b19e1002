import type { ListedOperation } from "./onvif-operations.ts";

/** A row of the document's table: an operation that the device has, and a test that calls it. */
export interface CoveredOperation extends ListedOperation {
  readonly test: string;
}

const ROW = /^\| `(\w+:\w+)` \| (✓?) *\| (✓?) *\| (\w+) \| (\S*) *\|$/;

/** The table for the document. */
export function writeTable(operations: readonly CoveredOperation[]): string {
  const tick = (is: boolean) => (is ? "✓" : "");
  const rows = operations.map(
    ({ name, profiles, access, test }) =>
      `| \`${name}\` | ${tick(profiles.includes("S"))} | ${tick(profiles.includes("T"))} | ${access} | ${test} |`,
  );
  return ["| operation | S | T | access | test |", "|---|---|---|---|---|", ...rows].join("\n");
}

/** The rows of a document with such a table: names of operations and the tests that call them. */
export function readTable(document: string): ReadonlyMap<string, string> {
  const rows = document.split("\n").flatMap((line) => ROW.exec(line) ?? []);
  const found = new Map<string, string>();
  for (let index = 0; index < rows.length; index += 6) found.set(rows[index + 1] ?? "", rows[index + 5] ?? "");
  return found;
}
