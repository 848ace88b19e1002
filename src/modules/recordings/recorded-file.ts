import { BlobSource, type EncodedPacket, EncodedPacketSink, Input, MP4 } from "mediabunny";
import { AppError } from "../../core/errors.ts";

/** A coded picture of a file. */
export interface RecordedPicture {
  readonly packet: EncodedPacket;
  readonly isKey: boolean;
  /** From the file's beginning. */
  readonly seconds: number;
  readonly durationSeconds: number;
  /** NAL units behind lengths of four bytes. */
  readonly sample: Uint8Array;
}

/** An MP4 file that is read picture by picture. Calls reject with what the disk says. */
export class RecordedFile {
  /** NAL units without start codes. */
  readonly sps: Uint8Array;
  readonly pps: Uint8Array;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly #input: Input;
  readonly #sink: EncodedPacketSink;

  private constructor(
    input: Input,
    sink: EncodedPacketSink,
    facts: Pick<RecordedFile, "sps" | "pps" | "width" | "height">,
  ) {
    this.#input = input;
    this.#sink = sink;
    this.sps = facts.sps;
    this.pps = facts.pps;
    this.width = facts.width;
    this.height = facts.height;
  }

  /** Throws AppError `not-found` for a file without H.264. */
  static async open(blob: Blob): Promise<RecordedFile> {
    const input = new Input({ source: new BlobSource(blob), formats: [MP4] });
    try {
      const track = await input.getPrimaryVideoTrack();
      const description = (await track?.getDecoderConfig())?.description;
      const sets = description === undefined ? undefined : parameterSets(bytesOf(description));
      if (track === null || sets === undefined) throw new AppError("not-found", "The file holds no H.264 video");
      const { codedWidth: width, codedHeight: height } = track;
      return new RecordedFile(input, new EncodedPacketSink(track), { ...sets, width, height });
    } catch (error) {
      input.dispose();
      throw error;
    }
  }

  /** The keyframe at or before a moment; the first one where there is none before. */
  async keyframeAt(seconds: number): Promise<RecordedPicture | undefined> {
    return picture((await this.#sink.getKeyPacket(seconds)) ?? (await this.#sink.getFirstKeyPacket()));
  }

  async after({ packet }: RecordedPicture): Promise<RecordedPicture | undefined> {
    return picture(await this.#sink.getNextPacket(packet));
  }

  async keyframeAfter({ packet }: RecordedPicture): Promise<RecordedPicture | undefined> {
    return picture(await this.#sink.getNextKeyPacket(packet));
  }

  close(): void {
    this.#input.dispose();
  }
}

function picture(packet: EncodedPacket | null): RecordedPicture | undefined {
  if (packet === null) return undefined;
  const { timestamp, duration, type, data } = packet;
  return { packet, isKey: type === "key", seconds: timestamp, durationSeconds: duration, sample: data };
}

function bytesOf(source: ArrayBufferLike | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}

/** Where the SPS count stands in an AVCDecoderConfigurationRecord (ISO 14496-15 §5.3.3.1). */
const SPS_COUNT_AT = 5;
/** `lengthSizeMinusOne` of four-byte lengths. */
const FOUR_BYTES = 3;

/** The first of each; undefined for a record that is cut short, or of lengths that are not four bytes. */
function parameterSets(record: Uint8Array): { readonly sps: Uint8Array; readonly pps: Uint8Array } | undefined {
  if (((record[4] ?? 0) & 3) !== FOUR_BYTES) return undefined;
  const spsEnd = nalEnd(record, SPS_COUNT_AT + 1);
  const ppsEnd = nalEnd(record, spsEnd + 1);
  if (ppsEnd > record.length) return undefined;
  return { sps: record.slice(SPS_COUNT_AT + 3, spsEnd), pps: record.slice(spsEnd + 3, ppsEnd) };
}

function nalEnd(record: Uint8Array, at: number): number {
  return at + 2 + (((record[at] ?? 0) << 8) | (record[at + 1] ?? 0));
}
