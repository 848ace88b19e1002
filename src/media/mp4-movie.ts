import { box, fullBox, joined, type Part, text, u16, u32, u64, zeros } from "./mp4-boxes.ts";

/** What a file shows. */
export interface MovieTrack {
  /** AVCDecoderConfigurationRecord. */
  readonly configuration: Uint8Array;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** When it was taken, Unix milliseconds. */
  readonly createdMs: number;
}

/** Ticks a second: RTP's for video, so that times mean the same in a file and on the wire. */
export const TIMESCALE = 90_000;
const TRACK_ID = 1;
/** From 1904, where the times of ISO 14496-12 begin, to 1970. */
const SECONDS_BEFORE_UNIX = 2_082_844_800;
const UNITY_MATRIX = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000].flatMap(u32);
/** Undetermined (ISO 639-2), three letters of five bits. */
const LANGUAGE = 0x55c4;
const NOTHING = u32(0);
/** What has no place of its own in a sample's flags (§8.8.3.1): depends on others, and is no place to begin at. */
const DELTA_FLAGS = 0x01010000;

/** Microseconds in ticks. */
export function ticksOf(timeUs: number): number {
  return Math.round((timeUs * TIMESCALE) / 1e6);
}

/** What a fragmented file begins with (ISO 14496-12): `ftyp` and a `moov` without samples. */
export function fragmentedHeader({ configuration, width, height, createdMs }: MovieTrack): Uint8Array<ArrayBuffer> {
  const stsd = fullBox("stsd", 0, 0, u32(1), avc1(configuration, width, height));
  const empty = [
    ...[fullBox("stts", 0, 0, NOTHING), fullBox("stsc", 0, 0, NOTHING)],
    ...[fullBox("stsz", 0, 0, NOTHING, NOTHING), fullBox("stco", 0, 0, NOTHING)],
  ];
  const trex = fullBox("trex", 0, 0, u32(TRACK_ID), u32(1), NOTHING, NOTHING, u32(DELTA_FLAGS));
  const seconds = Math.max(0, Math.trunc(createdMs / 1000)) + SECONDS_BEFORE_UNIX;
  const facts = { width, height, created: u32(seconds), timescale: TIMESCALE, durationTicks: 0 };
  return joined(
    box("ftyp", text("iso5"), u32(512), text("iso5iso6avc1mp41")),
    movieBox(facts, [stsd, ...empty], [box("mvex", trex)]),
  );
}

/** What stands in a `moov` box beside its tables. */
export interface MovieFacts {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Four bytes: seconds since 1904. */
  readonly created: Part;
  /** Ticks a second. */
  readonly timescale: number;
  /** 0: fragments tell it. */
  readonly durationTicks: number;
}

/** A `moov` box of one video track with these boxes in its `stbl`, and what follows the track. */
export function movieBox(
  { width, height, created, timescale, durationTicks }: MovieFacts,
  tables: readonly Uint8Array[],
  rest: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  // beyond 32 bits (13 hours at 90 kHz) version 1 has room
  const version = durationTicks < 2 ** 32 ? 0 : 1;
  const pad = version === 0 ? [] : NOTHING;
  const times = [...pad, ...created, ...pad, ...created];
  const duration = version === 0 ? u32(durationTicks) : u64(durationTicks);
  const size = [...u16(width), 0, 0, ...u16(height), 0, 0];
  const mdhd = fullBox("mdhd", version, 0, times, u32(timescale), duration, u16(LANGUAGE), u16(0));
  const hdlr = fullBox("hdlr", 0, 0, NOTHING, text("vide"), zeros(12), text("video\0"));
  const dinf = box("dinf", fullBox("dref", 0, 0, u32(1), fullBox("url ", 0, 1)));
  const minf = box("minf", fullBox("vmhd", 0, 1, zeros(8)), dinf, box("stbl", ...tables));
  const mvhd = [u32(0x10000), u16(0x100), zeros(10), UNITY_MATRIX, zeros(24), u32(TRACK_ID + 1)];
  const tkhd = [u32(TRACK_ID), NOTHING, duration, zeros(16), UNITY_MATRIX, size];
  return box(
    "moov",
    fullBox("mvhd", version, 0, times, u32(timescale), duration, ...mvhd),
    box("trak", fullBox("tkhd", version, 3, times, ...tkhd), box("mdia", mdhd, hdlr, minf)),
    ...rest,
  );
}

/** ISO 14496-12 §12.1.3, 14496-15 §5.4.2. */
function avc1(configuration: Uint8Array, width: number, height: number): Uint8Array {
  const resolution = u32(72 << 16);
  return box(
    "avc1",
    ...[zeros(6), u16(1), zeros(16), u16(width), u16(height), resolution, resolution, NOTHING],
    ...[u16(1), zeros(32), u16(24), u16(0xffff)],
    box("avcC", configuration),
  );
}
