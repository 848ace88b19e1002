import { afterAll, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { box } from "../../../src/media/mp4-boxes.ts";
import { fragmentHead } from "../../../src/media/mp4-fragment-writer.ts";
import { type WholeFragments, wholeFragments } from "../../../src/media/mp4-fragments.ts";
import { fragmentedHeader } from "../../../src/media/mp4-movie.ts";
import { temporaryFolder, writeRecording } from "../../support/recording-writer.ts";
import { SeededRandom } from "../../support/seeded-random.ts";

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true }));

const look = (bytes: Uint8Array): Promise<WholeFragments> =>
  wholeFragments(async (offset, length) => bytes.subarray(offset, offset + length), bytes.length);

async function recordingOf(gops: readonly number[]): Promise<Uint8Array> {
  const path = join(folder, `${gops.join("-")}.mp4`);
  await writeRecording(path, gops);
  return await Bun.file(path).bytes();
}

test("a file that was cut anywhere keeps each fragment whose last byte is there, and no other", async () => {
  const gops = [25, 5, 12];
  const bytes = await recordingOf(gops);
  const whole = await look(bytes);
  expect(whole).toMatchObject({ frames: 42, durationMs: 42 * 40, width: 640, height: 360, hasIndex: true });

  // ends of fragments, from the boxes' own sizes
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const ends: number[] = [];
  for (let at = 0; at < bytes.length; at += view.getUint32(at)) {
    if (new TextDecoder().decode(bytes.subarray(at + 4, at + 8)) === "mdat") ends.push(at + view.getUint32(at));
  }
  expect(ends.length).toBe(3);
  for (let length = 0; length < bytes.length; length++) {
    const kept = ends.filter((end) => end <= length).length;
    const frames = gops.slice(0, kept).reduce((sum, count) => sum + count, 0);
    const found = await look(bytes.subarray(0, length));
    expect([found.bytes, found.frames, found.durationMs]).toEqual([ends[kept - 1] ?? 0, frames, frames * 40]);
    expect(found.hasIndex).toBe(false);
  }
});

test("however many boxes a file has, such as a day's of a camera that sends keyframes alone, it is looked through to its end", async () => {
  const header = fragmentedHeader({ configuration: new Uint8Array(7), width: 640, height: 360, createdMs: 0 });
  const head = fragmentHead(1, { isKey: true, timesUs: [0], endUs: 40_000, sizes: [4] });
  const fragment = [...head, 0, 0, 0, 0];
  const many = Buffer.alloc(8 * 400_001, box("free")); // which costs less time than as many fragments
  const bytes = new Uint8Array(Buffer.concat([header, Buffer.from(fragment), many, Buffer.from(fragment)]));
  expect(await look(bytes)).toMatchObject({ bytes: bytes.length, frames: 2 });
});

test("bytes that are changed at random never make it fail, hang or read past the file", async () => {
  const bytes = await recordingOf([3, 2]);
  const random = new SeededRandom(7);
  for (let round = 0; round < 3000; round++) {
    const broken = Uint8Array.from(bytes);
    for (let change = 0; change <= random.below(4); change++) broken[random.below(broken.length)] = random.below(256);
    const found = await look(broken);
    expect(found.bytes).toBeLessThanOrEqual(broken.length);
  }
  expect(await look(new TextEncoder().encode("this is no recording, but a text of some length"))).toMatchObject({
    bytes: 0,
    frames: 0,
  });
});
