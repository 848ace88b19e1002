import { readStrip } from "./strip.ts";

/** What ffmpeg makes of a recording. */
export interface DecodedRecording {
  /** The strip's counter of each picture; undefined: it cannot be read. */
  readonly counters: readonly (number | undefined)[];
  /** When each picture was taken, Unix milliseconds; undefined: it cannot be read. */
  readonly unixMs: readonly (number | undefined)[];
  /** Of each picture, seconds, as the file says. */
  readonly times: readonly number[];
  /** Those of `times` that are keyframes'. */
  readonly keyframes: readonly number[];
  /** When the first and the last picture were taken, Unix milliseconds. */
  readonly firstUnixMs: number | undefined;
  readonly lastUnixMs: number | undefined;
  /** What ffmpeg complained about; empty for a whole file. */
  readonly complaints: string;
}

/** Decodes a recording of the test source whose pictures have this size. */
export async function decodeRecording(path: string, width: number, height: number): Promise<DecodedRecording> {
  const decoder = Bun.spawn(
    [
      ...["ffmpeg", "-v", "warning", "-nostdin", "-i", path],
      ...["-fps_mode", "passthrough", "-enc_time_base", "-1", "-f", "rawvideo", "-pix_fmt", "gray", "-"],
    ],
    { stdout: "pipe", stderr: "pipe" },
  );
  const [bytes, complaints] = await Promise.all([
    new Response(decoder.stdout).bytes(),
    new Response(decoder.stderr).text(),
  ]);
  const strips = Array.from({ length: Math.floor(bytes.length / (width * height)) }, (_, index) =>
    readStrip(bytes.subarray(index * width * height), width, height),
  );
  const entries = "packet=pts_time,flags";
  const probe = Bun.spawnSync([
    ...["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", entries, "-of", "csv=p=0", path],
  ]);
  const packets = probe.stdout.toString().trim().split("\n");
  const times = packets.map(Number.parseFloat);
  return {
    counters: strips.map((strip) => strip?.counter),
    unixMs: strips.map((strip) => strip?.unixMs),
    times,
    keyframes: times.filter((_, index) => packets[index]?.includes("K")),
    firstUnixMs: strips[0]?.unixMs,
    lastUnixMs: strips.at(-1)?.unixMs,
    complaints: complaints + probe.stderr,
  };
}

/** Types of an MP4 file's outermost boxes. */
export function boxesOf(bytes: Uint8Array): readonly string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const types: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    types.push(new TextDecoder().decode(bytes.subarray(at + 4, at + 8)));
    const size = view.getUint32(at);
    at += size === 1 ? Number(view.getBigUint64(at + 8)) : size;
  }
  return types;
}
