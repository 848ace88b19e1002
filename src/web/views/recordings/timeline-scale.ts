import type { Span } from "./recording-time.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** What fingers and eyes can still tell apart. */
const MIN_SPAN_MS = 30 * SECOND_MS;
const STEPS_MS = [
  ...[5, 10, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 4, 6, 12].map((hours) => hours * HOUR_MS),
];
/** A thousandth of the line is a pixel or two. */
const RESOLUTION = 1000;

/** A part of the day, `factor` times as long as `shown`, in which `aboutMs` stays where it is. */
export function zoomed(shown: Span, day: Span, factor: number, aboutMs: number): Span {
  const length = shown.toMs - shown.fromMs;
  const wanted = Math.min(Math.max(length * factor, MIN_SPAN_MS), day.toMs - day.fromMs);
  const part = (aboutMs - shown.fromMs) / length;
  return within(day, aboutMs - wanted * part, wanted);
}

/** The part of the day that is so much later. */
export function moved(shown: Span, day: Span, byMs: number): Span {
  return within(day, shown.fromMs + byMs, shown.toMs - shown.fromMs);
}

/** The part of the day in which a moment is seen: as it is, where it is seen already. */
export function revealing(shown: Span, day: Span, atMs: number): Span {
  if (atMs >= shown.fromMs && atMs <= shown.toMs) return shown;
  const length = shown.toMs - shown.fromMs;
  return within(day, atMs - length / 2, length);
}

function within(day: Span, fromMs: number, length: number): Span {
  const from = Math.min(Math.max(fromMs, day.fromMs), day.toMs - length);
  return { fromMs: from, toMs: from + length };
}

/** Moments to be named below the line, at most so many, at even times of the day. */
export function ticks(shown: Span, day: Span, most: number): readonly number[] {
  const length = shown.toMs - shown.fromMs;
  const step = STEPS_MS.find((each) => length / each <= most) ?? 24 * HOUR_MS;
  const first = Math.ceil((shown.fromMs - day.fromMs) / step);
  const count = Math.floor((shown.toMs - day.fromMs) / step) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => day.fromMs + (first + index) * step);
}

/** Where a moment stands on the line, in percent. */
export function percentAt(shown: Span, atMs: number): number {
  return ((atMs - shown.fromMs) / (shown.toMs - shown.fromMs)) * 100;
}

/** What is seen of times in any order: those that touch on the line are one, so that thousands of them draw no more than it can show. */
export function blocks(spans: readonly Span[], shown: Span): readonly Span[] {
  const grain = (shown.toMs - shown.fromMs) / RESOLUTION;
  const seen = spans
    .filter(({ fromMs, toMs }) => toMs >= shown.fromMs && fromMs <= shown.toMs)
    .map(({ fromMs, toMs }) => ({ fromMs: Math.max(fromMs, shown.fromMs), toMs: Math.min(toMs, shown.toMs) }))
    .sort((a, b) => a.fromMs - b.fromMs);
  const merged: Span[] = [];
  for (const span of seen) {
    const last = merged.at(-1);
    if (last !== undefined && span.fromMs - last.toMs < grain)
      merged[merged.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, span.toMs) };
    else merged.push(span);
  }
  return merged;
}
