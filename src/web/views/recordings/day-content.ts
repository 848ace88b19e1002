import type { HttpApi } from "../../api/http.ts";
import { daysLater } from "./day.ts";
import type { Recording, Span } from "./recording-time.ts";
import { spanOf } from "./recording-time.ts";

const PAGE = 1000;
/** A day with more is shown up to there: 5000 files a day are one in 17 seconds. */
const MOST_PAGES = 5;

/** What the timeline of a day shows. */
export interface DayContent {
  readonly day: Span;
  /** Oldest first; one that began the day before may be the first. */
  readonly videos: readonly Recording[];
  readonly snapshots: readonly Recording[];
  readonly motion: readonly Span[];
  /** There is more than is shown. */
  readonly isCut: boolean;
}

interface MotionEvent {
  readonly event: string;
  readonly time: number;
}

/** Asks for everything of a day. `seesEvents`: whether the viewer may read them. Throws `RequestError`. */
export async function loadDay(http: HttpApi, midnight: number, seesEvents: boolean): Promise<DayContent> {
  const day = { fromMs: midnight, toMs: daysLater(midnight, 1) };
  const motionSince = (kind: string) => everything<MotionEvent>(http, `/api/events?kind=${kind}&from=${midnight}`);
  const [files, before, starts, stops] = await Promise.all([
    everything<Recording>(http, `/api/recordings?from=${day.fromMs}&to=${day.toMs}`),
    http.list<Recording>(`/api/recordings?to=${day.fromMs}&kind=video&limit=1`),
    ...(seesEvents ? [motionSince("motion-start"), motionSince("motion-stop")] : []),
  ]);
  const overnight = before.items.filter((each) => spanOf(each).toMs > day.fromMs);
  const known = [...files.items, ...overnight].reverse();
  const motion = [...(starts?.items ?? []), ...(stops?.items ?? [])];
  return {
    day,
    videos: known.filter(({ kind }) => kind === "video"),
    snapshots: known.filter(({ kind }) => kind === "snapshot"),
    motion: motionSpans(motion, day, Date.now()),
    isCut: files.isCut,
  };
}

async function everything<T>(
  http: HttpApi,
  path: string,
): Promise<{ readonly items: readonly T[]; readonly isCut: boolean }> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const part = await http.list<T>(`${path}&limit=${PAGE}${cursor === undefined ? "" : `&cursor=${cursor}`}`);
    items.push(...part.items);
    cursor = part.next;
    if (cursor === undefined) break;
  }
  return { items, isCut: cursor !== undefined };
}

/** When something moved. Motion that has not ended goes on until now; its beginning may be older than the events that are kept. */
export function motionSpans(events: readonly MotionEvent[], day: Span, nowMs: number): readonly Span[] {
  const spans: Span[] = [];
  let sinceMs: number | undefined;
  for (const { event, time } of events.toSorted((a, b) => a.time - b.time)) {
    if (event === "motion-start") sinceMs ??= time;
    else {
      spans.push({ fromMs: sinceMs ?? Math.max(day.fromMs, time), toMs: time });
      sinceMs = undefined;
    }
  }
  if (sinceMs !== undefined) spans.push({ fromMs: sinceMs, toMs: Math.max(nowMs, sinceMs) });
  return spans.filter(({ fromMs }) => fromMs < day.toMs);
}
