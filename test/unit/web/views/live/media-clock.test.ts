import { expect, test } from "bun:test";
import { createMediaClock } from "../../../../../src/web/views/live/media-clock.ts";

test("a picture's age is the camera's time now less its timestamp, also across the wrap, and known to half a round trip", async () => {
  const beganMs = performance.now();
  const origin = 2 ** 32 - 90;
  const rtpAt = (ms: number) => Math.floor(origin + (ms - beganMs) * 90) % 2 ** 32;
  const clock = createMediaClock(async () => rtpAt(performance.now()));
  expect(clock.ageAt(rtpAt(beganMs), beganMs)).toBeUndefined();
  await clock.sample();
  const captured = rtpAt(beganMs + 100);
  const age = clock.ageAt(captured, beganMs + 142);
  expect(age?.uncertaintyMs).toBeLessThan(1000);
  expect(Math.abs((age?.ms ?? 0) - 42)).toBeLessThanOrEqual((age?.uncertaintyMs ?? 0) + 0.1);
});

test("the quickest answer counts, and one that the camera does not give changes nothing", async () => {
  const answers: (() => Promise<number | undefined>)[] = [
    async () => 90_000,
    async () => {
      await Bun.sleep(20);
      return 990_000;
    },
    async () => undefined,
  ];
  const clock = createMediaClock(async () => await answers.shift()?.());
  await clock.sample();
  const nowMs = performance.now();
  const first = clock.ageAt(0, nowMs);
  await clock.sample();
  await clock.sample();
  expect(clock.ageAt(0, nowMs)).toEqual(first);
  expect(first?.ms).toBeGreaterThanOrEqual(1000);
  expect(first?.ms).toBeLessThan(2000);
});
