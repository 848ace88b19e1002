import { expect, test } from "bun:test";
import { createLoginFailures } from "../../../src/identity/login-failures.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const HOME = "192.0.2.1";

function fail(times: number, failures: ReturnType<typeof createLoginFailures>, address: string, user: string): void {
  for (let failed = 0; failed < times; failed += 1) failures.failed(address, user);
}

test("the fifth failure within five minutes locks the pair until the first leaves", () => {
  const clock = createManualClock();
  const failures = createLoginFailures(clock, () => 5);
  for (let failed = 0; failed < 4; failed += 1) {
    failures.failed(HOME, "admin");
    clock.advanceMs(10_000);
  }
  expect(failures.retryAfterSeconds(HOME, "admin")).toBe(0);
  failures.failed(HOME, "admin");
  expect(failures.retryAfterSeconds(HOME, "admin")).toBe(260);
  expect(failures.retryAfterSeconds(HOME, "other")).toBe(0);
  expect(failures.retryAfterSeconds("192.0.2.2", "admin")).toBe(0);
  clock.advanceMs(259_500);
  expect(failures.retryAfterSeconds(HOME, "admin")).toBe(1);
  clock.advanceMs(500);
  expect(failures.retryAfterSeconds(HOME, "admin")).toBe(0);
  failures.failed(HOME, "admin");
  expect(failures.retryAfterSeconds(HOME, "admin")).toBe(10);
});

test("twenty failures over all names lock the address, and a success resets only its own pair", () => {
  const failures = createLoginFailures(createManualClock(), () => 5);
  for (let name = 0; name < 4; name += 1) fail(4, failures, HOME, `user${name}`);
  fail(3, failures, HOME, "user4");
  failures.succeeded(HOME, "user0");
  expect(failures.retryAfterSeconds(HOME, "user9")).toBe(0);
  failures.failed(HOME, "user0");
  expect(failures.retryAfterSeconds(HOME, "user0")).toBe(300);
  expect(failures.retryAfterSeconds(HOME, "user9")).toBe(300);
  expect(failures.retryAfterSeconds("192.0.2.2", "user0")).toBe(0);
});

test("a success lets the pair fail five times again", () => {
  const failures = createLoginFailures(createManualClock(), () => 5);
  fail(4, failures, HOME, "admin");
  failures.succeeded(HOME, "admin");
  fail(4, failures, HOME, "admin");
  expect(failures.retryAfterSeconds(HOME, "admin")).toBe(0);
});

test("an IPv6 /64 is one address", () => {
  const failures = createLoginFailures(createManualClock(), () => 5);
  for (let host = 1; host <= 5; host += 1) failures.failed(`2001:db8::${host}`, "admin");
  expect(failures.retryAfterSeconds("2001:db8::ffff", "admin")).toBe(300);
  expect(failures.retryAfterSeconds("2001:db8:0:1::1", "admin")).toBe(0);
});

test("10,000 pairs are remembered, the one that failed longest ago leaves", () => {
  const failures = createLoginFailures(createManualClock(), () => 1);
  const addressOf = (index: number) => `10.0.${index >> 8}.${index & 255}`;
  for (let index = 0; index < 10_000; index += 1) failures.failed(addressOf(index), "admin");
  failures.failed(addressOf(0), "admin");
  failures.failed(addressOf(10_000), "admin");
  expect(failures.retryAfterSeconds(addressOf(0), "admin")).toBe(300);
  expect(failures.retryAfterSeconds(addressOf(1), "admin")).toBe(0);
  expect(failures.retryAfterSeconds(addressOf(2), "admin")).toBe(300);
});

test("0 turns it off", () => {
  const failures = createLoginFailures(createManualClock(), () => 0);
  fail(100, failures, HOME, "admin");
  expect(failures.retryAfterSeconds(HOME, "admin")).toBe(0);
});
