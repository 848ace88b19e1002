import { expect, test } from "bun:test";
import { magnified, resized, shifted, WHOLE } from "../../../../../src/web/views/live/digital-zoom.ts";

const STAGE = { x: 1000, y: 500 };

test("what is seen at a point stays there while it is magnified", () => {
  const twice = magnified(WHOLE, 2, { x: 800, y: 100 }, STAGE);
  expect(twice).toEqual({ factor: 2, x: -800, y: -100 });
  expect(magnified(twice, 0.5, { x: 800, y: 100 }, STAGE)).toEqual(WHOLE);
});

test("the picture always fills the stage, and is magnified 8 times at most", () => {
  expect(magnified(WHOLE, 0.5, { x: 1, y: 1 }, STAGE)).toEqual(WHOLE);
  expect(magnified(WHOLE, 100, { x: 0, y: 0 }, STAGE).factor).toBe(8);
  const twice = magnified(WHOLE, 2, { x: 500, y: 250 }, STAGE);
  expect(shifted(twice, { x: 9999, y: 9999 }, STAGE)).toEqual({ factor: 2, x: 0, y: 0 });
  expect(shifted(twice, { x: -9999, y: -9999 }, STAGE)).toEqual({ factor: 2, x: -1000, y: -500 });
});

test("a stage of another size shows the same part of the picture", () => {
  const corner = { factor: 4, x: -3000, y: -1500 };
  expect(resized(corner, STAGE, { x: 500, y: 300 })).toEqual({ factor: 4, x: -1500, y: -900 });
  expect(resized(WHOLE, { x: 0, y: 0 }, STAGE)).toEqual(WHOLE);
});
