import { mkdtempSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Fragment } from "../../src/modules/recordings/fragment.ts";
import { PartWriter } from "../../src/modules/recordings/part-writer.ts";

/** A temporary folder. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "rotordream-unit-"));
}

/** Writes an MP4 file of small made-up pictures, a fragment for each of `gops`, which are numbers of frames; 25 frames a second. */
export async function writeRecording(path: string, gops: readonly number[], isFinished = true): Promise<void> {
  const track = {
    codec: "avc1.42c01e",
    configuration: Uint8Array.from([
      ...[1, 0x42, 0xc0, 0x1e, 0xff, 0xe1, 0, 4, 0x67, 0x42, 0xc0, 0x1e],
      ...[1, 0, 2, 0x68, 0xce],
    ]),
    width: 640,
    height: 360,
  };
  const writer = new PartWriter(await open(path, "wx+"), track, 0);
  let number = 0;
  for (const frames of gops) {
    const fragment = new Fragment();
    for (let index = 0; index < frames; index++) {
      const sample = Uint8Array.from([0, 0, 0, 3, index === 0 ? 0x65 : 0x41, number & 0xff, 7]);
      const copy = (target: Uint8Array, at: number) => target.set(sample, at);
      const timeUs = number * 40_000;
      fragment.add({ isKey: index === 0, timeUs, passedUs: timeUs, size: sample.length, copy });
      number += 1;
    }
    fragment.endUs = number * 40_000;
    await writer.add(fragment);
  }
  await (isFinished ? writer.finish() : writer.abandon());
}
