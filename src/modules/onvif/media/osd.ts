import type { Overlay } from "../../../settings/keys.ts";
import { invalidArgs } from "../../../soap/fault.ts";
import { requiredChild, requiredText, textOf } from "../../../soap/request-values.ts";
import type { XmlElement } from "../../../soap/xml-element.ts";
import { TOKENS } from "../profiles.ts";
import { configModify, noConfig } from "./faults.ts";

/** Kinds of text that can be shown. */
export const OSD_TYPES = ["Plain", "Date", "Time", "DateAndTime"] as const;

/** Text on the picture, as ONVIF sees the setting `overlay`. */
export interface Osd {
  readonly type: (typeof OSD_TYPES)[number];
  /** As ONVIF writes them; undefined where the type has none. */
  readonly dateFormat: string | undefined;
  readonly timeFormat: string | undefined;
  /** Beside a date or time too. */
  readonly text: string;
  readonly position: Overlay["position"];
}

/** Formats of dates by what strftime calls them. */
export const DATE_FORMATS: Readonly<Record<string, string>> = {
  "yyyy-MM-dd": "%Y-%m-%d",
  "MM/dd/yyyy": "%m/%d/%Y",
  "dd/MM/yyyy": "%d/%m/%Y",
  "yyyy/MM/dd": "%Y/%m/%d",
  "dddd, MMMM dd, yyyy": "%A, %B %d, %Y",
  "MMMM dd, yyyy": "%B %d, %Y",
  "dd MMMM, yyyy": "%d %B, %Y",
};
/** Likewise of times. */
export const TIME_FORMATS: Readonly<Record<string, string>> = {
  "HH:mm:ss": "%H:%M:%S",
  "hh:mm:ss tt": "%I:%M:%S %p",
};
/** ONVIF's names of corners. */
export const OSD_POSITIONS: Readonly<Record<string, Overlay["position"]>> = {
  UpperLeft: "top-left",
  UpperRight: "top-right",
  LowerLeft: "bottom-left",
  LowerRight: "bottom-right",
};
/** Every way to put a format together. */
const FORMATS = [undefined, ...Object.keys(DATE_FORMATS)].flatMap((dateFormat) =>
  [undefined, ...Object.keys(TIME_FORMATS)].map((timeFormat) => ({ dateFormat, timeFormat })),
);

/** What is shown; undefined: nothing. A format that ONVIF has no name for is told as the nearest. */
export function osdOf({ enabled, position, format, text }: Overlay): Osd | undefined {
  if (!enabled || format + text === "") return undefined;
  const named = FORMATS.find((formats) => formatOf(formats) === format);
  const { dateFormat, timeFormat } = named ?? { dateFormat: "yyyy-MM-dd", timeFormat: "HH:mm:ss" };
  const timed = dateFormat === undefined ? "Time" : timeFormat === undefined ? "Date" : "DateAndTime";
  return { type: format === "" ? "Plain" : timed, dateFormat, timeFormat, text, position };
}

/** The setting that shows it; a format without a name stays when nobody chose another. */
export function overlayOf(osd: Osd, present: Overlay): Overlay {
  const { dateFormat, timeFormat, text, position } = osd;
  const now = osdOf(present);
  const isKept = now?.type === osd.type && now.dateFormat === dateFormat && now.timeFormat === timeFormat;
  return { enabled: true, position, format: isKept ? present.format : formatOf(osd), text };
}

/** Reads `tt:OSDConfiguration`. Sizes and colours are the picture's own affair. Throws SoapFault InvalidArgs, NoConfig, ConfigModify. */
export function readOsd(element: XmlElement): Osd {
  if (requiredText(element, "tt:VideoSourceConfigurationToken") !== TOKENS.videoSourceConfiguration) throw noConfig();
  if (requiredText(element, "tt:Type") !== "Text") throw configModify("Only texts can be shown");
  const position = known(OSD_POSITIONS, requiredText(requiredChild(element, "tt:Position"), "tt:Type"), "position");
  const string = requiredChild(element, "tt:TextString");
  const wanted = requiredText(string, "tt:Type");
  const type = OSD_TYPES.find((each) => each === wanted);
  if (type === undefined) throw configModify(`There are no texts of that type; use ${OSD_TYPES.join(", ")}`);
  if (string.attributes.get("IsPersistentText") === "false") throw configModify("Texts stay over restarts");
  const text = textOf(string, "tt:PlainText") ?? "";
  if (type === "Plain" && text === "") throw invalidArgs("PlainText must hold the text");
  return { type, ...readFormats(string, type), text, position };
}

function readFormats(string: XmlElement, type: Osd["type"]): Pick<Osd, "dateFormat" | "timeFormat"> {
  const dateFormat = type === "Date" || type === "DateAndTime" ? requiredText(string, "tt:DateFormat") : undefined;
  const timeFormat = type === "Time" || type === "DateAndTime" ? requiredText(string, "tt:TimeFormat") : undefined;
  if (dateFormat !== undefined) known(DATE_FORMATS, dateFormat, "date format");
  if (timeFormat !== undefined) known(TIME_FORMATS, timeFormat, "time format");
  return { dateFormat, timeFormat };
}

function known<T>(words: Readonly<Record<string, T>>, word: string, what: string): T {
  const meant = Object.hasOwn(words, word) ? words[word] : undefined;
  if (meant === undefined) throw configModify(`There is no such ${what}; use one of ${Object.keys(words).join(" | ")}`);
  return meant;
}

function formatOf({ dateFormat = "", timeFormat = "" }: Pick<Osd, "dateFormat" | "timeFormat">): string {
  return [DATE_FORMATS[dateFormat], TIME_FORMATS[timeFormat]].filter((part) => part !== undefined).join(" ");
}
