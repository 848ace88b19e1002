import { expect, test } from "bun:test";
import { Library, NativeError, Pipeline } from "../../native/ts/index.ts";
import { stripsOf } from "../support/pipeline-recorder.ts";
import { until } from "../support/until.ts";
import { AT_640, CORNERS, lookUntil, showsSecond, UNWATCHED, viewersOfEachTest } from "./inset-places.ts";

const CASE_LIMIT_MS = 120_000;
const CYCLES = 200;

const start = viewersOfEachTest();

test(
  "a camera that is closed is gone from the picture, in either order",
  async () => {
    const [viewer, other] = [start(), start(UNWATCHED)];
    viewer.pipeline.setInset(other.pipeline, "bottom-right");
    await lookUntil(viewer, (picture) => showsSecond(picture, AT_640["bottom-right"]));
    other.pipeline.close();
    const { main } = await viewer.look();
    expect(showsSecond(main, AT_640["bottom-right"])).toBe(false);
    expect(() => viewer.pipeline.setInset(other.pipeline, "bottom-right")).toThrow("closed");
    const next = start(UNWATCHED);
    viewer.pipeline.setInset(next.pipeline, "bottom-right");
    viewer.pipeline.close();
    const third = start();
    third.pipeline.setInset(next.pipeline, "top-left");
    await lookUntil(third, (picture) => showsSecond(picture, AT_640["top-left"]));
  },
  CASE_LIMIT_MS,
);

test(`${CYCLES} cameras come and go as insets while the programme goes on`, async () => {
  const viewer = start();
  await until(() => viewer.main.length >= 3);
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    const other = Pipeline.create(Library.open(), UNWATCHED, () => undefined);
    viewer.pipeline.setInset(other, CORNERS[cycle % CORNERS.length]);
    if (cycle % 3 === 0) viewer.pipeline.setInset(undefined);
    if (cycle % 5 === 0) other.setInset(viewer.pipeline, "top-left");
    if (cycle % 2 === 0) await until(() => other.status().captured > 0);
    other.close();
  }
  const { main: frames } = await viewer.settle();
  expect(stripsOf(frames).every((strip) => strip !== undefined)).toBe(true);
}, 60_000);

test("a pipeline is not its own inset, nor that of two others", async () => {
  const [viewer, other, third] = [start(), start(UNWATCHED), start()];
  expect(() => viewer.pipeline.setInset(viewer.pipeline, "top-left")).toThrow(NativeError);
  viewer.pipeline.setInset(other.pipeline, "top-left");
  viewer.pipeline.setInset(other.pipeline, "bottom-left");
  expect(() => third.pipeline.setInset(other.pipeline, "top-left")).toThrow(NativeError);
  await lookUntil(viewer, (picture) => showsSecond(picture, AT_640["bottom-left"]));
  viewer.pipeline.setInset(third.pipeline, "top-left");
  third.pipeline.setInset(other.pipeline, "top-left");
  await lookUntil(third, (picture) => showsSecond(picture, AT_640["top-left"]));
});
