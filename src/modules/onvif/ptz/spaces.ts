import { GROUP_AXES, PTZ_GROUPS, type PtzGroup } from "../../../camera/ptz/course.ts";
import { PTZ_RANGE, type PtzAxis, type PtzDriver, type PtzPosition } from "../../../camera/ptz/driver.ts";
import { invalidArgs, invalidArgument } from "../../../soap/fault.ts";
import { readFloatWithin } from "../../../soap/request-values.ts";
import { findChild, type XmlElement } from "../../../soap/xml-element.ts";
import { type Xml, type XmlAttributes, xml } from "../../../soap/xml-writer.ts";
import { describeRange } from "../describe-range.ts";

/** What numbers can mean: where, how far, how fast and whither, how fast. */
export type SpaceKind = "position" | "translation" | "velocity" | "speed";

/** A coordinate system (ONVIF PTZ §5.7); all end at 1. */
export interface Space {
  readonly element: string;
  readonly kind: SpaceKind;
  readonly group: PtzGroup;
  readonly uri: string;
  readonly minimum: number;
}

/** What of a driver decides about spaces. */
export type PtzAbilities = Pick<PtzDriver, "placeable" | "running" | "isDigital">;

/** Numbers of a vector and what they mean. */
export interface VectorPart {
  readonly space: Space;
  readonly values: Partial<PtzPosition>;
}

/** A vector as it was read; parts left out are undefined. */
export type Vector = { readonly [group in PtzGroup]?: VectorPart };

const PAN_TILT = "http://www.onvif.org/ver10/tptz/PanTiltSpaces/";
const ZOOM = "http://www.onvif.org/ver10/tptz/ZoomSpaces/";
/** Translations in halves of what is in sight: 1 brings the border to the centre. */
export const FOV_SPACE = `${PAN_TILT}TranslationSpaceFov`;

const space = (element: string, kind: SpaceKind, group: PtzGroup, name: string, minimum = -1): Space => ({
  element,
  kind,
  group,
  uri: (group === "zoom" ? ZOOM : PAN_TILT) + name,
  minimum,
});

/** In the order of `tt:PTZSpaces`; the first of a kind and group is its default. */
const SPACES: readonly Space[] = [
  space("AbsolutePanTiltPositionSpace", "position", "panTilt", "PositionGenericSpace"),
  space("AbsoluteZoomPositionSpace", "position", "zoom", "PositionGenericSpace", 0),
  space("RelativePanTiltTranslationSpace", "translation", "panTilt", "TranslationGenericSpace"),
  space("RelativePanTiltTranslationSpace", "translation", "panTilt", "TranslationSpaceFov"),
  space("RelativeZoomTranslationSpace", "translation", "zoom", "TranslationGenericSpace"),
  space("ContinuousPanTiltVelocitySpace", "velocity", "panTilt", "VelocityGenericSpace"),
  space("ContinuousZoomVelocitySpace", "velocity", "zoom", "VelocityGenericSpace"),
  space("PanTiltSpeedSpace", "speed", "panTilt", "GenericSpeedSpace", 0),
  space("ZoomSpeedSpace", "speed", "zoom", "ZoomGenericSpeedSpace", 0),
];

const COORDINATES = ["x", "y"] as const;
const SPEED_RANGE = { minimum: 0, maximum: 1 };
const { minimum: WIDE, maximum: TELE } = PTZ_RANGE.zoom;
/** Six digits: more than any motor. */
const PER_UNIT = 1e6;

/** What a driver offers: motors go to a place as fast as they like, and how much they see is not known. */
export function offeredSpaces(driver: PtzAbilities): readonly Space[] {
  return SPACES.filter(
    (each) =>
      (driver.isDigital || (each.kind !== "speed" && each.uri !== FOV_SPACE)) &&
      GROUP_AXES[each.group].some((axis) => canUse(each, axis, driver)),
  );
}

/** The space of a name, else the default one. Throws SoapFault SpaceNotSupported. */
export function findSpace(kind: SpaceKind, group: PtzGroup, uri: string | undefined, driver: PtzAbilities): Space {
  const found = offeredSpaces(driver).find(
    (each) => each.kind === kind && each.group === group && (uri === undefined || each.uri === uri),
  );
  if (found !== undefined) return found;
  throw invalidArgument("ter:SpaceNotSupported", uri ?? `There is no ${kind} space for ${group}`);
}

/** Contents of `tt:PTZSpaces`. */
export function describeSpaces(driver: PtzAbilities): readonly Xml[] {
  return offeredSpaces(driver).map((each) => {
    // a speed is one number for both axes
    const axes = GROUP_AXES[each.group].slice(0, each.kind === "speed" ? 1 : 2);
    const ranges = axes.map((axis, index) =>
      describeRange(index === 0 ? "tt:XRange" : "tt:YRange", rangeOf(each, axis, driver)),
    );
    return xml(`tt:${each.element}`, xml("tt:URI", each.uri), ...ranges);
  });
}

/** Reads PanTilt and Zoom of `parent`. Throws SoapFault SpaceNotSupported, `fault` for numbers out of range and where both are missing. */
export function readVector(
  parent: XmlElement,
  kind: SpaceKind,
  fault: `ter:${string}`,
  driver: PtzAbilities,
  defaultSpace: (group: PtzGroup) => string | undefined = () => undefined,
): Vector {
  const parts = PTZ_GROUPS.flatMap((group) => {
    const element = childOf(parent, group);
    if (element === undefined) return [];
    const found = findSpace(kind, group, element.attributes.get("space") ?? defaultSpace(group), driver);
    const values = GROUP_AXES[group].map(
      (axis, index) =>
        [axis, readFloatWithin(coordinate(element, index), rangeOf(found, axis, driver), fault)] as const,
    );
    return [[group, { space: found, values: Object.fromEntries(values) }] as const];
  });
  if (parts.length === 0) throw invalidArgument(fault, `${parent.name} has neither PanTilt nor Zoom`);
  return Object.fromEntries(parts);
}

/** Speeds of `parent`, of pan and tilt the greater one; a motor whose speed cannot be chosen only has them checked. Throws SoapFault SpaceNotSupported, InvalidSpeed. */
export function readSpeed(parent: XmlElement, driver: PtzAbilities): { readonly [group in PtzGroup]?: number } {
  const speeds = PTZ_GROUPS.flatMap((group) => {
    const element = childOf(parent, group);
    if (element === undefined) return [];
    const uri = element.attributes.get("space");
    if (uri !== undefined) findSpace("speed", group, uri, driver);
    const each = GROUP_AXES[group].map((_, index) =>
      readFloatWithin(coordinate(element, index), SPEED_RANGE, "ter:InvalidSpeed"),
    );
    return [[group, Math.max(...each)] as const];
  });
  return Object.fromEntries(speeds);
}

/** PanTilt and Zoom of a position, as far as the driver knows it. */
export function describePosition({ pan, tilt, zoom }: PtzPosition, driver: PtzAbilities): readonly Xml[] {
  return describeVector(
    "position",
    { panTilt: { x: pan, y: tilt }, zoom: { x: (zoom - WIDE) / (TELE - WIDE) } },
    driver,
  );
}

/** PanTilt and Zoom in the default spaces of a kind; those that the driver lacks are left out. */
export function describeVector(
  kind: SpaceKind,
  values: Readonly<Record<PtzGroup, Readonly<Record<string, number>>>>,
  driver: PtzAbilities,
): readonly Xml[] {
  const offered = offeredSpaces(driver);
  return PTZ_GROUPS.flatMap((group) => {
    const found = offered.find((each) => each.kind === kind && each.group === group);
    if (found === undefined) return [];
    const rounded = Object.entries(values[group]).map(([name, value]) => [
      name,
      Math.round(value * PER_UNIT) / PER_UNIT,
    ]);
    const attributes: XmlAttributes = { ...Object.fromEntries(rounded), space: found.uri };
    return [xml(group === "zoom" ? "tt:Zoom" : "tt:PanTilt", attributes)];
  });
}

/** Values in a position space as the camera counts them. */
export function positionOf(values: Partial<PtzPosition>): Partial<PtzPosition> {
  const { zoom } = values;
  return zoom === undefined ? values : { ...values, zoom: WIDE + zoom * (TELE - WIDE) };
}

/** Where a translation leads from a position; what lies beyond the ends is up to who goes there. */
export function translated(from: PtzPosition, { panTilt, zoom }: Vector): Partial<PtzPosition> {
  const { pan = 0, tilt = 0 } = panTilt?.values ?? {};
  const share = panTilt?.space.uri === FOV_SPACE ? viewShare(from.zoom) : 1;
  return {
    ...(panTilt && { pan: from.pan + pan * share, tilt: from.tilt + tilt * share }),
    ...(zoom && { zoom: from.zoom + (zoom.values.zoom ?? 0) * (TELE - WIDE) }),
  };
}

/** Half of what is in sight, in units of pan and tilt, which span what is not: all in sight leaves nothing to go. */
function viewShare(zoom: number): number {
  return zoom > WIDE ? 1 / (zoom - WIDE) : 0;
}

function canUse({ kind }: Space, axis: PtzAxis, { placeable, running }: PtzAbilities): boolean {
  return placeable.has(axis) || (kind === "velocity" && running.has(axis));
}

function rangeOf(each: Space, axis: PtzAxis, driver: PtzAbilities) {
  return canUse(each, axis, driver) ? { minimum: each.minimum, maximum: 1 } : { minimum: 0, maximum: 0 };
}

function childOf(parent: XmlElement, group: PtzGroup): XmlElement | undefined {
  return findChild(parent, group === "zoom" ? "tt:Zoom" : "tt:PanTilt");
}

function coordinate(element: XmlElement, index: number): string {
  const name = COORDINATES[index] ?? "x";
  const text = element.attributes.get(name);
  if (text === undefined) throw invalidArgs(`${element.name} must have ${name}`);
  return text;
}
