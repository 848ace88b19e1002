import { box, boxHead, fullBox, joined, u32, u64, words } from "./mp4-boxes.ts";
import { ticksOf } from "./mp4-movie.ts";
import { TRUN } from "./mp4-track-run.ts";

/** Samples that follow one another, the first one a place to begin at where `isKey`. */
export interface FragmentSamples {
  readonly isKey: boolean;
  /** Of each sample, from the file's beginning, rising. */
  readonly timesUs: readonly number[];
  /** When the last one ends. */
  readonly endUs: number;
  /** Bytes of each sample. */
  readonly sizes: readonly number[];
}

/** Where players may begin. */
export interface FragmentPlace {
  readonly timeUs: number;
  /** Of its `moof` box in the file. */
  readonly offset: number;
}

const TRACK_ID = 1;
const DEFAULT_BASE_IS_MOOF = 0x20000;
/** Depends on no other (ISO 14496-12 §8.8.3.1). */
const KEY_FLAGS = 0x02000000;
const HEAD_BYTES = 8;
const FIELDS = 2;
/** Time and offset of 64 bits, then the numbers of `traf`, `trun` and sample. */
const PLACE_WORDS = 7;
/** Two bits for each of these three numbers. */
const NUMBERS_OF_FOUR_BYTES = 0x3f;

/** What stands in front of the fragment's samples: `moof`, and the head of `mdat` (ISO 14496-12 §8.8). `number` counts fragments from 1. */
export function fragmentHead(
  number: number,
  { isKey, timesUs, endUs, sizes }: FragmentSamples,
): Uint8Array<ArrayBuffer> {
  const flags = TRUN.dataOffset | (isKey ? TRUN.firstFlags : 0) | TRUN.duration | TRUN.size;
  const ticks = [...timesUs, endUs].map(ticksOf);
  const table = new Uint32Array(FIELDS * sizes.length);
  for (const [index, size] of sizes.entries()) {
    table[FIELDS * index] = (ticks[index + 1] ?? 0) - (ticks[index] ?? 0);
    table[FIELDS * index + 1] = size;
  }
  const moof = (dataOffset: number) =>
    box(
      "moof",
      fullBox("mfhd", 0, 0, u32(number)),
      box(
        "traf",
        fullBox("tfhd", 0, DEFAULT_BASE_IS_MOOF, u32(TRACK_ID)),
        fullBox("tfdt", 1, 0, u64(ticks[0] ?? 0)),
        fullBox("trun", 0, flags, u32(sizes.length), u32(dataOffset), isKey ? u32(KEY_FLAGS) : [], words(table)),
      ),
    );
  const head = moof(moof(0).length + HEAD_BYTES);
  const bytes = sizes.reduce((sum, size) => sum + size, HEAD_BYTES);
  return joined(head, boxHead("mdat", bytes));
}

/** The index at a file's end (`mfra`, ISO 14496-12 §8.8.9). */
export function fragmentIndex(places: readonly FragmentPlace[]): Uint8Array<ArrayBuffer> {
  const rows = new Uint32Array(PLACE_WORDS * places.length);
  for (const [index, { timeUs, offset }] of places.entries()) {
    const ticks = ticksOf(timeUs);
    const row = [Math.floor(ticks / 2 ** 32), ticks, Math.floor(offset / 2 ** 32), offset, 1, 1, 1];
    rows.set(row, PLACE_WORDS * index);
  }
  const tfra = fullBox("tfra", 1, 0, u32(TRACK_ID), u32(NUMBERS_OF_FOUR_BYTES), u32(places.length), words(rows));
  const mfroBytes = 16;
  return box("mfra", tfra, fullBox("mfro", 0, 0, u32(HEAD_BYTES + tfra.length + mfroBytes)));
}
