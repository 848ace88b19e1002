/**
 * Runs inside the virtual machine: a pipeline on the USB camera at /dev/video0. Arguments: pixel format, 1 for pass-through, folder.
 * Writes main.h264, sub.h264 and still.jpg there and prints what it saw as JSON. With a fourth
 * argument it waits for the slate and for the camera's return: `lost` (unplugged) or `stalled` (silent); or it turns a stage on and
 * off again: `staged`.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fourccCode, NEUTRAL_STAGE } from "../../native/ts/index.ts";
import { MAIN_640, PipelineRecorder, type RecordedFrame, SUB_320 } from "../support/pipeline-recorder.ts";
import { until } from "../support/until.ts";

const FRAMES = 45;
const LIMIT_MS = 40_000;

const [fourcc = "", passthrough, folder = "", trouble] = process.argv.slice(2);
const source = {
  kind: "v4l2",
  path: "/dev/video0",
  width: 1280,
  height: 720,
  fps: 30,
  fourcc: fourccCode(fourcc),
  allowPassthrough: passthrough === "1",
} as const;
const main = { ...MAIN_640, width: 1280, height: 720, bitrateKbps: 3000 };
const recorder = new PipelineRecorder({ source, main, sub: SUB_320 });
const { pipeline } = recorder;

const seen = (frames: readonly RecordedFrame[]) => frames.filter((frame) => !frame.isSlate).length;
await until(() => seen(recorder.main) >= FRAMES && seen(recorder.sub) >= FRAMES, LIMIT_MS);
const running = pipeline.status();
pipeline.requestStill(0, 85);
await until(() => recorder.stills.length === 1, LIMIT_MS);

async function survive(trouble: string): Promise<void> {
  writeFileSync(join(folder, "running"), "");
  await until(() => pipeline.status().sourceState === trouble, LIMIT_MS);
  const slates = recorder.main.length;
  await until(() => recorder.main.length >= slates + 10, LIMIT_MS);
  writeFileSync(join(folder, "slate"), "");
  await until(() => existsSync(join(folder, "back")), LIMIT_MS);
  if (trouble === "lost") pipeline.setSource(source);
  const before = seen(recorder.main);
  await until(() => seen(recorder.main) >= before + FRAMES, LIMIT_MS);
}

async function turnStageOnAndOff(): Promise<void> {
  const handedOn = () => recorder.main.filter((frame) => frame.isPassthrough).length;
  pipeline.setStage({ ...NEUTRAL_STAGE, zoom: 2, overlay: { position: "top-left", format: "%X", text: "staged" } });
  await until(() => !pipeline.status().passthrough, LIMIT_MS);
  const before = recorder.main.length;
  await until(() => recorder.main.length >= before + FRAMES, LIMIT_MS);
  const passed = handedOn();
  pipeline.setStage(NEUTRAL_STAGE);
  await until(() => handedOn() >= passed + FRAMES, LIMIT_MS);
}

if (trouble === "staged") await turnStageOnAndOff();
else if (trouble !== undefined) await survive(trouble);
pipeline.close();
const bytes = (frames: readonly RecordedFrame[]) => Buffer.concat(frames.map((frame) => frame.bytes));
writeFileSync(join(folder, "main.h264"), bytes(recorder.main));
writeFileSync(join(folder, "sub.h264"), bytes(recorder.sub));
writeFileSync(join(folder, "still.jpg"), bytes(recorder.stills));
const letters = recorder.main.map((frame) => (frame.isSlate ? "s" : frame.isPassthrough ? "p" : "e"));
const keys = recorder.main.map((frame) => (frame.isKey ? "K" : "-"));
process.stdout.write(
  JSON.stringify({
    ...running,
    letters: letters.join(""),
    keys: keys.join(""),
    gapsMs: recorder.main.map((frame, i) => (frame.captureTimeUs - (recorder.main[i - 1]?.captureTimeUs ?? 0)) / 1000),
    subFrames: recorder.sub.length,
  }),
);
process.exit(0);
