import { boxHeader, find, LARGE_HEADER_BYTES, numberAt } from "./mp4-box-reader.ts";
import { readTrackRun, type TrackRun } from "./mp4-track-run.ts";

/** Bytes of a file from `offset` on, at most `length`; fewer at its end. */
export type ReadAt = (offset: number, length: number) => Promise<Uint8Array>;

/** How much of a fragmented MP4 file is whole. */
export interface WholeFragments {
  /** Bytes up to the end of the last whole fragment; 0 where there is none. */
  readonly bytes: number;
  /** Of all of them together. */
  readonly durationMs: number;
  readonly frames: number;
  /** Whether a whole index (`mfra`) follows them to the file's end. */
  readonly hasIndex: boolean;
  /** Pixels, 0 where there is none. */
  readonly width: number;
  readonly height: number;
}

/** A header of ours has one track, and a fragment of a few seconds some hundred samples of 16 bytes. */
const MAX_METADATA_BYTES = 1 << 20;
const NOTHING: WholeFragments = { bytes: 0, durationMs: 0, frames: 0, hasIndex: false, width: 0, height: 0 };

/**
 * Finds what a file keeps that was cut off anywhere (ISO 14496-12): each fragment is a `moof` box and its `mdat`. Reads boxes' headers and the
 * metadata only; `onMovie` is shown the content of `moov`, `onFragment` each whole fragment. A file that is something else has no whole fragment.
 */
export async function wholeFragments(
  read: ReadAt,
  fileBytes: number,
  onFragment: (run: TrackRun, data: { readonly offset: number; readonly length: number }) => void = () => {},
  onMovie: (moov: Uint8Array) => void = () => {},
): Promise<WholeFragments> {
  let found = NOTHING;
  let track: Track | undefined;
  let pending: TrackRun | undefined;
  let offset = 0;
  // each box has at least eight bytes, so the file's end is all that bounds it: who stops before would call good fragments broken
  while (offset < fileBytes) {
    const header = await read(offset, LARGE_HEADER_BYTES);
    const box = boxHeader(header);
    if (box === undefined || offset + box.size > fileBytes) break;
    if (box.type === "moov" || box.type === "moof") {
      if (box.size > MAX_METADATA_BYTES) break;
      const metadata = await read(offset + box.headerBytes, box.size - box.headerBytes);
      if (metadata.length < box.size - box.headerBytes) break;
      if (box.type === "moov") {
        track = readTrack(metadata);
        onMovie(metadata);
      } else {
        pending = track && readTrackRun(metadata);
      }
    }
    offset += box.size;
    if (box.type === "mfra" && offset === fileBytes) found = { ...found, hasIndex: true };
    if (box.type !== "mdat" || track === undefined || pending === undefined) continue;
    onFragment(pending, { offset: offset - box.size + box.headerBytes, length: box.size - box.headerBytes });
    const { width, height, timescale } = track;
    const durationMs = Math.round((pending.endTicks / timescale) * 1000);
    found = { bytes: offset, durationMs, frames: found.frames + pending.count, hasIndex: false, width, height };
    pending = undefined;
  }
  return found;
}

interface Track {
  /** Ticks a second. */
  readonly timescale: number;
  readonly width: number;
  readonly height: number;
}

function readTrack(moov: Uint8Array): Track | undefined {
  const mdhd = find(moov, ["trak", "mdia", "mdhd"]);
  const tkhd = find(moov, ["trak", "tkhd"]);
  if (mdhd === undefined || tkhd === undefined || tkhd.length < 8) return undefined;
  const timescale = numberAt(mdhd, mdhd[0] === 1 ? 20 : 12);
  if (timescale === 0) return undefined;
  // fixed-point numbers at the end of the box
  return { timescale, width: numberAt(tkhd, tkhd.length - 8) >>> 16, height: numberAt(tkhd, tkhd.length - 4) >>> 16 };
}
