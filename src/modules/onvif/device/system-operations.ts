import type { Clock } from "../../../core/clock.ts";
import { type Xml, xml } from "../../../soap/xml-writer.ts";
import { type OperationTable, operation } from "../operation.ts";

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
  /** Whether the clock agrees with the world. */
  readonly isSynchronized: () => boolean;
  /** The machine's time zone as POSIX writes it: `CET-1CEST,M3.5.0,M10.5.0/3`. */
  readonly timeZone: () => string;
}

/** The device itself and its clock. */
export function systemOperations({ clock, facts, isSynchronized, timeZone }: SystemParts): OperationTable {
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
      handle: () => describeTime(new Date(clock.wallMs()), isSynchronized(), timeZone()),
    }),
  };
}

function describeTime(now: Date, isSynchronized: boolean, timeZone: string): Xml {
  const offsetMs = now.getTimezoneOffset() * 60_000;
  return xml(
    "tds:SystemDateAndTime",
    // Home Assistant sets clocks that say Manual
    xml("tt:DateTimeType", isSynchronized ? "NTP" : "Manual"),
    xml("tt:DaylightSavings", isDaylightSaving(now)),
    xml("tt:TimeZone", xml("tt:TZ", timeZone)),
    xml("tt:UTCDateTime", dateTime(now)),
    xml("tt:LocalDateTime", dateTime(new Date(now.getTime() - offsetMs))),
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

function isDaylightSaving(now: Date): boolean {
  const year = now.getFullYear();
  const standard = Math.max(new Date(year, 0, 1).getTimezoneOffset(), new Date(year, 6, 1).getTimezoneOffset());
  return now.getTimezoneOffset() < standard;
}
