import { Library, Pipeline, type PipelineStatus } from "../../native/ts/index.ts";
import { until } from "../support/until.ts";

/** Frames before and during the measurement. */
const WARM_UP_FRAMES = 30;
const FRAMES = 300;
const LIMIT_MS = 60_000;

const SOURCE = { kind: "test", width: 1920, height: 1080, fps: 30, noise: 4 } as const;
const MAIN = { enabled: true, width: 1920, height: 1080, fps: 30, bitrateKbps: 4000, gop: 60 };
const SUB = { enabled: true, width: 640, height: 360, fps: 30, bitrateKbps: 500, gop: 60 };

export const name = "encode-cost";

/**
 * CPU of 1080p30 and 360p30 from the noisy test source, as a multiple of what the two encoders alone take in the same run:
 * of the pipeline's thread, and of a whole process that takes the frames and drops them.
 */
export async function run(): Promise<Record<string, number>> {
  const pipeline = Pipeline.create(Library.open(), { source: SOURCE, main: MAIN, sub: SUB }, () => {
    for (let frame = pipeline.next(); frame !== undefined; frame = pipeline.next()) pipeline.release(frame.slot);
  });
  try {
    await until(() => pipeline.status().sub.encoded >= WARM_UP_FRAMES, LIMIT_MS);
    const [before, processBefore] = [pipeline.status(), process.cpuUsage()];
    await until(() => pipeline.status().sub.encoded >= before.sub.encoded + FRAMES, LIMIT_MS);
    const [after, used] = [pipeline.status(), process.cpuUsage(processBefore)];
    const frames = after.captured - before.captured;
    const encodeUs = encoding(after) - encoding(before);
    const pixelUs = after.pixelUs - before.pixelUs;
    return {
      mainEncodeMs: (after.main.encodeUs - before.main.encodeUs) / frames / 1000,
      subEncodeMs: (after.sub.encodeUs - before.sub.encodeUs) / frames / 1000,
      pixelMs: pixelUs / frames / 1000,
      threadRatio: (encodeUs + pixelUs) / encodeUs,
      processRatio: (used.user + used.system) / encodeUs,
      lateFrames: after.late - before.late,
    };
  } finally {
    pipeline.close();
  }
}

function encoding(status: PipelineStatus): number {
  return status.main.encodeUs + status.sub.encodeUs;
}

if (import.meta.main) {
  console.table(await run());
  process.exit(0);
}
