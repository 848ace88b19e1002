import { afterAll, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { ProgressiveFiles, requireWhole } from "../../../../src/modules/recordings/progressive.ts";
import { createManualTime } from "../../../support/manual-scheduler.ts";
import { temporaryFolder, writeRecording } from "../../../support/recording-writer.ts";
import { failureOf } from "../../../support/settings-store.ts";

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true }));

/** A file whose reads are counted, and wait until `go` was called. */
async function countedFile() {
  const path = join(folder, `${crypto.randomUUID()}.mp4`);
  await writeRecording(path, [5, 5]);
  const blob = new Blob([await Bun.file(path).bytes()]);
  const gate = Promise.withResolvers<void>();
  let reads = 0;
  const counted = {
    size: blob.size,
    slice: (begin: number, end: number) => ({
      bytes: async () => {
        reads += 1;
        await gate.promise;
        return await blob.slice(begin, end).bytes();
      },
    }),
  } as unknown as Blob;
  return { blob: counted, go: gate.resolve, reads: () => reads };
}

test("who asks for a file that is being looked through waits with the others, and a third file has to", async () => {
  const progressive = new ProgressiveFiles(createManualTime().scheduler);
  const [one, two, three] = [await countedFile(), await countedFile(), await countedFile()];
  const opened = ["one", "one", "one"].map((tag) => progressive.open(one.blob, tag));
  opened.push(progressive.open(two.blob, "two"));
  expect(await failureOf(progressive.open(three.blob, "three"))).toMatchObject({ kind: "limit-reached" });
  expect([one.reads(), two.reads()]).toEqual([1, 1]);
  one.go();
  two.go();
  three.go();
  expect(new Set((await Promise.all(opened)).map(({ size }) => size)).size).toBe(1);
  await progressive.open(three.blob, "three");
  expect(one.reads()).toBe(two.reads());
});

test("a file's index is kept for a minute after it was last asked for", async () => {
  const { scheduler, advanceMs } = createManualTime();
  const progressive = new ProgressiveFiles(scheduler);
  const file = await countedFile();
  file.go();
  await progressive.open(file.blob, "tag");
  const once = file.reads();
  advanceMs(59_000);
  await progressive.open(file.blob, "tag");
  advanceMs(59_000);
  await progressive.open(file.blob, "tag");
  expect(file.reads()).toBe(once);
  advanceMs(60_000);
  await progressive.open(file.blob, "tag");
  expect(file.reads()).toBe(2 * once);
});

test("a file that cannot be read is not remembered", async () => {
  const progressive = new ProgressiveFiles(createManualTime().scheduler);
  for (let round = 0; round < 3; round++)
    expect(await failureOf(progressive.open(new Blob(["nothing"]), "tag"))).toMatchObject({ kind: "conflict" });
});

test("a recording of too many pictures is refused before it is looked through", () => {
  const row = { kind: "video", state: "ready" } as const;
  requireWhole({ ...row, frames: 500_000 });
  expect(() => requireWhole({ ...row, frames: 500_001 })).toThrow("more than 500000 pictures");
});
