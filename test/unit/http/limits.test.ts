import { expect, test } from "bun:test";
import { createRequestLimits } from "../../../src/http/limits.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const ANONYMOUS = { user: undefined };
const ADMIN = { user: "admin" };

test("a window begins with the first request and ends a period later", () => {
  const clock = createManualClock();
  const limits = createRequestLimits(clock, () => ({ apiPerMinute: 2, mediaPerSecond: 0, onvifPerMinute: 0 }));
  expect(limits.take("api", ANONYMOUS, "192.0.2.1")).toEqual({
    limit: 2,
    remaining: 1,
    resetSeconds: 60,
    refusal: undefined,
  });
  clock.advanceMs(14_500);
  expect(limits.take("api", ANONYMOUS, "192.0.2.1")).toEqual({
    limit: 2,
    remaining: 0,
    resetSeconds: 46,
    refusal: undefined,
  });
  expect(limits.take("api", ANONYMOUS, "192.0.2.1")?.refusal).toMatchObject({
    kind: "rate-limited",
    message: "Rate limit exceeded",
    detail: { limit: 2, period: "minute", retryAfterSeconds: 46 },
  });
  clock.advanceMs(45_500);
  expect(limits.take("api", ANONYMOUS, "192.0.2.1")).toMatchObject({
    remaining: 1,
    resetSeconds: 60,
    refusal: undefined,
  });
});

test("users count by themselves wherever they are, anonymous callers by address and /64", () => {
  const limits = createRequestLimits(createManualClock(), () => ({
    apiPerMinute: 10,
    mediaPerSecond: 0,
    onvifPerMinute: 0,
  }));
  const remaining = (caller: { user: string | undefined }, address: string) =>
    limits.take("api", caller, address)?.remaining;
  expect(remaining(ADMIN, "192.0.2.1")).toBe(9);
  expect(remaining(ADMIN, "192.0.2.2")).toBe(8);
  expect(remaining(ANONYMOUS, "192.0.2.1")).toBe(9);
  expect(remaining(ANONYMOUS, "192.0.2.2")).toBe(9);
  expect(remaining({ user: "address 192.0.2.1" }, "192.0.2.3")).toBe(9);
  expect(remaining(ANONYMOUS, "2001:db8::1")).toBe(9);
  expect(remaining(ANONYMOUS, "2001:db8::2")).toBe(8);
});

test("classes count apart, and 0 or `unlimited` do not count", () => {
  const limits = createRequestLimits(createManualClock(), () => ({
    apiPerMinute: 0,
    mediaPerSecond: 1,
    onvifPerMinute: 0,
  }));
  expect(limits.take("api", ANONYMOUS, "192.0.2.1")).toBeUndefined();
  expect(limits.take("unlimited", ANONYMOUS, "192.0.2.1")).toBeUndefined();
  expect(limits.take("media", ANONYMOUS, "192.0.2.1")?.refusal).toBeUndefined();
  expect(limits.take("media", ANONYMOUS, "192.0.2.1")?.refusal?.detail).toEqual({
    limit: 1,
    period: "second",
    retryAfterSeconds: 1,
  });
});

test("10,000 callers are remembered, the one whose window began first leaves", () => {
  const limits = createRequestLimits(createManualClock(), () => ({
    apiPerMinute: 5,
    mediaPerSecond: 0,
    onvifPerMinute: 0,
  }));
  const take = (user: string) => limits.take("api", { user }, "")?.remaining;
  for (let index = 0; index < 10_000; index += 1) take(`user${index}`);
  expect(take("user1")).toBe(3);
  take("one more");
  take("another");
  expect(take("user9999")).toBe(3);
  expect(take("user0")).toBe(4);
});

test("a limit that is taken away refuses nobody whose window still runs", () => {
  let apiPerMinute = 1;
  const limits = createRequestLimits(createManualClock(), () => ({
    apiPerMinute,
    mediaPerSecond: 0,
    onvifPerMinute: 0,
  }));
  limits.take("api", ADMIN, "192.0.2.1");
  expect(limits.look("api", "admin")?.refusal).toBeDefined();
  apiPerMinute = 0;
  expect(limits.look("api", "admin")).toBeUndefined();
});
