import { expect, test } from "bun:test";
import type { Fragment } from "../../../../src/modules/recordings/fragment.ts";
import { FragmentQueue } from "../../../../src/modules/recordings/fragment-queue.ts";

const PERIOD_US = 40_000;

function queueOf(maxBytes: number) {
  const queue = new FragmentQueue<string>(maxBytes);
  let number = 0;
  const put = (isKey: boolean, size = 10, part?: string) => {
    const value = number & 0xff;
    const timeUs = number * PERIOD_US;
    const isTaken = queue.put(
      { isKey, timeUs, passedUs: timeUs, size, copy: (target, at) => target.fill(value, at, at + size) },
      timeUs,
      part,
    );
    if (isTaken) number += 1;
    return isTaken;
  };
  const close = () => queue.close(number * PERIOD_US);
  const nextFragment = async (): Promise<Fragment> => {
    const task = await queue.next();
    if (task === undefined || "part" in task) throw new Error("no fragment");
    return task.fragment;
  };
  return { queue, put, close, nextFragment };
}

test("a keyframe ends a fragment; where none comes, a second and a half do", async () => {
  const { queue, put, close, nextFragment } = queueOf(1 << 20);
  put(true, 10, "a");
  for (let index = 1; index < 60; index++) put(index === 10);
  close();
  expect(await queue.next()).toEqual({ part: "a" });
  const seen: unknown[] = [];
  for (let index = 0; index < 3; index++) {
    const { isKey, beginUs, endUs, data } = await nextFragment();
    seen.push([isKey, beginUs / PERIOD_US, endUs / PERIOD_US, data[0]]);
  }
  expect(seen).toEqual([
    [true, 0, 10, 0],
    [true, 10, 48, 10],
    [false, 48, 60, 48],
  ]);
  expect(await queue.next()).toBeUndefined();
});

test("what is full loses frames up to a keyframe, and has room again when a fragment is given back", async () => {
  const { queue, put, nextFragment } = queueOf(50);
  put(true, 30, "a");
  expect([put(true, 20), put(false, 1), put(true, 1), queue.lost]).toEqual([true, false, false, 2]);
  await queue.next();
  queue.release(await nextFragment());
  expect([put(false, 1), put(true, 30), queue.lost]).toEqual([false, true, 3]);
});

test("the memory of a fragment that is on disk is used again, and never while it is being written", async () => {
  const { queue, put, nextFragment } = queueOf(4 << 20);
  put(true, 400_000, "a");
  put(true, 400_000);
  await queue.next();
  const first = await nextFragment();
  const memory = first.data.buffer;
  put(true, 400_000);
  const second = await nextFragment();
  expect(second.data.buffer).not.toBe(memory);
  expect(first.data.every((byte) => byte === 0)).toBe(true);
  queue.release(first);
  put(true, 400_000);
  put(true, 10);
  await nextFragment();
  const fourth = await nextFragment();
  expect(fourth.data.buffer).toBe(memory);
});

test("many small fragments that wait take no more than they hold, and half as much", async () => {
  const { put, close, nextFragment, queue } = queueOf(1 << 20);
  put(true, 1000, "a");
  for (let index = 0; index < 5; index++) put(false, 100);
  close();
  await queue.next();
  expect((await nextFragment()).data.buffer.byteLength).toBeLessThanOrEqual(1.5 * 1500);
});
