import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type EncodedFrame,
  Library,
  Pipeline,
  type PipelineConfig,
  STREAM_STILL,
  STREAM_SUB,
  type StreamConfig,
} from "../../native/ts/index.ts";
import { readStrip, type Strip } from "./strip.ts";

/** A frame copied out of a pipeline's ring. */
export interface RecordedFrame {
  readonly bytes: Uint8Array;
  readonly isKey: boolean;
  readonly isDiscontinuous: boolean;
  readonly isSlate: boolean;
  readonly isPassthrough: boolean;
  readonly sequence: number;
  readonly captureTimeUs: number;
  readonly readyTimeUs: number;
  readonly width: number;
  readonly height: number;
  readonly ticket: number;
  readonly nalTypes: readonly number[];
}

export const MAIN_640: StreamConfig = { enabled: true, width: 640, height: 360, fps: 30, bitrateKbps: 1000, gop: 30 };
export const SUB_320: StreamConfig = { enabled: true, width: 320, height: 180, fps: 30, bitrateKbps: 300, gop: 30 };
export const TEST_640 = { kind: "test", width: 640, height: 360, fps: 30 } as const;

/** A pipeline whose frames are kept by stream. */
export class PipelineRecorder {
  readonly pipeline: Pipeline;
  readonly main: RecordedFrame[] = [];
  readonly sub: RecordedFrame[] = [];
  readonly stills: RecordedFrame[] = [];
  /** True: frames stay unread in the ring. */
  isPaused = false;

  constructor(config: PipelineConfig) {
    this.pipeline = Pipeline.create(Library.open(), config, () => this.drain());
  }

  /** Takes everything that is in the ring. */
  drain(): void {
    if (this.isPaused) return;
    for (let frame = this.pipeline.next(); frame !== undefined; frame = this.pipeline.next()) {
      const list = frame.stream === STREAM_STILL ? this.stills : frame.stream === STREAM_SUB ? this.sub : this.main;
      list.push(recorded(frame));
      this.pipeline.release(frame.slot);
    }
  }
}

/** The frame's properties are getters, which a spread would leave out. */
function recorded(frame: EncodedFrame): RecordedFrame {
  const bytes = Uint8Array.from(frame.memory.subarray(frame.offset, frame.offset + frame.size));
  return {
    bytes,
    isKey: frame.isKey,
    isDiscontinuous: frame.isDiscontinuous,
    isSlate: frame.isSlate,
    isPassthrough: frame.isPassthrough,
    sequence: frame.sequence,
    captureTimeUs: frame.captureTimeUs,
    readyTimeUs: frame.readyTimeUs,
    width: frame.width,
    height: frame.height,
    ticket: frame.ticket,
    nalTypes: Array.from({ length: frame.nalCount }, (_, i) => (bytes[frame.nalOffsets[i] ?? 0] ?? 0) & 0x1f),
  };
}

/** Decodes frames of one size with ffmpeg to luma pictures, one for each. */
export function decodeLuma(frames: readonly RecordedFrame[]): Uint8Array[] {
  const first = frames[0];
  if (first === undefined) return [];
  const output = ffmpeg(frames, ["-f", "rawvideo", "-pix_fmt", "gray", "-vsync", "passthrough"]);
  const size = first.width * first.height;
  return Array.from({ length: output.length / size }, (_, i) => output.subarray(i * size, (i + 1) * size));
}

/** Decodes frames of one size with ffmpeg and returns the last picture as I420. */
export function decodeLast(frames: readonly RecordedFrame[]): Uint8Array {
  const { width, height } = frames[0] ?? { width: 0, height: 0 };
  const output = ffmpeg(frames, ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-vsync", "passthrough"]);
  return output.subarray(output.length - (width * height * 3) / 2);
}

/** The strips of frames of one size; undefined where one cannot be read. */
export function stripsOf(frames: readonly RecordedFrame[]): (Strip | undefined)[] {
  const { width, height } = frames[0] ?? { width: 0, height: 0 };
  return decodeLuma(frames).map((luma) => readStrip(luma, width, height));
}

/** What ffprobe says of the frames' stream. */
export function probe(frames: readonly RecordedFrame[], entries: string): Record<string, string> {
  return inFile(frames, (path) => {
    const { stdout } = Bun.spawnSync([
      "ffprobe",
      "-v",
      "error",
      "-show_entries",
      `stream=${entries}`,
      "-of",
      "json",
      path,
    ]);
    return JSON.parse(stdout.toString()).streams[0];
  });
}

function ffmpeg(frames: readonly RecordedFrame[], options: readonly string[]): Uint8Array {
  return inFile(frames, (path) => {
    // -xerror: a damaged stream must not pass for a good one
    const command = ["ffmpeg", "-v", "error", "-xerror", "-f", "h264", "-i", path, ...options, "-"];
    const { stdout, stderr, exitCode } = Bun.spawnSync(command, { maxBuffer: 1 << 30 });
    if (exitCode !== 0 || stderr.length > 0) throw new Error(`ffmpeg: ${stderr}`);
    return stdout;
  });
}

function inFile<Result>(frames: readonly RecordedFrame[], use: (path: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), "recorded-"));
  try {
    const path = join(folder, "stream.h264");
    writeFileSync(path, Buffer.concat(frames.map((frame) => frame.bytes)));
    return use(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
