import type { MotionZone, SettingName } from "../../../settings/keys.ts";
import type { SettingsStore } from "../../../settings/settings-store.ts";
import { invalidArgument, SoapFault } from "../../../soap/fault.ts";
import { expandedName, type QualifiedName } from "../../../soap/namespaces.ts";
import { readBoolean, readFloat, resolveName } from "../../../soap/request-values.ts";
import { findChild, findChildren, type XmlElement } from "../../../soap/xml-element.ts";
import { type Xml, xml } from "../../../soap/xml-writer.ts";
import { MOTION_RULE } from "../events/device-notifications.ts";

/** What the rule shows: the settings of motion detection. */
export interface MotionRule {
  readonly isArmed: boolean;
  /** 0–100. */
  readonly sensitivity: number;
  /** Empty: the whole picture. */
  readonly zones: readonly MotionZone[];
}

/** The rule's type and the name of its one parameter (ONVIF Analytics Specification, Motion Region Detector). */
export const RULE_TYPE = "tt:MotionRegionDetector";
export const REGION = "MotionRegion";

const WHOLE: MotionZone = [0, 0, 1, 1];
/** Digits behind the point: a tenth of a pixel of the largest pictures. */
const DIGITS = 5;

/** The settings that the rule shows. */
export const MOTION_KEYS = ["motion-detection", "motion-sensitivity", "motion-zones"] as const satisfies SettingName[];

/** The rule as the settings are now. */
export function readMotionRule(settings: Pick<SettingsStore, "read">): MotionRule {
  return {
    isArmed: settings.read("motion-detection") === true,
    sensitivity: Number(settings.read("motion-sensitivity")),
    // checked by the declaration
    zones: settings.read("motion-zones") as readonly MotionZone[],
  };
}

/** An element of type `tt:Config`; of several zones it shows the rectangle around them. */
export function describeRule(name: QualifiedName, { isArmed, sensitivity, zones }: MotionRule): Xml {
  const [x, y, width, height] = around(zones);
  const corners = [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ] as const;
  // ONVIF's picture goes from −1 to 1, and upwards
  const points = corners.map(([left, top]) => xml("tt:Point", { x: rounded(2 * left - 1), y: rounded(1 - 2 * top) }));
  const region = xml(
    "axt:MotionRegionConfig",
    { Armed: isArmed, Sensitivity: sensitivity / 100 },
    xml("tt:Polygon", points),
  );
  const parameters = xml("tt:Parameters", xml("tt:ElementItem", { Name: REGION }, region));
  return xml(name, { Name: MOTION_RULE, Type: RULE_TYPE }, parameters);
}

/** Reads a rule that is to replace `present`; what it leaves out stays. Throws SoapFault RuleNotExistent, TypeChangeProhibited, InvalidRule. */
export function readRule(element: XmlElement, present: MotionRule): MotionRule {
  if (element.attributes.get("Name") !== MOTION_RULE)
    throw invalidArgument("ter:RuleNotExistent", `The only rule is ${MOTION_RULE}`);
  if (!namesType(element.attributes.get("Type"), element))
    throw new SoapFault("Receiver", ["ter:Action", "ter:TypeChangeProhibited"], `The rule is a ${RULE_TYPE}`);
  const items = findChildren(findChild(element, "tt:Parameters"), "tt:ElementItem");
  const [item] = items;
  const region = findChild(item, "axt:MotionRegionConfig");
  if (items.length !== 1 || item?.attributes.get("Name") !== REGION || region === undefined)
    throw invalidRule(`The rule has one parameter, ${REGION}, with a MotionRegionConfig`);
  if (findChild(region, "axt:PresetToken") !== undefined) throw invalidRule("Regions do not follow presets");
  const armed = region.attributes.get("Armed");
  const sensitivity = region.attributes.get("Sensitivity");
  const polygon = findChild(region, "tt:Polygon");
  return {
    isArmed: armed === undefined ? present.isArmed : inRule(() => readBoolean(armed)),
    sensitivity: sensitivity === undefined ? present.sensitivity : readSensitivity(sensitivity),
    zones: polygon === undefined ? present.zones : readZones(polygon, present.zones),
  };
}

/** Whether a qualified name means the rule's type. */
export function namesType(text: string | undefined, element: XmlElement): boolean {
  const { namespace, local } = expandedName(RULE_TYPE as QualifiedName);
  return text !== undefined && resolveName(text.trim(), element) === `{${namespace}}${local}`;
}

function readSensitivity(text: string): number {
  const value = inRule(() => readFloat(text));
  if (value < 0 || value > 1) throw invalidRule("The sensitivity must be between 0 and 1");
  return Math.round(value * 100);
}

/** A rectangle that only repeats what is shown of several zones leaves them alone. */
function readZones(polygon: XmlElement, present: readonly MotionZone[]): readonly MotionZone[] {
  const points = findChildren(polygon, "tt:Point").map(({ attributes }) => {
    const [x, y] = ["x", "y"].map((name) => inRule(() => readFloat(attributes.get(name) ?? "")));
    return [((x ?? 0) + 1) / 2, (1 - (y ?? 0)) / 2].map(rounded) as [number, number];
  });
  const zone = rectangle(points);
  const isWhole = same(zone, WHOLE);
  if (same(zone, around(present)) && (!isWhole || present.length > 0)) return present;
  return isWhole ? [] : [zone];
}

function rectangle(points: readonly (readonly [number, number])[]): MotionZone {
  const [xs, ys] = ([0, 1] as const).map((axis) => points.map((point) => point[axis])) as [number[], number[]];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [right, bottom] = [Math.max(...xs), Math.max(...ys)];
  const corners = new Set(points.map(String));
  const isRectangle =
    points.length === 4 &&
    corners.size === 4 &&
    points.every(([x, y]) => (x === left || x === right) && (y === top || y === bottom));
  if (!isRectangle || right === left || bottom === top)
    throw invalidRule("The polygon must be the four corners of a rectangle");
  if (left < 0 || top < 0 || right > 1 || bottom > 1)
    throw invalidRule("The polygon must lie in the picture, from −1 to 1");
  return [left, top, rounded(right - left), rounded(bottom - top)];
}

function around(zones: readonly MotionZone[]): MotionZone {
  if (zones.length === 0) return WHOLE;
  const left = Math.min(...zones.map(([x]) => x));
  const top = Math.min(...zones.map(([, y]) => y));
  const right = Math.max(...zones.map(([x, , width]) => x + width));
  const bottom = Math.max(...zones.map(([, y, , height]) => y + height));
  return [left, top, right - left, bottom - top];
}

function same(one: MotionZone, other: MotionZone): boolean {
  return one.every((value, index) => Math.abs(value - (other[index] ?? 0)) < 2 * 10 ** -DIGITS);
}

function rounded(value: number): number {
  return Number(value.toFixed(DIGITS));
}

/** What cannot be read in a rule makes it an invalid one. */
function inRule<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof SoapFault ? invalidRule(error.message) : error;
  }
}

function invalidRule(reason: string): SoapFault {
  return invalidArgument("ter:InvalidRule", reason);
}
