/**
 * Runs inside the virtual machine: a pipeline on /dev/video0. Arguments: pixel format, width and height of the source, file for the
 * main stream (640x360). Ends after FRAMES pictures that are no slate; prints the pipeline's status as JSON.
 */
import { appendFileSync } from "node:fs";
import { fourccCode, Library, Pipeline, STREAM_MAIN } from "../../native/ts/index.ts";

const FRAMES = 10;
const LIMIT_MS = 10_000;

const [fourcc = "", width, height, file = ""] = process.argv.slice(2);
const stream = { enabled: true, width: 640, height: 360, fps: 30, bitrateKbps: 4000, gop: 30 };
const size = { width: Number(width), height: Number(height) };
const source = { kind: "v4l2", path: "/dev/video0", ...size, fps: 30, fourcc: fourccCode(fourcc) } as const;

const done = Promise.withResolvers<void>();
let frames = 0;
const pipeline = Pipeline.create(Library.open(), { source, main: stream, sub: { ...stream, enabled: false } }, () => {
  for (let frame = pipeline.next(); frame !== undefined; frame = pipeline.next()) {
    const wanted = frame.stream === STREAM_MAIN && !frame.isSlate && frames < FRAMES && (frames > 0 || frame.isKey);
    if (wanted) appendFileSync(file, frame.memory.subarray(frame.offset, frame.offset + frame.size));
    if (wanted && ++frames === FRAMES) done.resolve();
    pipeline.release(frame.slot);
  }
  // a picture that came before a keyframe could be asked for is not written
  if (frames === 0 && pipeline.status().sourceState === "running") pipeline.requestKeyframe(STREAM_MAIN);
});
const limit = setTimeout(done.resolve, LIMIT_MS);
await done.promise;
clearTimeout(limit);
process.stdout.write(JSON.stringify({ frames, ...pipeline.status() }));
pipeline.close();
process.exit(0);
