import { expect, test } from "bun:test";
import { errorAnswer } from "../../../../src/modules/control/protocol.ts";
import type { Library } from "../../../../src/modules/recordings/library.ts";
import { Snapshots } from "../../../../src/modules/recordings/snapshots.ts";
import { createManualClock } from "../../../support/manual-clock.ts";
import { failureOf } from "../../../support/settings-store.ts";

test("at most five pictures are stored in any second, and the client hears when to come again", async () => {
  const clock = createManualClock();
  let stored = 0;
  const addSnapshot = (async () => ({ id: String(++stored) })) as unknown as Library["addSnapshot"];
  const take = async () => ({ jpeg: new Uint8Array(1), width: 640, height: 360 });
  const snapshots = new Snapshots({ library: { addSnapshot }, clock, take });
  for (let number = 1; number <= 5; number++) {
    expect(await snapshots.keep()).toBe(String(number));
    clock.advanceMs(100);
  }
  const told = { error: "Rate limit exceeded", limit: 5, period: "second", retry_after: 1 };
  expect(errorAnswer(await failureOf(snapshots.keep()))).toEqual(told);
  clock.advanceMs(500); // the first one is a second old
  expect(await snapshots.keep()).toBe("6");
  expect(errorAnswer(await failureOf(snapshots.keep()))).toEqual(told);
  expect(stored).toBe(6);
});
