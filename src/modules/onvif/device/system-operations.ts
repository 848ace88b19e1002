import type { Clock } from "../../../core/clock.ts";
import { invalidArgument } from "../../../soap/fault.ts";
import type { QualifiedName } from "../../../soap/namespaces.ts";
import { readBoolean, readWord, requiredText } from "../../../soap/request-values.ts";
import { findChild, findPath, type XmlElement } from "../../../soap/xml-element.ts";
import { type Xml, xml } from "../../../soap/xml-writer.ts";
import { localClock } from "../../host/posix-zone.ts";
import type { Host } from "../../host/service.ts";
import { type OperationTable, operation } from "../operation.ts";
import { actorOf } from "./actor.ts";
import type { NoteChange } from "./host-change.ts";
import { changesOf } from "./host-values.ts";

/** What the device says about itself. */
export interface DeviceFacts {
  readonly manufacturer: string;
  readonly model: string;
  /** Three parts: clients split it. */
  readonly firmwareVersion: string;
  readonly serialNumber: string;
  readonly hardwareId: string;
}

/** What the system's operations read. */
export interface SystemParts {
  readonly clock: Clock;
  readonly facts: DeviceFacts;
  readonly host: Host;
  readonly note: NoteChange;
}

/** A clock's setting as asked for; `utcMs` only by hand. */
interface WantedTime {
  readonly isKept: boolean;
  /** As asked for; undefined: as it is. */
  readonly timeZone: string | undefined;
  readonly utcMs: number;
}

/** Years that a clock can be set to: what 32-bit seconds hold. */
const YEARS = { first: 1970, last: 2037 } as const;

/** The device itself and its clock. */
export function systemOperations({ clock, facts, host, note }: SystemParts): OperationTable {
  return {
    "tds:GetDeviceInformation": operation({
      access: "READ_SYSTEM",
      handle: () => [
        xml("tds:Manufacturer", facts.manufacturer),
        xml("tds:Model", facts.model),
        xml("tds:FirmwareVersion", facts.firmwareVersion),
        xml("tds:SerialNumber", facts.serialNumber),
        xml("tds:HardwareId", facts.hardwareId),
      ],
    }),
    "tds:GetSystemDateAndTime": operation({
      access: "PRE_AUTH",
      handle: () => describeTime(new Date(clock.wallMs()), host.clock().synchronized === "yes", host.timeZone()),
    }),
    "tds:SetSystemDateAndTime": operation({
      access: "WRITE_SYSTEM",
      request: readTime,
      handle: async ({ isKept, timeZone, utcMs }, caller) => {
        const changes = changesOf(host);
        const zone = timeZone === undefined ? undefined : changes.zoneName(timeZone);
        if (timeZone !== undefined && zone === undefined)
          throw invalidArgument("ter:InvalidTimeZone", "The system has no such time zone");
        // a daemon that nobody told of servers has its maker's
        if (isKept && host.clock().source === "unknown")
          throw invalidArgument("ter:NtpServerUndefined", "Nothing keeps this clock by time servers");
        if (zone !== undefined) await changes.setTimeZone(zone);
        if (isKept) await changes.keepTime();
        else await changes.setTime(utcMs);
        note(actorOf(caller), "clock", isKept ? "NTP" : utcMs);
      },
    }),
  };
}

/** Throws SoapFault InvalidDateTime. */
function readTime(element: XmlElement): WantedTime {
  const isKept = readWord(requiredText(element, "tds:DateTimeType"), ["NTP", "Manual"]) === "NTP";
  readBoolean(requiredText(element, "tds:DaylightSavings")); // the time zone says it better
  const timeZone = findPath(element, "tds:TimeZone", "tt:TZ")?.text;
  return { isKept, timeZone, utcMs: isKept ? 0 : readDateTime(findChild(element, "tds:UTCDateTime")) };
}

/** A `tt:DateTime` as Unix milliseconds. */
function readDateTime(element: XmlElement | undefined): number {
  const number = (group: "tt:Time" | "tt:Date", name: QualifiedName) =>
    Number(findPath(element, group, name)?.text || Number.NaN);
  const [year, month, day] = [number("tt:Date", "tt:Year"), number("tt:Date", "tt:Month"), number("tt:Date", "tt:Day")];
  const [hour, minute, second] = [
    number("tt:Time", "tt:Hour"),
    number("tt:Time", "tt:Minute"),
    number("tt:Time", "tt:Second"),
  ];
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const isAsGiven =
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  if (isAsGiven && year >= YEARS.first && year <= YEARS.last) return date.getTime();
  throw invalidArgument("ter:InvalidDateTime", "This is no date and time that the clock can be set to");
}

function describeTime(now: Date, isSynchronized: boolean, timeZone: string): Xml {
  // not by the zone that this process began with: the machine's may be another by now
  const { offsetMs, isDaylightSaving } = localClock(timeZone, now.getTime());
  return xml(
    "tds:SystemDateAndTime",
    // Home Assistant sets clocks that say Manual
    xml("tt:DateTimeType", isSynchronized ? "NTP" : "Manual"),
    xml("tt:DaylightSavings", isDaylightSaving),
    xml("tt:TimeZone", xml("tt:TZ", timeZone)),
    xml("tt:UTCDateTime", dateTime(now)),
    xml("tt:LocalDateTime", dateTime(new Date(now.getTime() + offsetMs))),
  );
}

/** Reads the UTC fields. */
function dateTime(date: Date): readonly Xml[] {
  return [
    xml(
      "tt:Time",
      xml("tt:Hour", date.getUTCHours()),
      xml("tt:Minute", date.getUTCMinutes()),
      xml("tt:Second", date.getUTCSeconds()),
    ),
    xml(
      "tt:Date",
      xml("tt:Year", date.getUTCFullYear()),
      xml("tt:Month", date.getUTCMonth() + 1),
      xml("tt:Day", date.getUTCDate()),
    ),
  ];
}
