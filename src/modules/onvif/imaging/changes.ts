import type { SettingName } from "../../../settings/keys.ts";
import { invalidArgument, type SoapFault } from "../../../soap/fault.ts";
import { NAMESPACES } from "../../../soap/namespaces.ts";
import { readFloatWithin } from "../../../soap/request-values.ts";
import { findChild, isNamed, type XmlElement } from "../../../soap/xml-element.ts";
import {
  type GroupMember,
  hasMember,
  hasSetting,
  type ImagingStore,
  isNumber,
  MEMBERS,
  modesOf,
  type NumberMember,
  rangeOf,
} from "./settings-table.ts";

/** Values by setting. */
export type ImagingChanges = Readonly<Partial<Record<SettingName, number | boolean>>>;

/** Reads a `tt:ImagingSettings20` as changes of settings. Throws SoapFault SettingsInvalid for what the camera lacks or cannot take. */
export function readImagingChanges(settings: XmlElement, store: ImagingStore): ImagingChanges {
  const changes: Partial<Record<SettingName, number | boolean>> = {};
  const seen = new Set<string>();
  for (const element of settings.children) {
    if (isNamed(element, "tt:Extension") && element.children.length === 0) continue;
    const member = MEMBERS.find(({ name }) => isNamed(element, `tt:${name}`));
    if (member === undefined || seen.has(element.name) || !hasMember(store, member)) throw unsupported(element);
    seen.add(element.name);
    Object.assign(changes, isNumber(member) ? readNumber(member, element, store) : readGroup(member, element, store));
  }
  return changes;
}

function readNumber({ key }: NumberMember, { text }: XmlElement, store: ImagingStore): ImagingChanges {
  const value = readFloatWithin(text, rangeOf(store, key), "ter:SettingsInvalid");
  // the settings are whole numbers
  return { [key]: Math.round(value) };
}

/** What an automatic decides is checked, and left to it. */
function readGroup(member: GroupMember, group: XmlElement, store: ImagingStore): ImagingChanges {
  const text = findChild(group, `tt:${member.mode}`)?.text;
  const mode = modesOf(store, member).find((each) => each === text);
  if (mode === undefined) throw invalidArgument("ter:SettingsInvalid", `${member.name} has no such mode`);
  const values = group.children
    .filter((child) => child.name !== member.mode)
    .map((child) => {
      const value = member.values.find(({ name }) => isNamed(child, `tt:${name}`));
      if (value === undefined || !hasSetting(store, value.key)) throw unsupported(child);
      return readNumber(value, child, store);
    });
  const automatic = hasSetting(store, member.automatic) ? { [member.automatic]: mode === "AUTO" } : {};
  return mode === "AUTO" ? automatic : Object.assign(automatic, ...values);
}

function unsupported({ namespace, name }: XmlElement): SoapFault {
  const what = namespace === NAMESPACES.tt ? name : "An element of another namespace";
  return invalidArgument("ter:SettingsInvalid", `${what.slice(0, 64)} is not supported`);
}
