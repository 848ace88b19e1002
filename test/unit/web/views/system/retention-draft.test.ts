import { expect, test } from "bun:test";
import { changeOf, draftOf, isAmount, isDays } from "../../../../../src/web/views/system/retention-draft.ts";

const PRESENT = { days: 0, bytes: 1_500_000_000, overwrite: true, delete_tagged: false, fixed: {} };

test("rules become fields and back, and only what differs is sent", () => {
  const draft = draftOf(PRESENT);
  expect(draft).toEqual({ days: "", gigabytes: "1.5", overwrite: true, deleteTagged: false });
  expect(changeOf(draft, PRESENT)).toEqual({});
  expect(changeOf({ ...draft, days: "30", gigabytes: "" }, PRESENT)).toEqual({ days: 30, bytes: 0 });
  expect(changeOf({ ...draft, gigabytes: "0.0000015", deleteTagged: true }, PRESENT)).toEqual({
    bytes: 1500,
    delete_tagged: true,
  });
});

test("what no camera keeps is seen before it is sent", () => {
  expect(["", "0", "36500", "-1", "1.5", "36501", "x"].map(isDays)).toEqual([
    ...[true, true, true],
    ...[false, false, false, false],
  ]);
  expect(["", "0.5", "1e6", "-1", "1e30", "x"].map(isAmount)).toEqual([true, true, true, false, false, false]);
});
