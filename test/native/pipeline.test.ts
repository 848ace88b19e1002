import { afterEach, expect, test } from "bun:test";
import {
  describeNativeError,
  NativeError,
  type PipelineConfig,
  STREAM_MAIN,
  STREAM_SUB,
} from "../../native/ts/index.ts";
import {
  decodeLuma,
  MAIN_640,
  PipelineRecorder,
  probe,
  type RecordedFrame,
  SUB_320,
  stripsOf,
  TEST_640,
} from "../support/pipeline-recorder.ts";
import { until } from "../support/until.ts";

const USUAL: PipelineConfig = { source: TEST_640, main: MAIN_640, sub: SUB_320 };
const SPS = 7;
const PPS = 8;
const IDR = 5;

let open: PipelineRecorder | undefined;
afterEach(() => open?.pipeline.close());

function start(config: Partial<PipelineConfig> = {}): PipelineRecorder {
  open = new PipelineRecorder({ ...USUAL, ...config });
  return open;
}

function expectConsecutive(frames: readonly RecordedFrame[], step: number): void {
  const counters = stripsOf(frames).map((strip) => strip?.counter);
  expect(counters.length).toBe(frames.length);
  expect(counters.slice(1).map((counter, i) => (counter ?? Number.NaN) - (counters[i] ?? Number.NaN))).toEqual(
    Array(frames.length - 1).fill(step),
  );
}

test("both streams show every picture of the source once, in order", async () => {
  const recorder = start({ source: { ...TEST_640, noise: 4 } });
  await until(() => recorder.main.length >= 45 && recorder.sub.length >= 45);
  expectConsecutive(recorder.main.slice(0, 45), 1);
  expectConsecutive(recorder.sub.slice(0, 45), 1);
  for (const frames of [recorder.main, recorder.sub]) {
    expect(frames[0]?.nalTypes).toEqual([SPS, PPS, IDR]);
    expect(frames.slice(0, 45).flatMap((frame, i) => (frame.isKey ? [i] : []))).toEqual([0, 30]);
    expect(frames.every((frame, i) => frame.sequence === i)).toBe(true);
    expect(frames.every((frame, i) => i === 0 || frame.captureTimeUs > (frames[i - 1]?.captureTimeUs ?? 0))).toBe(true);
  }
});

test("the strip's clock is the time of capture", async () => {
  const recorder = start();
  await until(() => recorder.main.length >= 5);
  const now = Date.now();
  const [strip] = stripsOf(recorder.main.slice(0, 1));
  expect(now - (strip?.unixMs ?? 0)).toBeWithin(0, 2000);
  const delays = recorder.main.map((frame) => frame.readyTimeUs - frame.captureTimeUs);
  expect(Math.min(...delays)).toBeWithin(1, 33_000);
});

test("1080p shrunk to a third at 500 kbit/s keeps a readable strip", async () => {
  const main = { ...MAIN_640, width: 1920, height: 1080, bitrateKbps: 4000 };
  const sub = { ...MAIN_640, bitrateKbps: 500 };
  const recorder = start({ source: { ...TEST_640, width: 1920, height: 1080, noise: 8 }, main, sub });
  await until(() => recorder.sub.length >= 20, 20_000);
  const strips = stripsOf(recorder.sub.slice(0, 20));
  expect(strips.every((strip) => strip !== undefined)).toBe(true);
}, 30_000);

test("a slower stream gets evenly spaced pictures", async () => {
  const recorder = start({ sub: { ...SUB_320, fps: 15 } });
  // a busy machine keeps the source from its rate now and then; the check "pace" judges every rate
  let seen = 0;
  await until(() => {
    const begin = recorder.sub.findLastIndex((frame) => frame.isKey);
    if (recorder.sub.length < Math.max(seen, begin) + 20) return false;
    seen = recorder.sub.length;
    const counters = stripsOf(recorder.sub.slice(begin)).map((strip) => strip?.counter ?? Number.NaN);
    return counters.slice(1).every((counter, i) => counter - (counters[i] ?? Number.NaN) === 2);
  });
});

test("a keyframe comes when asked for, for that stream only", async () => {
  const recorder = start({ main: { ...MAIN_640, gop: 3000 }, sub: { ...SUB_320, gop: 3000 } });
  await until(() => recorder.main.length >= 5);
  recorder.pipeline.requestKeyframe(STREAM_MAIN);
  const asked = recorder.main.length;
  await until(() => recorder.main.length >= asked + 10);
  expect(recorder.main.slice(asked, asked + 3).filter((frame) => frame.isKey).length).toBe(1);
  expect(recorder.sub.filter((frame) => frame.isKey).length).toBe(1);
});

test("bitrate changes while running, without a keyframe", async () => {
  const noisy = { ...TEST_640, noise: 16 };
  const recorder = start({ source: noisy, main: { ...MAIN_640, bitrateKbps: 400, gop: 3000 } });
  await until(() => recorder.main.length >= 45);
  const before = recorder.main.length;
  recorder.pipeline.configureStream(STREAM_MAIN, { ...MAIN_640, bitrateKbps: 4000, gop: 3000 });
  await until(() => recorder.main.length >= before + 45);
  const bytes = (frames: readonly RecordedFrame[]) => frames.reduce((sum, frame) => sum + frame.bytes.length, 0);
  const low = bytes(recorder.main.slice(before - 30, before));
  const high = bytes(recorder.main.slice(before + 15, before + 45));
  expect(high / low).toBeGreaterThan(3);
  expect(recorder.main.filter((frame) => frame.isKey).length).toBe(1);
});

test("a new size begins with a keyframe of that size; the other stream goes on", async () => {
  const recorder = start();
  await until(() => recorder.main.length >= 5);
  recorder.pipeline.configureStream(STREAM_MAIN, { ...MAIN_640, width: 480, height: 272 });
  await until(() => recorder.main.filter((frame) => frame.width === 480).length >= 10);
  const small = recorder.main.filter((frame) => frame.width === 480);
  expect(small[0]?.isKey).toBe(true);
  expect(probe(small, "width,height")).toEqual({ width: 480, height: 272 } as never);
  expectConsecutive(small, 1);
  expectConsecutive(recorder.sub, 1);
});

test("the slate follows at once when the source goes, and the source when it returns", async () => {
  const recorder = start();
  await until(() => recorder.main.length >= 5);
  const generation = recorder.pipeline.setSource({ kind: "none", text: "No lens" });
  await until(() => recorder.main.filter((frame) => frame.isSlate).length >= 15);
  expect(recorder.pipeline.status()).toMatchObject({
    sourceState: "lost",
    sourceError: 0,
    sourceGeneration: generation,
  });
  const firstSlate = recorder.main.findIndex((frame) => frame.isSlate);
  const gapUs = (recorder.main[firstSlate]?.captureTimeUs ?? 0) - (recorder.main[firstSlate - 1]?.captureTimeUs ?? 0);
  expect(gapUs).toBeLessThan(150_000);
  recorder.pipeline.setSource(TEST_640);
  await until(() => recorder.main.at(-1)?.isSlate === false);
  // one unbroken stream: no encoder was opened again
  expect(recorder.main.filter((frame) => frame.isKey).length).toBeLessThanOrEqual(1 + recorder.main.length / 30);
  expect(decodeLuma(recorder.main).length).toBe(recorder.main.length);
});

test("a device that is not there is reported, with the slate on both streams", async () => {
  const recorder = start({ source: { kind: "v4l2", path: "/dev/no-such-video", width: 640, height: 360, fps: 30 } });
  await until(() => recorder.main.length >= 3 && recorder.sub.length >= 3);
  const status = recorder.pipeline.status();
  expect(status).toMatchObject({ sourceState: "lost", sourceError: -2, captured: 0 });
  expect(describeNativeError(status.sourceError)).toContain("does not exist");
  expect(() => recorder.pipeline.requestStill(STREAM_MAIN, 80)).toThrow(NativeError);
});

test("a slow source is not a stalled one", async () => {
  const recorder = start({ source: { ...TEST_640, fps: 1 } });
  await until(() => recorder.main.filter((frame) => !frame.isSlate).length >= 4);
  const first = recorder.main.findIndex((frame) => !frame.isSlate);
  expect(recorder.main.slice(first).some((frame) => frame.isSlate)).toBe(false);
});

test("a stream that the encoder refuses is reported; the other goes on", async () => {
  const recorder = start({ main: { ...MAIN_640, width: 4096, height: 4096 } });
  await until(() => recorder.sub.length >= 10);
  expect(recorder.pipeline.status().main.error).toBe(-1003);
  expect(recorder.main.length).toBe(0);
  recorder.pipeline.configureStream(STREAM_MAIN, MAIN_640);
  await until(() => recorder.main.length >= 5);
  expect(recorder.pipeline.status().main.error).toBe(0);
});

test("stills come as JPEGs of the newest picture at each stream's size", async () => {
  const recorder = start();
  await until(() => recorder.main.length >= 5);
  const tickets = [recorder.pipeline.requestStill(STREAM_MAIN, 85), recorder.pipeline.requestStill(STREAM_SUB, 85)];
  await until(() => recorder.stills.length === 2);
  expect(recorder.stills.map((still) => still.ticket)).toEqual(tickets);
  const captureTimes = recorder.main.map(({ captureTimeUs }) => captureTimeUs);
  for (const { captureTimeUs } of recorder.stills) expect(captureTimes).toContain(captureTimeUs);
  for (const [index, [width, height]] of [[640, 360] as const, [320, 180] as const].entries()) {
    const still = recorder.stills[index];
    const command = ["ffmpeg", "-v", "error", "-f", "mjpeg", "-i", "-", "-f", "rawvideo", "-pix_fmt", "gray", "-"];
    const { stdout, stderr } = Bun.spawnSync(command, { stdin: still?.bytes ?? new Uint8Array() });
    expect(stderr.toString()).toBe("");
    expect(stdout.length).toBe(width * height);
    expect(Math.max(...stdout)).toBeGreaterThan(250);
    expect(Math.min(...stdout)).toBeLessThan(5);
  }
});

test("the stream says that its range is limited", async () => {
  const recorder = start();
  await until(() => recorder.main.length >= 3);
  expect(probe(recorder.main, "color_range,profile,has_b_frames")).toEqual({
    color_range: "tv",
    profile: "Constrained Baseline",
    has_b_frames: 0,
  } as never);
});

test("a host that does not read loses the oldest frames and goes on at a keyframe", async () => {
  const recorder = start({ main: { ...MAIN_640, gop: 3000 }, sub: { ...SUB_320, gop: 3000 } });
  await until(() => recorder.main.length >= 5 && recorder.sub.length >= 5);
  recorder.isPaused = true;
  await until(() => recorder.pipeline.status().main.dropped > 0, 20_000);
  const [readMain, readSub] = [recorder.main.length, recorder.sub.length];
  recorder.isPaused = false;
  recorder.drain();
  await until(() => recorder.main.length > readMain + 5 && recorder.sub.length > readSub + 5);
  const next = recorder.main[readMain];
  expect(next).toMatchObject({ isKey: true, isDiscontinuous: true });
  expect(next?.sequence ?? 0).toBeGreaterThan(readMain);
  expect(recorder.main.slice(readMain + 1).some((frame) => frame.isDiscontinuous)).toBe(false);
  expectConsecutive(recorder.main.slice(readMain), 1);
  const resumed = recorder.sub.findIndex((frame) => frame.isDiscontinuous);
  if (resumed >= 0) expect(recorder.sub[resumed]?.isKey).toBe(true);
}, 40_000);

test("frames that are held stay as they are, released in any order", async () => {
  const recorder = start();
  recorder.isPaused = true;
  const { pipeline } = recorder;
  const held: { slot: number; offset: number; copy: Buffer }[] = [];
  await until(() => {
    const frame = pipeline.next();
    if (frame === undefined) return false;
    const copy = Buffer.from(frame.memory.subarray(frame.offset, frame.offset + frame.size));
    held.push({ slot: frame.slot, offset: frame.offset, copy });
    return held.length === 20;
  });
  for (const { slot } of held.splice(5, 10).reverse()) pipeline.release(slot);
  const encoded = pipeline.status().main.encoded;
  await until(() => pipeline.status().main.encoded > encoded + 20);
  for (const { offset, copy } of held)
    expect(pipeline.arena.subarray(offset, offset + copy.length).equals(copy)).toBe(true);
});

test("wrong values are refused with a sentence and change nothing", () => {
  expect(() => start({ main: { ...MAIN_640, width: 641 } })).toThrow("out of its range");
  const recorder = start();
  expect(() => recorder.pipeline.configureStream(STREAM_MAIN, { ...MAIN_640, gop: 0 })).toThrow(NativeError);
  expect(() => recorder.pipeline.requestStill(STREAM_MAIN, 101)).toThrow(NativeError);
  expect(() => recorder.pipeline.setSource({ kind: "none", text: "x".repeat(64) })).toThrow(RangeError);
});
