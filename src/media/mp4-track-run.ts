import { find, numberAt } from "./mp4-box-reader.ts";

/** Flags of `tfhd` (ISO 14496-12 §8.8.7). */
const TFHD = {
  baseDataOffset: 1,
  descriptionIndex: 2,
  defaultDuration: 8,
  defaultSize: 0x10,
  defaultFlags: 0x20,
} as const;
/** Flags of `trun` (ISO 14496-12 §8.8.8). */
export const TRUN = {
  dataOffset: 1,
  firstFlags: 4,
  duration: 0x100,
  size: 0x200,
  flags: 0x400,
  compositionOffset: 0x800,
} as const;
/** In a sample's flags (§8.8.3.1): no place to begin at. */
const NON_KEY = 0x10000;
/** Version and flags, and the number that both boxes have behind them. */
const HEAD_BYTES = 8;

/** The samples of a fragment; `index` counts from 0, times are in the track's ticks. */
export interface TrackRun {
  readonly count: number;
  /** Decode time of the fragment's end. */
  readonly endTicks: number;
  /** Whether sizes are told, as ours are; else `sizeOf` is 0. */
  readonly hasSizes: boolean;
  durationOf(index: number): number;
  /** Bytes. */
  sizeOf(index: number): number;
  isKey(index: number): boolean;
}

/** Reads the first run of a `moof`; undefined where there is none whole. */
export function readTrackRun(moof: Uint8Array): TrackRun | undefined {
  const [tfhd, tfdt, trun] = ["tfhd", "tfdt", "trun"].map((type) => find(moof, ["traf", type]));
  if (tfhd === undefined || tfdt === undefined || trun === undefined || trun.length < HEAD_BYTES) return undefined;
  const count = numberAt(trun, 4);
  const fields = new OptionalFields(numberAt(trun, 0));
  fields.place(TRUN.dataOffset);
  const firstFlagsAt = fields.place(TRUN.firstFlags);
  const samplesAt = fields.end;
  const durationAt = fields.place(TRUN.duration);
  const sizeAt = fields.place(TRUN.size);
  const flagsAt = fields.place(TRUN.flags);
  fields.place(TRUN.compositionOffset);
  const stride = fields.end - samplesAt;
  if (samplesAt + count * stride > trun.length) return undefined;
  const standard = defaults(tfhd);
  const field = (at: number | undefined, index: number, otherwise: number) =>
    at === undefined ? otherwise : numberAt(trun, at + index * stride);
  const firstFlags = field(firstFlagsAt, 0, standard.flags);
  const durationOf = (index: number) => field(durationAt, index, standard.duration);
  let endTicks = tfdt[0] === 1 ? numberAt(tfdt, 4) * 2 ** 32 + numberAt(tfdt, 8) : numberAt(tfdt, 4);
  if (durationAt === undefined) endTicks += count * standard.duration;
  else for (let index = 0; index < count; index++) endTicks += durationOf(index);
  return {
    ...{ count, endTicks, hasSizes: sizeAt !== undefined, durationOf },
    sizeOf: (index) => field(sizeAt, index, 0),
    isKey: (index) => (field(flagsAt, index, index === 0 ? firstFlags : standard.flags) & NON_KEY) === 0,
  };
}

/** What `tfhd` says of samples that say nothing (§8.8.7); without it they are no places to begin at, as our `trex` has it. */
function defaults(tfhd: Uint8Array): { readonly duration: number; readonly flags: number } {
  const fields = new OptionalFields(numberAt(tfhd, 0));
  fields.place(TFHD.baseDataOffset, 8);
  fields.place(TFHD.descriptionIndex);
  const durationAt = fields.place(TFHD.defaultDuration);
  fields.place(TFHD.defaultSize);
  const flagsAt = fields.place(TFHD.defaultFlags);
  return {
    duration: durationAt === undefined ? 0 : numberAt(tfhd, durationAt),
    flags: flagsAt === undefined ? NON_KEY : numberAt(tfhd, flagsAt),
  };
}

/** Where the fields of a box are that are there if a flag says so, asked for in their order. */
class OptionalFields {
  /** Of the last one that is there. */
  end = HEAD_BYTES;
  readonly #flags: number;

  constructor(flags: number) {
    this.#flags = flags;
  }

  place(flag: number, bytes = 4): number | undefined {
    if ((this.#flags & flag) === 0) return undefined;
    this.end += bytes;
    return this.end - bytes;
  }
}
