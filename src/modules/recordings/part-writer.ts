import type { FileHandle } from "node:fs/promises";
import { EncodedPacket, EncodedVideoPacketSource, Mp4OutputFormat, Output, StreamTarget } from "mediabunny";

/** A coded picture on its way to the disk. */
export interface RecordedFrame {
  /** In MP4's form (see `avcSample`); its own memory. */
  readonly sample: Uint8Array<ArrayBuffer>;
  readonly isKey: boolean;
  /** In its part, from 0 on. */
  readonly timeUs: number;
}

/** What a part shows. */
export interface PartTrack {
  /** `avc1.42c01f`. */
  readonly codec: string;
  /** AVCDecoderConfigurationRecord. */
  readonly configuration: Uint8Array<ArrayBuffer>;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** How long each picture is shown where all are keyframes that come seldom: each is a fragment, and on disk at once. Undefined: a fragment ends with the next keyframe. */
  readonly stillUs: number | undefined;
}

/** mediabunny ends a fragment when the next keyframe comes; its own HLS writer ends one before that by this. */
interface FragmentWriter {
  forceFragmentFinalization(): Promise<void>;
}

/** Writes one fragmented MP4 file: a fragment at each keyframe, appended and on disk before the next one begins. Failures of the disk reject. */
export class PartWriter {
  readonly #handle: FileHandle;
  readonly #output: Output;
  readonly #source = new EncodedVideoPacketSource("avc");
  readonly #metadata: { readonly decoderConfig: VideoDecoderConfig };
  #bytes = 0;
  #frames = 0;
  #lastUs = 0;
  #periodUs: number;
  readonly #endsAtOnce: boolean;

  private constructor(handle: FileHandle, { codec, configuration, width, height, stillUs }: PartTrack) {
    this.#handle = handle;
    this.#periodUs = stillUs ?? 0;
    this.#endsAtOnce = stillUs !== undefined;
    this.#metadata = { decoderConfig: { codec, description: configuration, codedWidth: width, codedHeight: height } };
    const writable = new WritableStream<{ readonly data: Uint8Array; readonly position: number }>({
      write: ({ data, position }) => this.#append(data, position),
    });
    this.#output = new Output({
      format: new Mp4OutputFormat({ fastStart: "fragmented", minimumFragmentDuration: 0 }),
      target: new StreamTarget(writable),
    });
    this.#output.addVideoTrack(this.#source);
  }

  /** Takes over the file, which is empty, and closes it where that fails. */
  static async begin(handle: FileHandle, track: PartTrack): Promise<PartWriter> {
    try {
      const writer = new PartWriter(handle, track);
      await writer.#output.start();
      return writer;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Of whole fragments on disk. */
  get bytes(): number {
    return this.#bytes;
  }

  get frames(): number {
    return this.#frames;
  }

  /** How long the newest picture is shown, as far as that is known. */
  get periodUs(): number {
    return this.#periodUs;
  }

  get durationUs(): number {
    return this.#frames === 0 ? 0 : this.#lastUs + this.#periodUs;
  }

  /** Resolves when there is room for the next frame. */
  async add({ sample, isKey, timeUs }: RecordedFrame): Promise<void> {
    if (this.#frames > 0) this.#periodUs = timeUs - this.#lastUs;
    this.#lastUs = timeUs;
    this.#frames += 1;
    const packet = new EncodedPacket(sample, isKey ? "key" : "delta", timeUs / 1e6, this.#periodUs / 1e6);
    await this.#source.add(packet, this.#metadata);
    if (this.#endsAtOnce) await fragmentWriterOf(this.#output).forceFragmentFinalization();
  }

  /** Writes the last fragment and the index, and closes the file. */
  async finish(): Promise<void> {
    await this.#output.finalize();
    await this.#handle.close();
  }

  /** Closes the file as it is: after a failure, or with nothing in it. */
  async abandon(): Promise<void> {
    await this.#output.cancel().catch(() => {});
    await this.#handle.close().catch(() => {});
  }

  async #append(data: Uint8Array, position: number): Promise<void> {
    if (position !== this.#bytes) throw new Error("the MP4 writer went back in the file");
    for (let at = 0; at < data.length; ) {
      const { bytesWritten } = await this.#handle.write(data, at, data.length - at, position + at);
      at += bytesWritten;
    }
    await this.#handle.datasync();
    this.#bytes = position + data.length;
  }
}

function fragmentWriterOf(output: Output): FragmentWriter {
  const muxer: unknown = Reflect.get(output, "_muxer");
  if (isFragmentWriter(muxer)) return muxer;
  throw new Error("this mediabunny cannot end a fragment");
}

function isFragmentWriter(value: unknown): value is FragmentWriter {
  return typeof value === "object" && value !== null && "forceFragmentFinalization" in value;
}
