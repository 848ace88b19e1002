import { mkdtempSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PartWriter } from "../../src/modules/recordings/part-writer.ts";

/** A temporary folder. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "rotordream-unit-"));
}

/** Writes an MP4 file of small made-up pictures, a fragment for each of `gops`, which are numbers of frames; 25 frames a second. */
export async function writeRecording(path: string, gops: readonly number[], isFinished = true): Promise<void> {
  const writer = await PartWriter.begin(await open(path, "wx+"), {
    codec: "avc1.42c01e",
    configuration: Uint8Array.from([
      ...[1, 0x42, 0xc0, 0x1e, 0xff, 0xe1, 0, 4, 0x67, 0x42, 0xc0, 0x1e],
      ...[1, 0, 2, 0x68, 0xce],
    ]),
    width: 640,
    height: 360,
    stillUs: undefined,
  });
  let number = 0;
  for (const frames of gops) {
    for (let index = 0; index < frames; index++) {
      const sample = Uint8Array.from([0, 0, 0, 3, index === 0 ? 0x65 : 0x41, number & 0xff, 7]);
      await writer.add({ sample, isKey: index === 0, timeUs: number * 40_000 });
      number += 1;
    }
  }
  await (isFinished ? writer.finish() : writer.abandon());
}
