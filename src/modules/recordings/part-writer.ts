import type { FileHandle } from "node:fs/promises";
import { avcCodec, avcConfiguration } from "../../media/avc-sample.ts";
import { type FragmentPlace, fragmentHead, fragmentIndex } from "../../media/mp4-fragment-writer.ts";
import { fragmentedHeader, type MovieTrack } from "../../media/mp4-movie.ts";
import type { ParameterSets } from "../../stream/parameter-sets.ts";
import type { Fragment } from "./fragment.ts";

/** What a part shows. */
export interface PartTrack extends Omit<MovieTrack, "createdMs"> {
  /** `avc1.42c01f`. */
  readonly codec: string;
}

/** What a stream with these parameter sets shows. */
export function trackOf({ sps, pps, width, height }: ParameterSets): PartTrack {
  return { codec: avcCodec(sps), configuration: avcConfiguration(sps, pps), width, height };
}

/** Writes one fragmented MP4 file, whose fragments are appended and on disk before the next one begins. Takes over the file, which is empty. Failures of the disk reject. */
export class PartWriter {
  readonly #handle: FileHandle;
  readonly #header: Uint8Array;
  readonly #places: FragmentPlace[] = [];
  #bytes = 0;
  #frames = 0;
  #fragments = 0;
  #durationUs = 0;
  #passedUs = 0;

  constructor(handle: FileHandle, track: PartTrack, createdMs: number) {
    this.#handle = handle;
    this.#header = fragmentedHeader({ ...track, createdMs });
  }

  /** Of whole fragments on disk. */
  get bytes(): number {
    return this.#bytes;
  }

  get frames(): number {
    return this.#frames;
  }

  /** As it is played. */
  get durationUs(): number {
    return this.#durationUs;
  }

  /** While it was taken: pauses, and what a time-lapse leaves out, count. */
  get passedUs(): number {
    return this.#passedUs;
  }

  /** Resolves when the fragment is on disk. */
  async add(fragment: Fragment): Promise<void> {
    const begin = this.#fragments === 0 ? await this.#write(this.#header, 0) : this.#bytes;
    const head = fragmentHead(this.#fragments + 1, fragment);
    const end = await this.#write(fragment.data, await this.#write(head, begin));
    await this.#handle.datasync();
    this.#bytes = end;
    this.#fragments += 1;
    this.#frames += fragment.sizes.length;
    this.#durationUs = fragment.endUs;
    this.#passedUs = fragment.passedUs;
    if (fragment.isKey) this.#places.push({ timeUs: fragment.beginUs, offset: begin });
  }

  /** Writes the index, and closes the file. */
  async finish(): Promise<void> {
    const end = await this.#write(fragmentIndex(this.#places), this.#bytes);
    await this.#handle.datasync();
    this.#bytes = end;
    await this.#handle.close();
  }

  /** Closes the file as it is: after a failure, or with nothing in it. */
  async abandon(): Promise<void> {
    await this.#handle.close().catch(() => {});
  }

  /** Answers where in the file it ends. */
  async #write(data: Uint8Array, position: number): Promise<number> {
    for (let at = 0; at < data.length; ) {
      const { bytesWritten } = await this.#handle.write(data, at, data.length - at, position + at);
      at += bytesWritten;
    }
    return position + data.length;
  }
}
