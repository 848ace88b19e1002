import { join } from "node:path";

/** Test pictures for the software USB camera. */
export interface CameraMedia {
  readonly mjpeg: string;
  readonly h264: string;
}

/** Makes two seconds of motion JPEG and of H.264 (constrained baseline) with ffmpeg in `folder`. */
export function makeCameraMedia(folder: string, size: string, fps: number, keyframeSeconds = 1): CameraMedia {
  const media = { mjpeg: join(folder, "camera.mjpg"), h264: join(folder, "camera.h264") };
  const picture = ["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=${fps}`, "-t", "2"];
  const keyframes = ["-g", String(fps * keyframeSeconds), "-bf", "0"];
  const h264 = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-profile:v", "baseline"];
  encode([...picture, "-c:v", "mjpeg", "-q:v", "5", "-pix_fmt", "yuvj420p", "-f", "mjpeg", media.mjpeg]);
  encode([...picture, ...h264, ...keyframes, "-pix_fmt", "yuv420p", "-f", "h264", media.h264]);
  return media;
}

/** Places of ffmpeg's testsrc2, as `sampleBars` numbers them, that stay as they are: red, magenta, blue and yellow ones. */
const STILL_PLACES: readonly (readonly [number, readonly number[]])[] = [
  [0, [81, 90, 240]],
  [3, [210, 16, 146]],
  [4, [41, 240, 110]],
  [7, [170, 166, 16]],
];
/** Of two encoders and scaling together. */
const TOLERANCE = 8;

/** Whether the samples of a picture (see `sampleBars`) show what `makeCameraMedia` made, undamaged and in its colours. */
export function showsTestSource(samples: readonly (readonly number[])[]): boolean {
  return STILL_PLACES.every(([place, wanted]) =>
    wanted.every((value, part) => Math.abs(value - (samples[place]?.[part] ?? 0)) <= TOLERANCE),
  );
}

function encode(options: readonly string[]): void {
  const made = Bun.spawnSync(["ffmpeg", "-v", "error", "-y", ...options]);
  if (made.exitCode !== 0) throw new Error(`ffmpeg made no test pictures: ${made.stderr}`);
}
