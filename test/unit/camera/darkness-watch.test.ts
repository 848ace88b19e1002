import { expect, test } from "bun:test";
import type { PipelineStatus } from "bun-ffi-v4l2";
import { DarknessWatch } from "../../../src/camera/darkness-watch.ts";
import { createManualTime } from "../../support/manual-scheduler.ts";

function watched() {
  const time = createManualTime();
  const camera = { meanLuma: 100, state: "online" };
  const told: unknown[] = [];
  new DarknessWatch({
    camera: {
      get counters() {
        return { meanLuma: camera.meanLuma } as PipelineStatus;
      },
      status: () => ({ id: "cam1", state: camera.state }),
    },
    scheduler: time.scheduler,
    publish: (_, { active }) => void told.push(active),
  });
  const see = (meanLuma: number, ms: number) => {
    camera.meanLuma = meanLuma;
    time.advanceMs(ms);
  };
  return { camera, told, see };
}

test("a picture that stays black for two seconds is tampering, until it is bright again", () => {
  const { told, see } = watched();
  see(100, 5000);
  see(16, 1500);
  see(100, 500);
  see(16, 1500);
  expect(told).toEqual([]);
  see(16, 600);
  expect(told).toEqual([true]);
  see(28, 10_000);
  see(16, 10_000);
  expect(told).toEqual([true]);
  see(40, 2500);
  expect(told).toEqual([true, false]);
  see(28, 10_000);
  expect(told).toEqual([true, false]);
});

test("a camera that gives no picture tells nothing", () => {
  const { camera, told, see } = watched();
  see(0, 10_000);
  camera.state = "offline";
  see(16, 10_000);
  expect(told).toEqual([]);
});
