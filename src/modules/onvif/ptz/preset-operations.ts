import type { PtzPosition } from "../../../camera/ptz/driver.ts";
import { HOME_ID, MAX_PRESETS, type PtzPreset } from "../../../camera/ptz/presets.ts";
import type { Ptz } from "../../../camera/ptz/ptz.ts";
import { actionFailed, invalidArgument } from "../../../soap/fault.ts";
import { optionalToken, requiredToken, textOf } from "../../../soap/request-values.ts";
import type { XmlElement } from "../../../soap/xml-element.ts";
import { type Xml, xml } from "../../../soap/xml-writer.ts";
import { type OperationTable, operation } from "../operation.ts";
import { CLIENT, type MoveParts, readTravelSpeed } from "./move-operations.ts";
import { requirePtzProfile } from "./ptz-profile.ts";
import { describePosition, type PtzAbilities } from "./spaces.ts";

const ACTUATE = { access: "ACTUATE" } as const;
/** As everywhere else. */
const PRESET_NAME = /^\P{Cc}{1,64}$/u;

/** Positions with names, and home, which is a preset of its own kind. */
export function presetOperations({ ptz, configuration, profiles }: MoveParts): OperationTable {
  const { presets } = ptz;
  const speedIn = (element: XmlElement) => readTravelSpeed(element, ptz, configuration);
  const travel = (to: PtzPosition, element: XmlElement) => {
    const { pan, tilt, zoom } = to;
    const speed = speedIn(element);
    return () => ptz.travel({ pan, tilt, zoom }, speed, CLIENT);
  };
  const onProfile = (element: XmlElement) => {
    requirePtzProfile(profiles, element);
    return element;
  };
  const act = (deed: () => void) => {
    deed();
    return undefined;
  };
  return {
    "tptz:GetPresets": operation({
      access: "READ_MEDIA",
      request: onProfile,
      handle: () => listed(ptz).map((preset) => describePreset(preset, ptz.driver)),
    }),
    "tptz:SetPreset": operation({
      ...ACTUATE,
      request(element) {
        onProfile(element);
        return { name: textOf(element, "tptz:PresetName"), token: optionalToken(element, "tptz:PresetToken") };
      },
      handle: ({ name, token }) => xml("tptz:PresetToken", savePreset(ptz, name, token)),
    }),
    "tptz:RemovePreset": operation({
      ...ACTUATE,
      request: (element) => {
        onProfile(element);
        return presetIn(ptz, requiredToken(element, "tptz:PresetToken"));
      },
      handle: ({ id }) => act(() => presets.remove(id)),
    }),
    "tptz:GotoPreset": operation({
      ...ACTUATE,
      request(element) {
        onProfile(element);
        return travel(presetIn(ptz, requiredToken(element, "tptz:PresetToken")), element);
      },
      handle: act,
    }),
    "tptz:GotoHomePosition": operation({
      ...ACTUATE,
      request: (element) => travel(presets.home(), onProfile(element)),
      handle: act,
    }),
    "tptz:SetHomePosition": operation({
      ...ACTUATE,
      request: onProfile,
      handle: () => act(() => presets.save(HOME_ID, ptz.position)),
    }),
  };
}

/** Home has operations of its own. */
function listed({ presets }: Pick<Ptz, "presets">): readonly PtzPreset[] {
  return presets.list().filter(({ id }) => id !== HOME_ID);
}

function presetIn(ptz: Pick<Ptz, "presets">, token: string): PtzPreset {
  const found = listed(ptz).find(({ id }) => id === token);
  if (found === undefined) throw invalidArgument("ter:NoToken", "There is no such preset");
  return found;
}

/** Gives the token. Throws SoapFault MovingPTZ, NoToken, InvalidPresetName, PresetExist, TooManyPresets. */
function savePreset(ptz: Ptz, name: string | undefined, token: string | undefined): string {
  const { presets, position, moving } = ptz;
  const others = listed(ptz).filter(({ id }) => id !== token);
  if (token !== undefined) presetIn(ptz, token);
  if (name !== undefined && (!PRESET_NAME.test(name) || name === HOME_ID))
    throw invalidArgument("ter:InvalidPresetName", "A preset's name has 1 to 64 characters and is not home");
  if (others.some((preset) => preset.name === name))
    throw invalidArgument("ter:PresetExist", "Another preset has this name");
  if (moving.panTilt || moving.zoom) throw actionFailed("ter:MovingPTZ", "The camera is moving");
  if (token !== undefined) {
    presets.replace(token, name, position);
    return token;
  }
  if (others.length >= MAX_PRESETS) throw actionFailed("ter:TooManyPresets", `There are ${MAX_PRESETS} presets`);
  return presets.save(name ?? freeName(others), position).id;
}

function freeName(others: readonly PtzPreset[]): string {
  const names = new Set(others.map(({ name }) => name));
  let number = 1;
  while (names.has(`Preset ${number}`)) number += 1;
  return `Preset ${number}`;
}

function describePreset(preset: PtzPreset, driver: PtzAbilities): Xml {
  const place = describePosition(preset, driver);
  return xml(
    "tptz:Preset",
    { token: preset.id },
    xml("tt:Name", preset.name),
    place.length === 0 ? undefined : xml("tt:PTZPosition", ...place),
  );
}
