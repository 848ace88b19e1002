import { expect, test } from "bun:test";
import { addCounts, readReport } from "../../support/junit.ts";

const REPORT = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="bun test" tests="6" assertions="2" failures="1" skipped="4" time="0.008">
  <testsuite name="a.test.ts" file="a.test.ts" tests="5" assertions="2" failures="1" skipped="3" time="0.002">
    <testcase name="a" classname="" time="0.000078" file="a.test.ts" line="2" assertions="1" />
    <testcase name="b [needs ../shared]" classname="x &gt; y" time="0" file="a.test.ts" line="3" assertions="0">
      <skipped />
    </testcase>
    <testcase name="c" classname="" time="0" file="a.test.ts" line="4" assertions="0">
      <skipped message="later" />
    </testcase>
    <testcase name="d [needs ../shared]" classname="" time="0" file="a.test.ts" line="5" assertions="0"><skipped /></testcase>
    <testcase name="(unnamed)" classname="x" time="0." file="a.test.ts" assertions="0">
      <skipped />
    </testcase>
    <testcase name="f" classname="" time="0.000205" file="a.test.ts" line="6" assertions="1">
      <failure type="AssertionError" message="1 &lt; 2">x</failure>
    </testcase>
  </testsuite>
</testsuites>`;

test("counts a report as bun writes it, without the hooks of what is skipped", () => {
  expect(readReport(REPORT)).toEqual({
    passed: 1,
    failed: 1,
    skipped: 3,
    skippedWithoutShared: 2,
    failures: ["a.test.ts: f: 1 < 2"],
  });
});

test("a report that was not written has nothing", () => {
  expect(readReport("")).toEqual({ passed: 0, failed: 0, skipped: 0, skippedWithoutShared: 0, failures: [] });
});

test("adds", () => {
  const one = readReport(REPORT);
  expect(addCounts(one, one)).toMatchObject({ passed: 2, failed: 2, skipped: 6, skippedWithoutShared: 4 });
  expect(addCounts(one, one).failures).toHaveLength(2);
});
