import { expect, test } from "bun:test";
import { between, cameraZone, moved, resized, shownZone } from "../../../../../src/web/views/system/zone-geometry.ts";

const ZONE = [0.1, 0.2, 0.3, 0.1] as const;

test("a zone is seen where the camera's turned and mirrored picture shows it", () => {
  const seen = (rotation: number, flip: string) => {
    const { x, y, width, height } = shownZone(ZONE, { rotation, flip });
    return [x, y, width, height].map((value) => Number(value.toFixed(6)));
  };
  expect(seen(0, "none")).toEqual([0.1, 0.2, 0.3, 0.1]);
  expect(seen(90, "none")).toEqual([0.7, 0.1, 0.1, 0.3]);
  expect(seen(180, "none")).toEqual([0.6, 0.7, 0.3, 0.1]);
  expect(seen(270, "none")).toEqual([0.2, 0.6, 0.1, 0.3]);
  expect(seen(0, "horizontal")).toEqual([0.6, 0.2, 0.3, 0.1]);
  expect(seen(0, "both")).toEqual([0.6, 0.7, 0.3, 0.1]);
  expect(seen(90, "horizontal")).toEqual([0.2, 0.1, 0.1, 0.3]);
});

test("what is drawn becomes the same zone of the camera, however it turns its picture", () => {
  for (const rotation of [0, 90, 180, 270]) {
    for (const flip of ["none", "horizontal", "vertical", "both"]) {
      const turn = { rotation, flip };
      expect(cameraZone(shownZone(ZONE, turn), turn)).toEqual(ZONE);
    }
  }
});

test("zones stay in the picture", () => {
  expect(between(1.2, 0.5, 0.5, -1)).toEqual({ x: 0.5, y: 0, width: 0.5, height: 0.5 });
  const zone = { x: 0.5, y: 0.5, width: 0.25, height: 0.25 };
  expect(moved(zone, 1, -1)).toEqual({ x: 0.75, y: 0, width: 0.25, height: 0.25 });
  expect(resized(zone, 1, -1)).toEqual({ x: 0.5, y: 0.5, width: 0.5, height: 0.02 });
});
