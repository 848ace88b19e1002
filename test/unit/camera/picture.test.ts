import { expect, test } from "bun:test";
import { NEUTRAL_STAGE, type PictureStage } from "bun-ffi-v4l2";
import { Picture } from "../../../src/camera/picture.ts";

function target() {
  const stages: PictureStage[] = [];
  return { stages, setStage: (stage: PictureStage) => void stages.push(stage), now: () => stages.at(-1) };
}

test("the programme shows all that is made of pictures, the other camera is only turned and mirrored like it", () => {
  const [first, second] = [target(), target()];
  const picture = new Picture(first);
  picture.setTargets(first, [second]);
  const overlay = { position: "top-left", format: "%H", text: "" } as const;
  picture.adjust({ rotation: 90, flip: "both", zoom: 2, brightness: 20 });
  picture.setOverlay(overlay);
  const all = { ...NEUTRAL_STAGE, rotation: 90, flip: "both", zoom: 2, brightness: 20, overlay } as const;
  const turned = { ...NEUTRAL_STAGE, rotation: 90, flip: "both" } as const;
  expect([first.now(), second.now()]).toEqual([all, turned]);
  // the first one is seen until the cut, and stays as it is
  picture.setTargets(second, []);
  picture.adjust({ zoom: 3 });
  expect([first.now(), second.now()]).toEqual([all, { ...all, zoom: 3 }]);
  picture.adjust({ zoom: 2 });
  picture.setTargets(second, [first]);
  expect([first.now(), second.now()]).toEqual([turned, all]);
});
