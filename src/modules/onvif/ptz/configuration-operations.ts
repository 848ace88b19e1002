import { MAX_PRESETS } from "../../../camera/ptz/presets.ts";
import type { Ptz } from "../../../camera/ptz/ptz.ts";
import { invalidArgument } from "../../../soap/fault.ts";
import { readBoolean, requiredChild, requiredToken, textOf, writeDuration } from "../../../soap/request-values.ts";
import { type Xml, xml } from "../../../soap/xml-writer.ts";
import { type OperationTable, operation } from "../operation.ts";
import { findProfile, type MediaProfiles, TOKENS } from "../profiles.ts";
import { type PtzConfiguration, requireConfiguration, TIMEOUT_RANGE } from "./configuration.ts";
import { describeSpaces } from "./spaces.ts";

const READ = { access: "READ_MEDIA" } as const;

/** What there is to be moved and how. */
export function ptzConfigurationOperations(
  ptz: Pick<Ptz, "driver">,
  configuration: PtzConfiguration,
  profiles: MediaProfiles,
): OperationTable {
  const describeNode = () =>
    xml(
      "tptz:PTZNode",
      { token: TOKENS.ptzNode, FixedHomePosition: false, GeoMove: false },
      xml("tt:Name", "PTZ"),
      xml("tt:SupportedPTZSpaces", ...describeSpaces(ptz.driver)),
      xml("tt:MaximumNumberOfPresets", MAX_PRESETS),
      xml("tt:HomeSupported", true),
    );
  const describe = () => configuration.describe("tptz:PTZConfiguration");
  return {
    "tptz:GetNodes": operation({ ...READ, handle: describeNode }),
    "tptz:GetNode": operation({
      ...READ,
      request: (element) => requiredToken(element, "tptz:NodeToken"),
      handle(token) {
        if (token !== TOKENS.ptzNode) throw invalidArgument("ter:NoEntity", "There is no such PTZ node");
        return describeNode();
      },
    }),
    "tptz:GetConfigurations": operation({ ...READ, handle: describe }),
    "tptz:GetConfiguration": operation({
      ...READ,
      request: (element) => requireConfiguration(requiredToken(element, "tptz:PTZConfigurationToken")),
      handle: describe,
    }),
    "tptz:GetCompatibleConfigurations": operation({
      ...READ,
      request: (element) => findProfile(profiles, requiredToken(element, "tptz:ProfileToken")),
      handle: describe,
    }),
    "tptz:GetConfigurationOptions": operation({
      ...READ,
      request: (element) => requireConfiguration(requiredToken(element, "tptz:ConfigurationToken")),
      handle: () => describeOptions(ptz),
    }),
    "tptz:SetConfiguration": operation({
      access: "ACTUATE",
      request(element) {
        readBoolean(textOf(element, "tptz:ForcePersistence") ?? "true");
        return requiredChild(element, "tptz:PTZConfiguration");
      },
      handle(changed) {
        configuration.change(changed);
        return undefined;
      },
    }),
  };
}

function describeOptions({ driver }: Pick<Ptz, "driver">): Xml {
  return xml(
    "tptz:PTZConfigurationOptions",
    xml("tt:Spaces", ...describeSpaces(driver)),
    xml(
      "tt:PTZTimeout",
      xml("tt:Min", writeDuration(TIMEOUT_RANGE.minimum)),
      xml("tt:Max", writeDuration(TIMEOUT_RANGE.maximum)),
    ),
  );
}
