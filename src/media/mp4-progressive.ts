import { find, numberAt } from "./mp4-box-reader.ts";
import { box, boxHead, fullBox, joined, text, u32, u64, words, zeros } from "./mp4-boxes.ts";
import { type ReadAt, wholeFragments } from "./mp4-fragments.ts";
import { movieBox } from "./mp4-movie.ts";
import type { TrackRun } from "./mp4-track-run.ts";

/** A progressive file made of a fragmented one: `head`, then `slices` of that file. */
export interface ProgressiveFile {
  /** `ftyp`, `moov` and the head of `mdat`. */
  readonly head: Uint8Array<ArrayBuffer>;
  readonly slices: readonly FileSlice[];
  /** Bytes of all of it. */
  readonly size: number;
}

/** Bytes of a file. */
export interface FileSlice {
  readonly offset: number;
  readonly length: number;
}

/** Samples of all fragments, as the tables of `stbl` want them. */
interface Tables {
  readonly sizes: number[];
  /** Count and ticks of samples of one duration, in turn. */
  readonly durations: number[];
  /** Numbers, from 1. */
  readonly keys: number[];
  /** Samples of each fragment. */
  readonly counts: number[];
  ticks: number;
}

/** Of `mdat` with a length of 64 bits: a file may have more than 4 GiB. */
const MDAT_HEAD_BYTES = 16;
/** Of a chunk in `co64`. */
const OFFSET_BYTES = 8;
/** Two hours at 60 a second, whose index has 6 MB and takes 90 while it is made. */
export const MAX_PROGRESSIVE_SAMPLES = 500_000;

/** Where the samples of a fragmented file (as `fragmentedHeader` begins it) lie in a progressive one. Undefined where there is none whole, or it has more than `MAX_PROGRESSIVE_SAMPLES`. Reads metadata only. */
export async function progressiveFile(read: ReadAt, fileBytes: number): Promise<ProgressiveFile | undefined> {
  const tables: Tables = { sizes: [], durations: [], keys: [], counts: [], ticks: 0 };
  const slices: FileSlice[] = [];
  let moov = new Uint8Array();
  let isSound = true;
  const { width, height, frames } = await wholeFragments(
    ...([read, fileBytes] as const),
    (run, data) => {
      isSound &&= addSamples(tables, run, data.length);
      if (isSound) slices.push(data);
    },
    (content) => {
      moov = Uint8Array.from(content);
    },
  );
  const stsd = find(moov, ["trak", "mdia", "minf", "stbl", "stsd"]);
  const mdhd = find(moov, ["trak", "mdia", "mdhd"]);
  if (!isSound || frames === 0 || stsd === undefined || mdhd === undefined) return undefined;
  const isLong = mdhd[0] === 1;
  const facts = {
    ...{ width, height, durationTicks: tables.ticks },
    created: mdhd.subarray(isLong ? 8 : 4, isLong ? 12 : 8),
    timescale: numberAt(mdhd, isLong ? 20 : 12),
  };
  const ftyp = box("ftyp", text("isom"), u32(512), text("isomiso2avc1mp41"));
  const offsets = fullBox("co64", 0, 0, u32(slices.length), zeros(OFFSET_BYTES * slices.length));
  const index = movieBox(facts, [box("stsd", stsd), ...sampleTables(tables), offsets], []);
  const dataOffset = ftyp.length + index.length + MDAT_HEAD_BYTES;
  writeOffsets(index, slices, dataOffset);
  const bytes = slices.reduce((sum, { length }) => sum + length, 0);
  const mdat = [...boxHead("mdat", 1), ...u64(bytes + MDAT_HEAD_BYTES)];
  return { head: joined(ftyp, index, mdat), slices, size: dataOffset + bytes };
}

/** ISO 14496-12 §8.6.1.2, §8.6.2, §8.7.4, §8.7.3.2. */
function sampleTables({ sizes, durations, keys, counts }: Tables): readonly Uint8Array[] {
  const chunks = counts.flatMap((count, index) => (count === counts[index - 1] ? [] : [index + 1, count, 1]));
  return [
    fullBox("stts", 0, 0, u32(durations.length / 2), words(durations)),
    fullBox("stss", 0, 0, u32(keys.length), words(keys)),
    fullBox("stsc", 0, 0, u32(chunks.length / 3), words(chunks)),
    fullBox("stsz", 0, 0, u32(0), u32(sizes.length), words(sizes)),
  ];
}

/** Fills in `co64` (§8.7.5), which stands last in a `moov` whose length says where the data begin. Each fragment is a chunk. */
function writeOffsets(index: Uint8Array<ArrayBuffer>, slices: readonly FileSlice[], dataOffset: number): void {
  const view = new DataView(index.buffer, index.byteOffset + index.length - OFFSET_BYTES * slices.length);
  let offset = dataOffset;
  for (const [number, { length }] of slices.entries()) {
    view.setBigUint64(OFFSET_BYTES * number, BigInt(offset));
    offset += length;
  }
}

/** False where the samples are not the fragment's `bytes`, or too many. */
function addSamples(tables: Tables, run: TrackRun, bytes: number): boolean {
  const isSmall = tables.sizes.length + run.count <= MAX_PROGRESSIVE_SAMPLES;
  if (!run.hasSizes || run.count === 0 || !isSmall) return false;
  let rest = bytes;
  for (let index = 0; index < run.count; index++) {
    const size = run.sizeOf(index);
    rest -= size;
    tables.sizes.push(size);
    if (run.isKey(index)) tables.keys.push(tables.sizes.length);
    addDuration(tables, run.durationOf(index));
  }
  tables.counts.push(run.count);
  return rest === 0;
}

function addDuration(tables: Tables, ticks: number): void {
  const { durations } = tables;
  const last = durations.length - 1;
  if (durations[last] === ticks) durations[last - 1] = (durations[last - 1] ?? 0) + 1;
  else durations.push(1, ticks);
  tables.ticks += ticks;
}
