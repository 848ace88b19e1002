import { invalidArgument, SoapFault } from "../../../soap/fault.ts";
import { readBoolean, readWord, textOf } from "../../../soap/request-values.ts";
import { findChildren } from "../../../soap/xml-element.ts";
import { type Xml, xml } from "../../../soap/xml-writer.ts";
import { namespaceOf, type OnvifService, type OperationTable, operation } from "../operation.ts";

/** The order that `tt:Capabilities` prescribes; those after it stand in its extension. */
const CATEGORIES = ["Analytics", "Device", "Events", "Imaging", "Media", "PTZ"] as const;
const EXTENSIONS = ["DeviceIO"] as const;
const ASKABLE = ["All", ...CATEGORIES] as const;

/** Which services there are: what every client asks first, before it logs in. */
export function serviceOperations(services: () => readonly OnvifService[]): OperationTable {
  return {
    "tds:GetServices": operation({
      access: "PRE_AUTH",
      request: (element) => readBoolean(textOf(element, "tds:IncludeCapability") ?? "false"),
      handle: (hasCapabilities, { origin }) =>
        services().map((service) => describeService(service, origin, hasCapabilities)),
    }),
    "tds:GetCapabilities": operation({
      access: "PRE_AUTH",
      request: (element) => {
        const asked = findChildren(element, "tds:Category").map(({ text }) => readWord(text, ASKABLE));
        return asked.length === 0 ? (["All"] as const) : asked;
      },
      handle: (asked, { origin }) => describeCapabilities(services(), origin, asked),
    }),
    "tds:GetWsdlUrl": operation({
      access: "PRE_AUTH",
      handle: () => xml("tds:WsdlUrl", "https://www.onvif.org/onvif/ver10/device/wsdl/devicemgmt.wsdl"),
    }),
  };
}

function describeService(service: OnvifService, origin: string, hasCapabilities: boolean): Xml {
  const [major, minor] = service.version;
  return xml(
    "tds:Service",
    xml("tds:Namespace", namespaceOf(service)),
    xml("tds:XAddr", origin + service.path),
    hasCapabilities ? xml("tds:Capabilities", service.capabilities()) : undefined,
    xml("tds:Version", xml("tt:Major", major), xml("tt:Minor", minor)),
  );
}

/** Throws SoapFault NoSuchService for a category that this device has no service for. */
function describeCapabilities(
  services: readonly OnvifService[],
  origin: string,
  asked: readonly (typeof ASKABLE)[number][],
): Xml {
  const isAll = asked.includes("All");
  const find = (name: string) => {
    const service = services.find(({ category }) => category?.name === name);
    return service?.category?.describe(origin + service.path);
  };
  const parts = CATEGORIES.filter((name) => isAll || asked.includes(name)).map((name) => {
    const part = find(name);
    if (part === undefined && !isAll)
      throw new SoapFault("Receiver", ["ter:ActionNotSupported", "ter:NoSuchService"], `There is no service ${name}`);
    return part;
  });
  const extensions = isAll ? EXTENSIONS.map(find).filter((part) => part !== undefined) : [];
  if (parts.length === 0) throw invalidArgument(undefined, "No category was asked for");
  return xml("tds:Capabilities", ...parts, extensions.length === 0 ? undefined : xml("tt:Extension", ...extensions));
}
