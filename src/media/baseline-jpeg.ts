import { AppError } from "../core/errors.ts";
import { STANDARD_HUFFMAN_TABLES } from "./jpeg-huffman.ts";

/** Bytes of a quantization table of 8-bit precision. */
export const QUANTIZATION_TABLE_BYTES = 64;

/** What is larger comes from no encoder of ours (BV_MAX_ACCESS_UNIT), and might need more packets than egress sends at once. */
const MAX_JPEG_BYTES = 2 * 1024 * 1024;

const MARKER = {
  baseline: 0xc0,
  huffman: 0xc4,
  firstRestart: 0xd0,
  lastRestart: 0xd7,
  start: 0xd8,
  end: 0xd9,
  scan: 0xda,
  quantization: 0xdb,
  restartInterval: 0xdd,
  firstApplication: 0xe0,
  lastApplication: 0xef,
  comment: 0xfe,
} as const;

/** Sampling of the luma component: two side by side (4:2:2), or two by two (4:2:0). The chroma components have 1 by 1. */
export type ChromaSampling = "4:2:2" | "4:2:0";

/** A JPEG as RFC 2435 can carry it; offsets into its bytes. */
export interface BaselineJpeg {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly sampling: ChromaSampling;
  /** MCUs between restart markers; 0: there are none. */
  readonly restartInterval: number;
  /** Where the quantization tables of luma and of chroma begin, in zigzag order. */
  readonly lumaTable: number;
  readonly chromaTable: number;
  /** Entropy-coded data: from behind the SOS header up to the EOI marker. */
  readonly scanStart: number;
  readonly scanEnd: number;
}

type Component = Readonly<Record<"id" | "sampling" | "table", number>>;

/**
 * Reads a sequential baseline JPEG (ITU-T T.81) of three components in one scan with standard Huffman tables. Throws AppError
 * `too-large`, `not-supported` for another kind of JPEG, and `bad-request` with the offset for what is malformed.
 */
export function parseBaselineJpeg(bytes: Buffer): BaselineJpeg {
  if (bytes.length > MAX_JPEG_BYTES) throw new AppError("too-large", `The JPEG is larger than ${MAX_JPEG_BYTES} bytes`);
  return new JpegReader(bytes).read();
}

class JpegReader {
  readonly #bytes: Buffer;
  readonly #tables: (number | undefined)[] = [];
  #width = 0;
  #height = 0;
  #components: readonly Component[] = [];
  #restartInterval = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  read(): BaselineJpeg {
    const bytes = this.#bytes;
    if (bytes[0] !== 0xff || bytes[1] !== MARKER.start) throw malformed("does not begin with SOI", 0);
    for (let at = 2; ; ) {
      while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at += 1; // fill bytes (T.81 §B.1.1.2)
      const marker = bytes[at + 1];
      if (bytes[at] !== 0xff || marker === undefined) throw malformed("has no marker where one has to be", at);
      const body = at + 4;
      const end = at + 2 + (body <= bytes.length ? bytes.readUInt16BE(at + 2) : 0);
      if (end < body || end > bytes.length) throw malformed("has a segment that does not fit", at);
      if (marker === MARKER.scan) return this.#scan(body, end);
      this.#take(marker, body, end);
      at = end;
    }
  }

  #take(marker: number, body: number, end: number): void {
    switch (marker) {
      case MARKER.baseline:
        this.#takeFrame(body, end);
        return;
      case MARKER.quantization:
        this.#takeQuantization(body, end);
        return;
      case MARKER.huffman:
        this.#takeHuffman(body, end);
        return;
      case MARKER.restartInterval:
        if (end - body !== 2) throw malformed("has a DRI of a wrong length", body);
        this.#restartInterval = this.#bytes.readUInt16BE(body);
        return;
      case MARKER.comment:
        return;
      default:
        if (marker >= MARKER.firstApplication && marker <= MARKER.lastApplication) return;
        throw unsupported(`has the marker 0x${marker.toString(16)}`);
    }
  }

  /** SOF0: T.81 §B.2.2. */
  #takeFrame(body: number, end: number): void {
    const bytes = this.#bytes;
    if (this.#components.length > 0) throw malformed("has two frames", body);
    const count = bytes[body + 5] ?? 0;
    if (end - body !== 6 + count * 3) throw malformed("has a SOF0 of a wrong length", body);
    if (bytes[body] !== 8 || count !== 3) throw unsupported("has not three components of 8 bits");
    this.#height = bytes.readUInt16BE(body + 1);
    this.#width = bytes.readUInt16BE(body + 3);
    if (this.#width === 0 || this.#height === 0) throw unsupported("does not tell its size");
    this.#components = [0, 1, 2].map((index) => {
      const at = body + 6 + index * 3;
      return { id: bytes[at] ?? 0, sampling: bytes[at + 1] ?? 0, table: bytes[at + 2] ?? 0 };
    });
  }

  /** DQT: T.81 §B.2.4.1. */
  #takeQuantization(body: number, end: number): void {
    let at = body;
    for (; at < end; at += 1 + QUANTIZATION_TABLE_BYTES) {
      const head = this.#bytes[at] ?? 0;
      if (head > 3) throw unsupported("has a quantization table of 16 bits, or more than four");
      this.#tables[head] = at + 1;
    }
    if (at !== end) throw malformed("has a DQT of a wrong length", body);
  }

  /** DHT: T.81 §B.2.4.2. */
  #takeHuffman(body: number, end: number): void {
    for (let at = body; at < end; ) {
      const table = STANDARD_HUFFMAN_TABLES.find((standard) => standard[0] === this.#bytes[at]);
      const next = at + (table?.length ?? 0);
      if (table === undefined || next > end || table.compare(this.#bytes, at, next) !== 0)
        throw unsupported("has Huffman tables of its own");
      at = next;
    }
  }

  /** SOS: T.81 §B.2.3. */
  #scan(body: number, end: number): BaselineJpeg {
    const [luma, blue, red] = this.#components;
    if (luma === undefined || blue === undefined || red === undefined)
      throw malformed("has a scan before its frame", body);
    // luma with tables 0, chroma with tables 1, all coefficients
    const expected = Buffer.of(3, luma.id, 0x00, blue.id, 0x11, red.id, 0x11, 0, 63, 0);
    if (end - body !== expected.length || expected.compare(this.#bytes, body, end) !== 0)
      throw unsupported("is not one baseline scan of all components");
    const sampling = SAMPLINGS[luma.sampling];
    if (sampling === undefined || blue.sampling !== 0x11 || red.sampling !== 0x11)
      throw unsupported("is neither 4:2:2 nor 4:2:0");
    const lumaTable = this.#tables[luma.table];
    const chromaTable = this.#tables[blue.table];
    if (lumaTable === undefined || chromaTable === undefined) throw malformed("lacks a quantization table", body);
    if (blue.table !== red.table) throw unsupported("has more than two quantization tables");
    return {
      width: this.#width,
      height: this.#height,
      sampling,
      restartInterval: this.#restartInterval,
      lumaTable,
      chromaTable,
      scanStart: end,
      scanEnd: this.#scanEnd(end),
    };
  }

  #scanEnd(start: number): number {
    const bytes = this.#bytes;
    for (let at = bytes.indexOf(0xff, start); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
      const next = bytes[at + 1];
      if (next === MARKER.end && at > start) return at;
      if (next === 0 || next === 0xff) continue; // a stuffed byte; a fill byte
      const isRestart = next !== undefined && next >= MARKER.firstRestart && next <= MARKER.lastRestart;
      if (!isRestart || this.#restartInterval === 0) throw malformed("has a marker in its scan", at);
    }
    throw malformed("does not end", bytes.length);
  }
}

const SAMPLINGS: Readonly<Record<number, ChromaSampling>> = { 33: "4:2:2", 34: "4:2:0" };

function malformed(what: string, offset: number): AppError {
  return new AppError("bad-request", `The JPEG ${what}`, { offset });
}

function unsupported(what: string): AppError {
  return new AppError("not-supported", `The JPEG ${what}`);
}
