/** A moment of a Range header. */
export type RangeRequest =
  /** RFC 2326 §3.6, seconds. `start` undefined: from the beginning up to `end`; `end` undefined: open. */
  | { readonly unit: "npt"; readonly start: number | "now" | undefined; readonly end: number | undefined }
  /** RFC 2326 §3.7, Unix milliseconds. */
  | { readonly unit: "clock"; readonly start: number; readonly end: number | undefined }
  /** RFC 2326 §3.5; frames of a tape, not interpreted. */
  | { readonly unit: "smpte" };

/** The Range of every answer about a live stream. */
export const LIVE_RANGE = "npt=now-";

/** Reads a Range header; `;time=` is ignored. Undefined when it is malformed or of another unit: 457 where ranges matter, ignored on live streams. */
export function parseRange(value: string): RangeRequest | undefined {
  const [range = ""] = value.split(";", 1);
  const equals = range.indexOf("=");
  const unit = range.slice(0, Math.max(equals, 0)).trim().toLowerCase();
  const [startText = "", endText = "", ...more] = range.slice(equals + 1).split("-");
  if (more.length > 0 || !range.includes("-")) return undefined;
  const start = startText.trim();
  const end = endText.trim();
  if (unit === "npt") return nptRange(start, end);
  if (unit === "clock") return clockRange(start, end);
  return /^smpte(?:-30-drop|-25)?$/.test(unit) ? { unit: "smpte" } : undefined;
}

/** `npt=1.500-` or `npt=1.500-9.000`; seconds. */
export function formatNptRange(start: number, end: number | undefined): string {
  return `npt=${start.toFixed(3)}-${end === undefined ? "" : end.toFixed(3)}`;
}

/** `clock=20260131T101500.250Z-`; Unix milliseconds. */
export function formatClockRange(start: number, end: number | undefined): string {
  return `clock=${clockText(start)}-${end === undefined ? "" : clockText(end)}`;
}

function clockText(unixMs: number): string {
  return new Date(unixMs).toISOString().replaceAll("-", "").replaceAll(":", "");
}

function nptRange(startText: string, endText: string): RangeRequest | undefined {
  const start = startText === "now" ? "now" : nptSeconds(startText);
  const end = nptSeconds(endText);
  if ((start === undefined && startText !== "") || (end === undefined && endText !== "")) return undefined;
  if (start === undefined && end === undefined) return undefined;
  return { unit: "npt", start, end };
}

/** `12.5` or `1:02:03.5`. */
function nptSeconds(text: string): number | undefined {
  const clock = /^([0-9]{1,9}):([0-5]?[0-9]):([0-5]?[0-9](?:\.[0-9]{0,9})?)$/.exec(text);
  if (clock !== null) return Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3]);
  return /^[0-9]{1,12}(?:\.[0-9]{0,9})?$/.test(text) ? Number(text) : undefined;
}

function clockRange(startText: string, endText: string): RangeRequest | undefined {
  const start = clockMs(startText);
  const end = clockMs(endText);
  if (start === undefined || (end === undefined && endText !== "")) return undefined;
  return { unit: "clock", start, end };
}

/** `19961108T142300.25Z`. */
function clockMs(text: string): number | undefined {
  const match = /^([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})(\.[0-9]{1,9})?Z$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction] = match;
  const whole = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(whole)) return undefined;
  return whole + Math.floor(Number(`0${fraction ?? ""}`) * 1000);
}
