import type { Ptz } from "../../../camera/ptz/ptz.ts";
import { type Xml, xml } from "../../../soap/xml-writer.ts";
import { describePosition } from "./spaces.ts";

/** Contents of `tt:PTZStatus` up to its time; empty: there is nothing that could move, or nothing is wanted. */
export function describeStatus(
  { driver, moving, position }: Pick<Ptz, "driver" | "moving" | "position">,
  wanted: { readonly position: boolean; readonly moveStatus: boolean },
): readonly Xml[] {
  if (driver.problem !== undefined) return [];
  const place = wanted.position ? describePosition(position, driver) : [];
  const state = (isMoving: boolean) => (isMoving ? "MOVING" : "IDLE");
  return [
    ...(place.length === 0 ? [] : [xml("tt:Position", ...place)]),
    ...(wanted.moveStatus
      ? [xml("tt:MoveStatus", xml("tt:PanTilt", state(moving.panTilt)), xml("tt:Zoom", state(moving.zoom)))]
      : []),
  ];
}
