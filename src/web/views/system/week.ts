import type { RecordingWindow } from "../../../settings/keys.ts";

const DAYS = 7;
const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * HOUR_MINUTES;

/** A part of a day in minutes since midnight; `to` does not belong to it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The spans of each day, 0 is Sunday, in order and apart from each other. */
export type Week = readonly (readonly Span[])[];

/** Windows by day; what goes over midnight belongs to both days. */
export function weekOf(windows: readonly RecordingWindow[]): Week {
  const spans = windows.flatMap(({ day, from, to }) => spansOf(day, minuteOf(from), minuteOf(to)));
  return days((day) => joined(spans.filter((span) => span.day === day)));
}

/** What the camera keeps of a week. */
export function windowsOf(week: Week): readonly RecordingWindow[] {
  return week.flatMap((spans, day) => spans.map(({ from, to }) => ({ day, from: timeOf(from), to: timeOf(to) })));
}

/** The week with a part of a day recorded, or not. */
export function painted(week: Week, day: number, { from, to }: Span, isOn: boolean): Week {
  const change = (spans: readonly Span[]) => {
    const kept = spans.flatMap((span) =>
      [
        { from: span.from, to: Math.min(span.to, from) },
        { from: Math.max(span.from, to), to: span.to },
      ].filter((part) => part.from < part.to),
    );
    return joined(isOn ? [...kept, { from, to }] : kept);
  };
  return week.map((spans, index) => (index === day ? change(spans) : spans));
}

/** The week with a window more, as the camera understands one: an end that is not after its beginning is on the next day. */
export function withWindow(week: Week, day: number, from: string, to: string): Week {
  return spansOf(day, minuteOf(from), minuteOf(to)).reduce(
    (before, span) => painted(before, span.day, span, true),
    week,
  );
}

/** How much of an hour is recorded. */
export function coverage(week: Week, day: number, hour: number): "none" | "part" | "all" {
  const { from, to } = hourSpan(hour);
  const minutes = (week[day] ?? []).reduce(
    (sum, span) => sum + Math.max(0, Math.min(to, span.to) - Math.max(from, span.from)),
    0,
  );
  return minutes === 0 ? "none" : minutes === HOUR_MINUTES ? "all" : "part";
}

/** The minutes of an hour. */
export function hourSpan(hour: number): Span {
  return { from: hour * HOUR_MINUTES, to: (hour + 1) * HOUR_MINUTES };
}

/** `HH:MM`; the end of a day is `24:00`. */
export function timeOf(minute: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(minute / HOUR_MINUTES))}:${two(minute % HOUR_MINUTES)}`;
}

function spansOf(day: number, from: number, to: number): readonly (Span & { readonly day: number })[] {
  if (to > from) return [{ day, from, to }];
  const rest = { day: (day + 1) % DAYS, from: 0, to };
  return [{ day, from, to: DAY_MINUTES }, ...(to > 0 ? [rest] : [])];
}

/** In order, those that touch made one. */
function joined(spans: readonly Span[]): readonly Span[] {
  const apart: Span[] = [];
  for (const { from, to } of spans.toSorted((one, other) => one.from - other.from)) {
    const last = apart.at(-1);
    if (last === undefined || last.to < from) apart.push({ from, to });
    else apart[apart.length - 1] = { from: last.from, to: Math.max(last.to, to) };
  }
  return apart;
}

function days<T>(make: (day: number) => T): readonly T[] {
  return Array.from({ length: DAYS }, (_, day) => make(day));
}

function minuteOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return hour * HOUR_MINUTES + minute;
}
