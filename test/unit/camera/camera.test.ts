import { describe, expect, test } from "bun:test";
import { Library } from "bun-ffi-v4l2";
import { Camera } from "../../../src/camera/camera.ts";
import { createTestSource } from "../../../src/camera/test-source.ts";
import { createLog } from "../../../src/core/log.ts";
import { systemScheduler } from "../../../src/core/scheduler.ts";
import { until } from "../../support/until.ts";

describe("Camera", () => {
  // what publishing throws would otherwise leave through the doorbell, where it ends the process
  test("goes on when a stream cannot take a picture, and says so once", async () => {
    const library = Library.open();
    const errors: string[] = [];
    let refused = 0;
    let taken = 0;
    const camera = new Camera({
      id: "cam1",
      library,
      source: createTestSource(false),
      clock: { wallMs: () => Date.now(), monotonicUs: () => library.monotonicUs() },
      scheduler: systemScheduler,
      log: createLog({ level: "error", write: (_level, _module, message) => void errors.push(message) }, "camera"),
      onMain: {
        canForceKeyframe: true,
        publish: () => {
          refused += 1;
          throw new Error("no room");
        },
      },
      onSub: {
        canForceKeyframe: true,
        publish: () => {
          taken += 1;
        },
      },
    });
    camera.start();
    try {
      await until(() => refused >= 5 && taken >= 5);
      expect(errors).toEqual(["a picture could not be handed on"]);
    } finally {
      camera.close();
    }
  });

  test("gives everybody who asks at the same time the picture, more than can be ordered at once", async () => {
    const library = Library.open();
    const sink = { canForceKeyframe: true, publish: () => undefined };
    const camera = new Camera({
      id: "cam1",
      library,
      source: createTestSource(false),
      clock: { wallMs: () => Date.now(), monotonicUs: () => library.monotonicUs() },
      scheduler: systemScheduler,
      log: createLog({ level: "error", write: () => undefined }, "camera"),
      onMain: sink,
      onSub: sink,
    });
    camera.start();
    try {
      await until(() => camera.status().state === "online");
      const pictures = await Promise.all(Array.from({ length: 40 }, () => camera.take("stream1", 80)));
      for (const jpeg of pictures) expect([...jpeg.subarray(0, 2)]).toEqual([0xff, 0xd8]);
      expect(await camera.take("stream1", 80)).not.toBe(pictures[0] ?? new Uint8Array());
    } finally {
      camera.close();
    }
  });
});
