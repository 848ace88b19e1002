import { readStrip } from "./strip.ts";

/** What a player decoded: the strip's counter of every picture, in the order of display. */
export interface Played {
  /** `undefined`: a picture whose strip could not be read. */
  readonly counters: readonly (number | undefined)[];
  /** Luma of the last picture. */
  readonly lastPicture: Uint8Array;
  /** What the player said. */
  readonly words: string;
}

/** What to play. */
export interface PlayOptions {
  readonly url: string;
  /** `http`, `https`: RTSP tunnelled over HTTP, of an `rtsp:` URL with the port of either. */
  readonly transport: "tcp" | "udp" | "http" | "https";
  readonly width: number;
  readonly height: number;
  /** Pictures to decode. */
  readonly frames: number;
  /** H.264 unless said; GStreamer has to know. */
  readonly codec?: "h264" | "jpeg";
}

/** A player that takes longer than this and its pictures is stuck. */
const PLAY_LIMIT_MS = 45_000;
/** Streams have 30 pictures a second. */
const PICTURE_MS = 1000 / 30;

/** FFmpeg, as a user would call it but with its pictures on standard output; `prefix`: a command to run it under. */
export function playWithFfmpeg(
  { url, transport, frames, ...size }: PlayOptions,
  prefix: readonly string[] = [],
): Promise<Played> {
  const input = ["-rtsp_transport", transport, "-i", url];
  return playToStdout(
    [
      ...prefix,
      "ffmpeg",
      "-hide_banner",
      "-loglevel",
      "warning",
      "-nostdin",
      ...input,
      ...RAW_GRAY,
      "-frames:v",
      String(frames),
      "-",
    ],
    size,
    frames,
  );
}

const RAW_GRAY = ["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "gray"];

/** GStreamer's rtspsrc. */
export function playWithGstreamer({ url, transport, frames, codec = "h264", ...size }: PlayOptions): Promise<Played> {
  const trust = url.startsWith("rtsps:") || transport === "https" ? ["tls-validation-flags=0"] : [];
  const tunnel = { http: "rtsph:", https: "rtspsh:" }[transport as string];
  const source =
    tunnel === undefined ? [`location=${url}`, `protocols=${transport}`] : [`location=${url.replace("rtsp:", tunnel)}`];
  const decoder = { h264: "rtph264depay ! h264parse ! avdec_h264", jpeg: "rtpjpegdepay ! jpegdec" };
  const decode = `${decoder[codec]} ! videoconvert ! video/x-raw,format=GRAY8 ! fdsink fd=1 sync=false`.split(" ");
  return playToStdout(
    ["gst-launch-1.0", "-q", "rtspsrc", ...source, "latency=200", ...trust, "!", ...decode],
    size,
    frames,
  );
}

/** OpenCV's VideoCapture, which is FFmpeg with settings of its own. */
export function playWithOpenCv({ url, transport, frames, ...size }: PlayOptions): Promise<Played> {
  const script = `
import cv2, os, sys
os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "rtsp_transport;${transport}"
capture = cv2.VideoCapture(sys.argv[1], cv2.CAP_FFMPEG)
for _ in range(${frames}):
    ok, picture = capture.read()
    if not ok: sys.exit("no picture")
    sys.stdout.buffer.write(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).tobytes())
`;
  return playToStdout(["/usr/bin/python3", "-c", script, url], size, frames);
}

/**
 * VLC, which shows at its own pace, each picture again until the next is due. It shows into a pipe, where FFmpeg leaves
 * out what is shown again. VLC refuses to run as root, so it gets another user there.
 */
export function playWithVlc({ url, transport, frames, ...size }: PlayOptions): Promise<Played> {
  const asUser = process.getuid?.() === 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
  const toGray = `ffmpeg -loglevel error -f yuv4mpegpipe -i - -vf mpdecimate ${RAW_GRAY.join(" ")} -`;
  // The shell makes the pipe as that user, so that VLC may open it by name
  const intoPipe = ["env", "HOME=/nonexistent", "bash", "-c", `exec "$@" > >(exec ${toGray})`, "bash"];
  const show = ["--vout=yuv", "--yuv-yuv4mpeg2", "--yuv-file=/dev/stdout", "--no-video-title-show", "--no-audio"];
  const everyPicture = ["--no-drop-late-frames", "--no-skip-frames"];
  const rtsp = transport === "tcp" ? ["--rtsp-tcp"] : [];
  return playToStdout(
    [...asUser, ...intoPipe, "cvlc", "--ignore-config", ...show, ...everyPicture, ...rtsp, url],
    size,
    frames,
  );
}

/** Whether every picture follows the one before it. */
export function areConsecutive(counters: readonly (number | undefined)[]): boolean {
  return counters.every(
    (counter, index) => counter !== undefined && (index === 0 || counter === (counters[index - 1] ?? 0) + 1),
  );
}

/** Reads raw pictures from a player until there are enough; then it is stopped, whatever it would do. */
async function playToStdout(
  command: readonly string[],
  { width, height }: { width: number; height: number },
  frames: number,
): Promise<Played> {
  const child = Bun.spawn([...command], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: Math.ceil(PLAY_LIMIT_MS + frames * PICTURE_MS),
  });
  const words = new Response(child.stderr).text();
  const wanted = frames * width * height;
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of child.stdout) {
    parts.push(chunk);
    size += chunk.length;
    if (size >= wanted) break;
  }
  child.kill("SIGKILL");
  await child.exited;
  return { ...readPictures(Buffer.concat(parts).subarray(0, wanted), width, height), words: await words };
}

function readPictures(gray: Uint8Array, width: number, height: number): Omit<Played, "words"> {
  const size = width * height;
  const count = Math.floor(gray.length / size);
  const picture = (index: number) => gray.subarray(index * size, (index + 1) * size);
  return {
    counters: Array.from({ length: count }, (_, index) => readStrip(picture(index), width, height)?.counter),
    lastPicture: count === 0 ? new Uint8Array() : picture(count - 1),
  };
}
