import { sampleBars } from "./colour-bars.ts";

const WIDTH = 640;
const HEIGHT = 360;
const FRAME_BYTES = (WIDTH * HEIGHT * 3) / 2;
/** Of the slate's background around its samples; its coding adds a little. */
const SLATE_MAX_LUMA = 40;
const SLATE_CHROMA_DISTANCE = 12;

/** Y, Cb, Cr of eight places of a picture, from left to right. */
export type Samples = readonly (readonly number[])[];

/** Whether a picture is the black "camera offline" slate. */
export function isSlate(samples: Samples): boolean {
  return samples.every(
    ([y = 255, cb = 0, cr = 0]) =>
      y < SLATE_MAX_LUMA && Math.max(Math.abs(cb - 128), Math.abs(cr - 128)) < SLATE_CHROMA_DISTANCE,
  );
}

/** FFmpeg that stays connected to one stream over TCP; its decoded pictures are looked at as they come. */
export class PixelViewer {
  readonly #process: Bun.Subprocess<"ignore", "pipe", "pipe">;
  readonly #words: Promise<string>;
  readonly #share: number | undefined;
  #watch: ((samples: Samples) => void) | undefined;
  #pictures = 0;

  /** `share`: at which part of the height pictures are looked at; see `sampleBars`. */
  constructor(url: string, share?: number) {
    this.#share = share;
    const quick = ["-fflags", "nobuffer", "-flags", "low_delay", "-threads", "1", "-probesize", "100000"];
    const input = ["-rtsp_transport", "tcp", "-analyzeduration", "100000", "-i", url];
    const scale = ["-vf", `scale=${WIDTH}:${HEIGHT}:flags=fast_bilinear`, "-fps_mode", "passthrough"];
    const output = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-"];
    this.#process = Bun.spawn(["ffmpeg", "-v", "warning", "-nostdin", ...quick, ...input, ...scale, ...output], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    this.#words = new Response(this.#process.stderr).text();
    void this.#read();
  }

  /** Pictures decoded so far. */
  get pictures(): number {
    return this.#pictures;
  }

  /** Whether it is still connected: FFmpeg ends with its stream. */
  get isConnected(): boolean {
    return this.#process.exitCode === null;
  }

  /** The first picture from now on that is as wanted. Throws with FFmpeg's words when none comes in time. */
  async waitFor(isWanted: (samples: Samples) => boolean, limitMs: number): Promise<Samples> {
    const found = Promise.withResolvers<Samples>();
    let last: Samples = [];
    const timer = setTimeout(() => found.reject(new Error(`no such picture within ${limitMs} ms`)), limitMs);
    this.#watch = (samples) => {
      last = samples;
      if (isWanted(samples)) found.resolve(samples);
    };
    try {
      return await found.promise;
    } catch (error) {
      const words = this.isConnected ? "" : await this.#words;
      throw new Error(`${error}; ${this.#pictures} pictures, the last one ${JSON.stringify(last)}; FFmpeg: ${words}`);
    } finally {
      clearTimeout(timer);
      this.#watch = undefined;
    }
  }

  async close(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.exited;
  }

  async #read(): Promise<void> {
    const picture = new Uint8Array(FRAME_BYTES);
    let filled = 0;
    for await (const chunk of this.#process.stdout) {
      for (let taken = 0; taken < chunk.length; ) {
        const part = chunk.subarray(taken, taken + FRAME_BYTES - filled);
        picture.set(part, filled);
        taken += part.length;
        filled += part.length;
        if (filled < FRAME_BYTES) continue;
        filled = 0;
        this.#pictures++;
        this.#watch?.(sampleBars(picture, WIDTH, HEIGHT, this.#share));
      }
    }
  }
}
