import { NEEDS_SHARED } from "./shared-folder.ts";

/** What became of some tests. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Of those skipped, how many only because `../shared` is absent. */
  readonly skippedWithoutShared: number;
  /** Of each failed test its file, its name and how its error begins. */
  readonly failures: readonly string[];
}

/** Of an error: what fits where only the end of an output is kept. */
const MAX_MESSAGE_LENGTH = 400;
/** What a report writes for characters that XML or a line has no place for. */
const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&#10;": " ",
  "&amp;": "&",
};

/** What Bun calls the hooks of a skipped `describe`, which it reports like tests. */
const HOOK = "(unnamed)";

/** Counts the tests of a report that `bun test --reporter=junit` wrote; an empty text has none. */
export function readReport(xml: string): Counts {
  const total = /<testsuites [^>]*\btests="(\d+)"[^>]*\bfailures="(\d+)"[^>]*\bskipped="(\d+)"/.exec(xml);
  const [tests = 0, failed = 0, reportedSkipped = 0] = (total ?? []).slice(1).map(Number);
  const skipped = [...xml.matchAll(/<testcase name="([^"]*)"[^>]*>\s*<skipped/g)]
    .map(([, name = ""]) => name)
    .filter((name) => name !== HOOK);
  return {
    passed: tests - failed - reportedSkipped,
    failed,
    skipped: skipped.length,
    skippedWithoutShared: skipped.filter((name) => name.includes(NEEDS_SHARED)).length,
    failures: failuresIn(xml),
  };
}

function failuresIn(xml: string): readonly string[] {
  const cases = xml.matchAll(
    /<testcase name="([^"]*)"[^>]*\bfile="([^"]*)"[^>]*>\s*<failure type="[^"]*"(?: message="([^"]*)")?/g,
  );
  return [...cases].map(([, name = "", file = "", message = ""]) => {
    const said = plain(message);
    return `${plain(file)}: ${plain(name)}: ${said.slice(0, MAX_MESSAGE_LENGTH)}`;
  });
}

function plain(text: string): string {
  return text.replace(/&(?:lt|gt|quot|apos|amp|#10);/g, (entity) => ENTITIES[entity] ?? entity);
}

/** The sum of two counts. */
export function addCounts(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    skippedWithoutShared: a.skippedWithoutShared + b.skippedWithoutShared,
    failures: [...a.failures, ...b.failures],
  };
}
