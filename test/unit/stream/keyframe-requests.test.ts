import { expect, test } from "bun:test";
import { KeyframeRequests } from "../../../src/stream/keyframe-requests.ts";
import { createManualTime } from "../../support/manual-scheduler.ts";

function start() {
  const { clock, scheduler, advanceMs } = createManualTime();
  let forced = 0;
  const requests = new KeyframeRequests(clock, scheduler, () => {
    forced += 1;
  });
  return { requests, advanceMs, forced: () => forced };
}

test("wishes within half a second become one keyframe, unless one comes by itself", () => {
  const { requests, advanceMs, forced } = start();
  for (let wish = 0; wish < 5; wish++) requests.request();
  expect(forced()).toBe(1);
  advanceMs(499);
  expect(forced()).toBe(1);
  advanceMs(1);
  expect(forced()).toBe(2);
  requests.request();
  requests.satisfied();
  advanceMs(500);
  expect(forced()).toBe(2);
});

test("who cannot wait gets one at once, also just after another one came, but not while one is on its way", () => {
  const { requests, advanceMs, forced } = start();
  requests.request();
  advanceMs(50);
  requests.requestNow();
  expect(forced()).toBe(1);
  requests.satisfied();
  requests.requestNow();
  expect(forced()).toBe(2);
  // the source ignored it
  advanceMs(120);
  requests.requestNow();
  expect(forced()).toBe(3);
});
