import { expect, test } from "bun:test";
import { createLog, lineSink } from "../../../src/core/log.ts";
import { createLogRing } from "../../../src/core/log-ring.ts";

/** A log at level info over a ring, and what was written below. */
function setUp() {
  const written: string[] = [];
  const ring = createLogRing(
    lineSink("info", true, Date.now, (line) => written.push(line)),
    () => 0,
  );
  return { log: createLog(ring.sink, "test"), written, messages: () => ring.lines().map((line) => JSON.parse(line)) };
}

test("what is written goes on and is kept as JSON, below the level neither", () => {
  const { log, written, messages } = setUp();
  log.debug("nothing");
  log.child("part").warn("something", { number: 7 });
  expect(written).toEqual([expect.stringContaining("warn  part: something number=7")]);
  expect(messages()).toEqual([
    { time: "1970-01-01T00:00:00.000Z", level: "warn", module: "part", message: "something", number: 7 },
  ]);
});

test("the newest thousand are kept, in order, and none is longer than 2000 characters", () => {
  const { log, messages } = setUp();
  for (let number = 0; number < 2345; number += 1) log.info("line", { number });
  const numbers = messages().map(({ number }) => number);
  expect(numbers).toEqual(Array.from({ length: 1000 }, (_, index) => 1345 + index));
  const ring = createLogRing(
    lineSink("info", true, Date.now, () => undefined),
    Date.now,
  );
  createLog(ring.sink, "test").info("x".repeat(10_000));
  expect(ring.lines().map(({ length }) => length)).toEqual([2000]);
});
