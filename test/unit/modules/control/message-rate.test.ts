import { expect, test } from "bun:test";
import { MessageRate } from "../../../../src/modules/control/message-rate.ts";
import { createManualClock } from "../../../support/manual-clock.ts";

test("what was dropped is reported once, also when the next second began before the report", () => {
  const clock = createManualClock();
  const rate = new MessageRate(clock);
  const taken = (count: number) => Array.from({ length: count }, () => rate.take(2, true)).filter(Boolean).length;
  expect(taken(5)).toBe(2);
  clock.advanceMs(1000);
  expect(taken(1)).toBe(1);
  expect(rate.report()).toEqual({ dropped: 3, inARow: 1 });
  expect(taken(3)).toBe(1);
  expect(rate.report()).toEqual({ dropped: 2, inARow: 2 });
  clock.advanceMs(1000);
  expect(rate.take(0, false)).toBe(false);
  expect(rate.report()).toEqual({ dropped: 1, inARow: 3 });
  clock.advanceMs(1000);
  taken(2);
  clock.advanceMs(1000);
  taken(3);
  expect(rate.report()).toEqual({ dropped: 1, inARow: 1 });
});
