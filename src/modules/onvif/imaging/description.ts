import type { QualifiedName } from "../../../soap/namespaces.ts";
import { type Xml, xml } from "../../../soap/xml-writer.ts";
import { describeRange } from "../describe-range.ts";
import {
  hasMember,
  hasSetting,
  type ImagingStore,
  isNumber,
  MEMBERS,
  modesOf,
  type NumberMember,
  rangeOf,
} from "./settings-table.ts";

/** The settings that the camera has as an element of type `tt:ImagingSettings20`. */
export function describeImagingSettings(element: QualifiedName, store: ImagingStore): Xml {
  const number = ({ name, key }: NumberMember) => {
    const value = store.read(key);
    return typeof value === "number" ? xml(`tt:${name}`, value) : undefined;
  };
  const members = MEMBERS.filter((member) => hasMember(store, member)).map((member) => {
    if (isNumber(member)) return number(member);
    const mode = store.read(member.automatic) === true ? "AUTO" : "MANUAL";
    return xml(`tt:${member.name}`, xml(`tt:${member.mode}`, mode), ...member.values.map(number));
  });
  return xml(element, ...members);
}

/** What SetImagingSettings takes, as `timg:ImagingOptions`. */
export function describeImagingOptions(store: ImagingStore): Xml {
  const range = ({ name, option, key }: NumberMember) =>
    hasSetting(store, key) ? describeRange(`tt:${option ?? name}`, rangeOf(store, key)) : undefined;
  const members = MEMBERS.filter((member) => hasMember(store, member)).map((member) => {
    if (isNumber(member)) return range(member);
    const modes = modesOf(store, member).map((mode) => xml(`tt:${member.modeOption}`, mode));
    return xml(`tt:${member.name}`, ...modes, ...member.values.map(range));
  });
  return xml("timg:ImagingOptions", ...members);
}
