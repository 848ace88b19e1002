import type { Camera } from "../camera.ts";
import type { Lamp } from "./lamp.ts";

/** The light of the virtual camera, which shows in its picture. */
export function createSceneLamp(camera: Pick<Camera, "located" | "picture">): Lamp {
  let percent = 0;
  return {
    get problem() {
      return camera.located?.device === "test" ? undefined : "no light is configured";
    },
    set(wanted) {
      percent = wanted;
      camera.picture.adjustScene({ lightPercent: wanted });
    },
    read: () => percent,
    close: () => undefined,
  };
}
