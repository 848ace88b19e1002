import { FRAME, MAX_NALS } from "./structs.ts";

const FLAG_KEY = 1;
const FLAG_DISCONTINUITY = 2;
const FLAG_PASSTHROUGH = 4;
const FLAG_SLATE = 8;

const WORD = Uint32Array.BYTES_PER_ELEMENT;
const AT = FRAME.offset;

/** Which stream a frame belongs to: the main stream, the sub stream, or a JPEG still of either. */
export const STREAM_MAIN = 0;
export const STREAM_SUB = 1;
export const STREAM_STILL = 2;

/**
 * One coded access unit (Annex B) or JPEG still in the ring. One object serves all frames of a pipeline: it shows the frame of
 * the last `Pipeline.next()`, whose bytes stay in place until `Pipeline.release(slot)`. Reading allocates nothing.
 */
export class EncodedFrame {
  /** Memory of the ring: the frame's bytes are `memory[offset … offset + size)`. */
  readonly memory: Buffer;
  /** Of each NAL unit's header byte, counted from `offset`; the first `nalCount` are valid. */
  readonly nalOffsets: Uint32Array;
  /** Bytes of each NAL unit, start code and trailing zeros excluded. */
  readonly nalSizes: Uint32Array;
  /** The bv_frame that the library fills. */
  readonly struct: Uint8Array;
  readonly #words: Uint32Array;

  constructor(memory: Buffer) {
    const buffer = new ArrayBuffer(FRAME.size);
    this.memory = memory;
    this.struct = new Uint8Array(buffer);
    this.#words = new Uint32Array(buffer);
    this.nalOffsets = new Uint32Array(buffer, AT.nal_offset, MAX_NALS);
    this.nalSizes = new Uint32Array(buffer, AT.nal_size, MAX_NALS);
  }

  /** Of the first byte in `memory`: a start code, or the JPEG's SOI. */
  get offset(): number {
    return this.#word(AT.arena_offset);
  }
  /** Bytes; 0 for a still that could not be made. */
  get size(): number {
    return this.#word(AT.size);
  }
  /** STREAM_MAIN, STREAM_SUB or STREAM_STILL. */
  get stream(): number {
    return this.#word(AT.stream);
  }
  /** Counts the access units of the stream, dropped ones included; wraps at 2³². */
  get sequence(): number {
    return this.#word(AT.sequence);
  }
  /** Of a still: what `Pipeline.requestStill` returned. */
  get ticket(): number {
    return this.#word(AT.ticket);
  }
  /** To give back with `Pipeline.release`. */
  get slot(): number {
    return this.#word(AT.slot);
  }
  /** Pixels of the coded picture. */
  get width(): number {
    return this.#word(AT.width);
  }
  get height(): number {
    return this.#word(AT.height);
  }
  get nalCount(): number {
    return this.#word(AT.nal_count);
  }
  /** An IDR picture, with SPS and PPS in front of it. */
  get isKey(): boolean {
    return (this.#word(AT.flags) & FLAG_KEY) !== 0;
  }
  /** Frames before this one were dropped. */
  get isDiscontinuous(): boolean {
    return (this.#word(AT.flags) & FLAG_DISCONTINUITY) !== 0;
  }
  /** Coded by the camera itself. */
  get isPassthrough(): boolean {
    return (this.#word(AT.flags) & FLAG_PASSTHROUGH) !== 0;
  }
  /** Shows the "camera offline" slate. */
  get isSlate(): boolean {
    return (this.#word(AT.flags) & FLAG_SLATE) !== 0;
  }
  /** When the picture was complete: CLOCK_MONOTONIC, microseconds. */
  get captureTimeUs(): number {
    return this.#long(AT.capture_us);
  }
  /** When the encoder took it: CLOCK_MONOTONIC, microseconds. */
  get encodeBeginUs(): number {
    return this.#long(AT.encode_begin_us);
  }
  /** When it was put in the ring: CLOCK_MONOTONIC, microseconds. */
  get readyTimeUs(): number {
    return this.#long(AT.ready_us);
  }

  #word(offset: number): number {
    return this.#words[offset / WORD] ?? 0;
  }

  /** As a double: exact for 285 years of microseconds, and no bigint is made. */
  #long(offset: number): number {
    return this.#word(offset) + this.#word(offset + WORD) * 2 ** 32;
  }
}
