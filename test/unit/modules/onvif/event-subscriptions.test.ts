import { describe, expect, test } from "bun:test";
import { findConsumer } from "../../../../src/modules/onvif/events/consumer.ts";
import { createNotification } from "../../../../src/modules/onvif/events/notification.ts";
import { Subscription } from "../../../../src/modules/onvif/events/subscription.ts";
import { TOPICS } from "../../../../src/modules/onvif/events/topics.ts";
import { createManualTime } from "../../../support/manual-scheduler.ts";

const told = (State: boolean) =>
  createNotification({ topic: TOPICS.motionAlarm, source: {}, data: { State }, operation: "Changed", timeMs: 0 });

function subscribed(lifetimeMs = 10_000) {
  const time = createManualTime();
  let ends = 0;
  const subscription = new Subscription(
    { id: "one", clock: time.clock, scheduler: time.scheduler, onEnd: () => void ends++ },
    {
      identity: { user: "eva", permissions: new Set() },
      filter: () => true,
      isChangedOnly: false,
      isPushed: false,
      lifetimeMs,
    },
  );
  return { time, subscription, ends: () => ends };
}

describe("a subscription", () => {
  test("keeps a hundred messages; then the oldest leaves", async () => {
    const { subscription } = subscribed();
    const all = Array.from({ length: 101 }, (_, index) => told(index % 2 === 0));
    for (const each of all) subscription.offer(each);
    const kept = await subscription.next(1000, 0);
    expect(kept.length).toBe(100);
    expect(kept[0]).toBe(all[1] as (typeof all)[number]);
  });

  test("ends when its time is over, once, and who waits is answered", async () => {
    const { time, subscription, ends } = subscribed();
    time.advanceMs(9000);
    subscription.prolong(500);
    subscription.liveFor(2000);
    time.advanceMs(1999);
    expect([subscription.ended.aborted, ends()]).toEqual([false, 0]);
    const waiting = subscription.next(1, 60_000);
    time.advanceMs(1);
    expect(await waiting).toEqual([]);
    subscription.end();
    subscription.liveFor(1000);
    subscription.offer(told(true));
    time.advanceMs(5000);
    expect(ends()).toBe(1);
    expect(await subscription.next(1, 60_000)).toEqual([]);
  });

  test("tells its end by the wall clock, whatever that does meanwhile", () => {
    const { time, subscription } = subscribed();
    time.clock.stepWallMs(3_600_000);
    expect(subscription.endsMs - time.clock.wallMs()).toBe(10_000);
    time.advanceMs(4000);
    expect(subscription.endsMs - time.clock.wallMs()).toBe(6000);
  });
});

describe("a consumer", () => {
  const network = (addresses: readonly string[]) => ({
    ownNetworks: () => ["127.0.0.1/8", "192.0.2.7/24", "2001:db8::7/64", "fe80::7/64", "::1/128"],
    lookUp: async () => addresses,
  });
  const find = async (url: string, ...addresses: readonly string[]) => {
    const found = await findConsumer(url, [], network(addresses));
    return typeof found === "string" ? undefined : found.address;
  };

  test("is where its name leads to in our networks", async () => {
    expect(await find("http://nvr.local:8000/x", "192.0.2.9")).toBe("192.0.2.9");
    expect(await find("http://nvr.local/", "203.0.113.1", "127.0.0.1", "2001:db8::9")).toBe("2001:db8::9");
    expect(await find("http://[2001:db8::9]/")).toBe("2001:db8::9");
  });

  test("is nowhere else", async () => {
    for (const address of [
      "127.0.0.1",
      "::1",
      "203.0.113.1",
      "192.0.2.7",
      "2001:db8::7",
      "::ffff:127.0.0.1",
      "fe80::9",
      "127.0.0.2",
    ])
      expect(await find("http://nvr.local/", address)).toBeUndefined();
    expect(await find("http://nvr.local/")).toBeUndefined();
  });
});
