import { NEEDS_SHARED } from "./shared-folder.ts";

/** What became of some tests. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Of those skipped, how many only because `../shared` is absent. */
  readonly skippedWithoutShared: number;
}

/** Counts the tests of a report that `bun test --reporter=junit` wrote; an empty text has none. */
export function readReport(xml: string): Counts {
  const total = /<testsuites [^>]*\btests="(\d+)"[^>]*\bfailures="(\d+)"[^>]*\bskipped="(\d+)"/.exec(xml);
  const [tests = 0, failed = 0, skipped = 0] = (total ?? []).slice(1).map(Number);
  const skippedWithoutShared = [...xml.matchAll(/<testcase name="([^"]*)"[^>]*>\s*<skipped/g)].filter(([, name]) =>
    name?.includes(NEEDS_SHARED),
  ).length;
  return { passed: tests - failed - skipped, failed, skipped, skippedWithoutShared };
}

/** The sum of two counts. */
export function addCounts(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    skippedWithoutShared: a.skippedWithoutShared + b.skippedWithoutShared,
  };
}
