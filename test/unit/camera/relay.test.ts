import { expect, test } from "bun:test";
import { Feed, Relay } from "../../../src/camera/relay.ts";
import type { CameraUnit } from "../../../src/camera/stream-sink.ts";

function setUp() {
  const taken: string[] = [];
  const sink = {
    canForceKeyframe: true,
    publish: ({ captureTimeUs, isKey }: CameraUnit) => void taken.push(`${captureTimeUs}${isKey ? " key" : ""}`),
  };
  const relay = new Relay(sink, () => void taken.push("changed"));
  const [first, second] = [new Feed(relay), new Feed(relay)];
  relay.begin(first);
  return { relay, first, second, sink, taken };
}

const unit = (captureTimeUs: number, more: Partial<CameraUnit> = {}) =>
  ({ captureTimeUs, isKey: false, isSlate: false, ...more }) as CameraUnit;

test("changes at a keyframe of the other camera, and hands on the first one's pictures until then", () => {
  const { relay, first, second, taken } = setUp();
  first.publish(unit(1, { isKey: true }));
  relay.change(second);
  second.publish(unit(2));
  first.publish(unit(3));
  second.publish(unit(4, { isKey: true }));
  expect([relay.isChanging, relay.uses(first)]).toEqual([false, false]);
  first.publish(unit(5));
  second.publish(unit(6));
  expect(taken).toEqual(["1 key", "3", "4 key", "changed", "6"]);
});

test("a keyframe that is older than what was shown is waited past: time goes forward", () => {
  const { relay, first, second, taken } = setUp();
  first.publish(unit(10));
  relay.change(second);
  second.publish(unit(10, { isKey: true }));
  second.publish(unit(11));
  second.publish(unit(12, { isKey: true }));
  expect(taken).toEqual(["10", "12 key", "changed"]);
});

test("a slate is taken only where nothing better is to be had", () => {
  const { relay, second, taken } = setUp();
  relay.change(second);
  second.publish(unit(1, { isKey: true, isSlate: true }));
  expect(taken).toEqual([]);
  relay.takeSlate();
  second.publish(unit(2, { isKey: true, isSlate: true }));
  expect(taken).toEqual(["2 key", "changed"]);
});

test("a change that is taken back leaves everything as it was", () => {
  const { relay, first, second, taken } = setUp();
  relay.change(second);
  relay.change(first);
  second.publish(unit(1, { isKey: true }));
  first.publish(unit(2));
  expect([taken, relay.uses(second)]).toEqual([["2"], false]);
});

test("whether keyframes can be asked for is that of the camera shown", () => {
  const { relay, first, second, sink } = setUp();
  second.canForceKeyframe = false;
  expect(sink.canForceKeyframe).toBe(true);
  relay.change(second);
  second.publish(unit(1, { isKey: true }));
  expect(sink.canForceKeyframe).toBe(false);
  relay.change(first);
  first.publish(unit(2, { isKey: true }));
  expect(sink.canForceKeyframe).toBe(true);
});

test("those who watch one camera get all of it, whichever is the programme", () => {
  const { relay, first, second, taken } = setUp();
  const own: number[] = [];
  second.own = { canForceKeyframe: true, publish: ({ captureTimeUs }) => void own.push(captureTimeUs) };
  second.canForceKeyframe = false;
  expect(second.own.canForceKeyframe).toBe(false);
  second.publish(unit(1));
  relay.change(second);
  second.publish(unit(2, { isKey: true }));
  first.publish(unit(3));
  expect([own, taken]).toEqual([
    [1, 2],
    ["2 key", "changed"],
  ]);
});
