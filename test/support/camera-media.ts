import { join } from "node:path";

/** Test pictures for the software USB camera. */
export interface CameraMedia {
  readonly mjpeg: string;
  readonly h264: string;
}

/** Makes two seconds of motion JPEG and of H.264 (constrained baseline, a keyframe a second) with ffmpeg in `folder`. */
export function makeCameraMedia(folder: string, size: string, fps: number): CameraMedia {
  const media = { mjpeg: join(folder, "camera.mjpg"), h264: join(folder, "camera.h264") };
  const picture = ["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=${fps}`, "-t", "2"];
  const h264 = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-profile:v", "baseline"];
  encode([...picture, "-c:v", "mjpeg", "-q:v", "5", "-pix_fmt", "yuvj420p", "-f", "mjpeg", media.mjpeg]);
  encode([...picture, ...h264, "-pix_fmt", "yuv420p", "-g", String(fps), "-bf", "0", "-f", "h264", media.h264]);
  return media;
}

function encode(options: readonly string[]): void {
  const made = Bun.spawnSync(["ffmpeg", "-v", "error", "-y", ...options]);
  if (made.exitCode !== 0) throw new Error(`ffmpeg made no test pictures: ${made.stderr}`);
}
