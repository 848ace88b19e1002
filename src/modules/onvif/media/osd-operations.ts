import type { Overlay } from "../../../settings/keys.ts";
import { actionFailed, SoapFault } from "../../../soap/fault.ts";
import type { QualifiedName } from "../../../soap/namespaces.ts";
import { optionalToken, requiredChild, requiredToken } from "../../../soap/request-values.ts";
import { findChildren, type XmlElement } from "../../../soap/xml-element.ts";
import { type Xml, xml } from "../../../soap/xml-writer.ts";
import { actorOf, type OnvifCaller, type OperationTable, operation } from "../operation.ts";
import { TOKENS } from "../profiles.ts";
import { requiredAttribute } from "./configuration-requests.ts";
import type { MediaPrefix } from "./configuration-xml.ts";
import { noConfig } from "./faults.ts";
import { askedTokens, type MediaContext } from "./media-context.ts";
import { DATE_FORMATS, OSD_POSITIONS, OSD_TYPES, type Osd, osdOf, overlayOf, readOsd, TIME_FORMATS } from "./osd.ts";
import { updateSettings } from "./video-encoders.ts";

/** The picture has one overlay. */
const OSD_TOKEN = "OSD_1";

/** Texts on the picture: the setting `overlay`. */
export function osdOperations(context: MediaContext, service: MediaPrefix): OperationTable {
  const { settings } = context.parts;
  const overlay = () => settings.read("overlay") as Overlay;
  const given = (element: XmlElement) => requiredChild(element, `${service}:OSD`);
  const token = (element: XmlElement) => requiredToken(element, `${service}:OSDToken`);
  const change = (changes: Partial<Overlay>, caller: OnvifCaller) =>
    updateSettings(settings, { overlay: changes }, actorOf(caller));
  /** Throws SoapFault NoConfig. */
  const shown = (asked: string): Osd => {
    const osd = osdOf(overlay());
    if (osd === undefined || asked !== OSD_TOKEN) throw noConfig();
    return osd;
  };
  const list = () => {
    const osd = osdOf(overlay());
    return osd && describe(`${service}:OSDs`, osd);
  };
  return {
    [`${service}:GetOSDs`]: operation({
      access: "READ_MEDIA",
      request: (element) => ({
        osd: optionalToken(element, `${service}:OSDToken`),
        sources: findChildren(element, `${service}:ConfigurationToken`).map(({ text }) => text),
      }),
      handle: ({ osd, sources }) => {
        for (const source of sources) checkSource(context, source);
        return osd === undefined ? list() : describe(`${service}:OSDs`, shown(osd));
      },
    }),
    [`${service}:GetOSDOptions`]: operation({
      access: "READ_MEDIA",
      request: (element) => requiredToken(element, `${service}:ConfigurationToken`),
      handle: (source) => {
        checkSource(context, source);
        return describeOptions(`${service}:OSDOptions`);
      },
    }),
    [`${service}:CreateOSD`]: operation({
      access: "ACTUATE",
      request: given,
      handle: (element, caller) =>
        named(service, async () => {
          const osd = readOsd(element);
          if (osdOf(overlay()) !== undefined) throw actionFailed("ter:MaxOSDs", "There is one text already");
          await change(overlayOf(osd, overlay()), caller);
          return xml(`${service}:OSDToken`, OSD_TOKEN);
        }),
    }),
    [`${service}:SetOSD`]: operation({
      access: "ACTUATE",
      request: given,
      handle: (element, caller) =>
        named(service, async () => {
          shown(requiredAttribute(element, "token"));
          await change(overlayOf(readOsd(element), overlay()), caller);
          return undefined;
        }),
    }),
    [`${service}:DeleteOSD`]: operation({
      access: "ACTUATE",
      request: token,
      handle: async (asked, caller) => {
        shown(asked);
        await change({ enabled: false }, caller);
        return undefined;
      },
    }),
    ...(service === "trt" && {
      "trt:GetOSD": operation({
        access: "READ_MEDIA",
        request: token,
        handle: (asked) => describe("trt:OSD", shown(asked)),
      }),
    }),
  };
}

/** Media ver20 names ConfigModify of OSDs a fault of the receiver. */
async function named(service: MediaPrefix, work: () => Promise<Xml | undefined>): Promise<Xml | undefined> {
  try {
    return await work();
  } catch (error) {
    if (service === "tr2" && error instanceof SoapFault && error.subcodes.includes("ter:ConfigModify"))
      throw new SoapFault("Receiver", error.subcodes, error.message);
    throw error;
  }
}

/** Throws SoapFault NoConfig. */
function checkSource(context: MediaContext, configuration: string): void {
  askedTokens(context, "VideoSource", { configuration, profile: undefined });
}

function describe(name: QualifiedName, { type, dateFormat, timeFormat, text, position }: Osd): Xml {
  const corner = Object.keys(OSD_POSITIONS).find((each) => OSD_POSITIONS[each] === position);
  return xml(
    name,
    { token: OSD_TOKEN },
    xml("tt:VideoSourceConfigurationToken", TOKENS.videoSourceConfiguration),
    xml("tt:Type", "Text"),
    xml("tt:Position", xml("tt:Type", corner)),
    xml(
      "tt:TextString",
      xml("tt:Type", type),
      dateFormat === undefined ? undefined : xml("tt:DateFormat", dateFormat),
      timeFormat === undefined ? undefined : xml("tt:TimeFormat", timeFormat),
      text === "" ? undefined : xml("tt:PlainText", text),
    ),
  );
}

function describeOptions(name: QualifiedName): Xml {
  const each = (element: QualifiedName, words: readonly string[]) => words.map((word) => xml(element, word));
  return xml(
    name,
    xml("tt:MaximumNumberOfOSDs", { Total: 1, Image: 0, PlainText: 1, Date: 1, Time: 1, DateAndTime: 1 }),
    xml("tt:Type", "Text"),
    ...each("tt:PositionOption", Object.keys(OSD_POSITIONS)),
    xml(
      "tt:TextOption",
      ...each("tt:Type", OSD_TYPES),
      ...each("tt:DateFormat", Object.keys(DATE_FORMATS)),
      ...each("tt:TimeFormat", Object.keys(TIME_FORMATS)),
    ),
  );
}
