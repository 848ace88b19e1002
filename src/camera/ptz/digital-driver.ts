import type { Picture } from "../picture.ts";
import { PTZ_AXES, PTZ_HOME, type PtzDriver } from "./driver.ts";

/** The pixel stage takes thousandths. */
const PER_UNIT = 1000;

/** Crops and enlarges the picture: works with every camera. Pan and tilt span what the zoom leaves to see; at zoom 1 that is nothing. */
export function createDigitalDriver(picture: Pick<Picture, "adjust">): PtzDriver {
  let position = PTZ_HOME;
  return {
    problem: undefined,
    placeable: new Set(PTZ_AXES),
    running: new Set(),
    isDigital: true,
    isOnTheWay: false,
    read: () => position,
    place(wanted) {
      const { pan, tilt, zoom } = { ...position, ...wanted };
      position = { pan: thousandths(pan), tilt: thousandths(tilt), zoom: thousandths(zoom) };
      picture.adjust(position);
    },
    run: () => undefined,
    onChanged: () => undefined,
    close: () => undefined,
  };
}

function thousandths(value: number): number {
  return Math.round(value * PER_UNIT) / PER_UNIT + 0;
}
