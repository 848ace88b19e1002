import { afterAll, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { BlobSource, EncodedPacketSink, Input, MP4 } from "mediabunny";
import { progressiveFile } from "../../../src/media/mp4-progressive.ts";
import { boxesOf } from "../../support/recording-file.ts";
import { temporaryFolder, writeRecording } from "../../support/recording-writer.ts";
import { SeededRandom } from "../../support/seeded-random.ts";

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true }));

async function recordingOf(gops: readonly number[]): Promise<Uint8Array<ArrayBuffer>> {
  const path = join(folder, `${gops.join("-")}.mp4`);
  await writeRecording(path, gops);
  return await Bun.file(path).bytes();
}

async function remux(bytes: Uint8Array<ArrayBuffer>): Promise<Blob | undefined> {
  const file = await progressiveFile(async (offset, length) => bytes.subarray(offset, offset + length), bytes.length);
  if (file === undefined) return undefined;
  const blob = new Blob([
    file.head,
    ...file.slices.map(({ offset, length }) => bytes.subarray(offset, offset + length)),
  ]);
  expect(blob.size).toBe(file.size);
  return blob;
}

/** What a reader of others finds: time, kind and bytes of each picture. */
async function packetsOf(blob: Blob): Promise<readonly unknown[]> {
  const input = new Input({ source: new BlobSource(blob), formats: [MP4] });
  const track = await input.getPrimaryVideoTrack();
  if (track === null) return [];
  const packets: unknown[] = [];
  for await (const { timestamp, duration, type, data } of new EncodedPacketSink(track).packets())
    packets.push([timestamp.toFixed(4), duration.toFixed(4), type, [...data]]);
  input.dispose();
  return packets;
}

test("a progressive file has the same pictures at the same times", async () => {
  const bytes = await recordingOf([25, 5, 12, 12, 1]);
  const remuxed = await remux(bytes);
  expect(boxesOf((await remuxed?.bytes()) ?? new Uint8Array())).toEqual(["ftyp", "moov", "mdat"]);
  const packets = await packetsOf(remuxed ?? new Blob());
  expect(packets.length).toBe(55);
  expect(packets).toEqual([...(await packetsOf(new Blob([bytes])))]);
});

test("what is cut off has what is whole, and nothing has nothing", async () => {
  const bytes = await recordingOf([3, 2]);
  const cut = bytes.subarray(0, bytes.length - 90);
  expect((await packetsOf((await remux(cut)) ?? new Blob())).length).toBeOneOf([3, 5]);
  expect(await remux(bytes.subarray(0, 500))).toBeUndefined();
});

test("bytes that are changed at random never make it fail or hang", async () => {
  const bytes = await recordingOf([4, 2]);
  const random = new SeededRandom(11);
  for (let round = 0; round < 3000; round++) {
    const broken = Uint8Array.from(bytes);
    for (let change = 0; change <= random.below(4); change++) broken[random.below(broken.length)] = random.below(256);
    await progressiveFile(async (offset, length) => broken.subarray(offset, offset + length), broken.length);
  }
});
