import { expect, test } from "bun:test";
import type { PictureStage } from "bun-ffi-v4l2";
import type { CameraNumber } from "../../../../src/camera/member.ts";
import { createDigitalDriver } from "../../../../src/camera/ptz/digital-driver.ts";
import type { PtzDriver } from "../../../../src/camera/ptz/driver.ts";
import { ProgrammeDriver } from "../../../../src/camera/ptz/programme-driver.ts";

/** What the picture was last told, and a programme whose cameras have these drivers. */
function setUp(create: (camera: CameraNumber, picture: { adjust(stage: Partial<PictureStage>): void }) => PtzDriver) {
  const stages: Partial<PictureStage>[] = [];
  const picture = { adjust: (stage: Partial<PictureStage>) => void stages.push(stage) };
  const created: CameraNumber[] = [];
  const driver = new ProgrammeDriver(
    1,
    (camera) => {
      created.push(camera);
      return create(camera, picture);
    },
    picture,
  );
  return { driver, created, stages };
}

test("each camera keeps its own position, and the picture is cropped as that of the programme says", () => {
  const { driver, created, stages } = setUp((_camera, picture) => createDigitalDriver(picture));
  driver.place({ zoom: 3, pan: 0.5 });
  expect(created).toEqual([1]);
  driver.select(2);
  expect([driver.read(), stages.at(-1)]).toEqual([
    { pan: 0, tilt: 0, zoom: 1 },
    { pan: 0, tilt: 0, zoom: 1 },
  ]);
  driver.place({ zoom: 2 });
  driver.select(1);
  expect(driver.read()).toEqual({ pan: 0.5, tilt: 0, zoom: 3 });
  expect(stages.at(-1)).toEqual({ pan: 0.5, tilt: 0, zoom: 3 });
  expect(created).toEqual([1, 2]);
});

test("a camera with motors has the whole picture, and only the programme's tell of changes", () => {
  const told: Partial<Record<CameraNumber, () => void>> = {};
  const { driver, stages } = setUp((camera, picture) => {
    if (camera === 1) return createDigitalDriver(picture);
    const motors = createDigitalDriver({ adjust: () => undefined });
    const onChanged = (listener: () => void) => {
      told[camera] = listener;
    };
    return { ...motors, isDigital: false, onChanged };
  });
  let changes = 0;
  driver.onChanged(() => changes++);
  driver.place({ zoom: 4 });
  driver.select(2);
  expect([driver.isDigital, stages.at(-1)]).toEqual([false, { pan: 0, tilt: 0, zoom: 1 }]);
  told[2]?.();
  expect(changes).toBe(2);
  driver.select(1);
  told[2]?.();
  expect([changes, stages.at(-1)]).toEqual([3, { pan: 0, tilt: 0, zoom: 4 }]);
});
