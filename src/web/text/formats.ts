/** Numbers, times and sizes as a language writes them. */
export interface Formats {
  /** With exactly `digits` decimals. */
  number(value: number, digits?: number): string;
  /** Decimal units, as disks are sold: `1.5 GB`. */
  bytes(bytes: number): string;
  /** `1:02:03`, minutes and seconds always. */
  duration(ms: number): string;
  /** Of Unix milliseconds, in the viewer's time zone. */
  date(unixMs: number): string;
  time(unixMs: number): string;
  dateTime(unixMs: number): string;
}

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** `language` as in RFC 5646. */
export function createFormats(language: string): Formats {
  const number = (value: number, digits = 0) =>
    value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const date = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
  // as the time in the picture and on the timeline is written
  const hourCycle = "h23";
  const time = new Intl.DateTimeFormat(language, { timeStyle: "medium", hourCycle });
  const dateTime = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium", hourCycle });
  return {
    number,
    bytes(bytes) {
      const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), BYTE_UNITS.length - 1);
      const scaled = bytes / 1000 ** step;
      return `${number(scaled, step === 0 || scaled >= 100 ? 0 : 1)} ${BYTE_UNITS[step]}`;
    },
    duration(ms) {
      const seconds = Math.max(0, Math.floor(ms / 1000));
      const two = (value: number) => String(value).padStart(2, "0");
      const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
      return `${hours > 0 ? `${hours}:` : ""}${two(minutes)}:${two(seconds % 60)}`;
    },
    date: (unixMs) => date.format(unixMs),
    time: (unixMs) => time.format(unixMs),
    dateTime: (unixMs) => dateTime.format(unixMs),
  };
}
