/** Looks that are kept: two minutes, as there is one a second. */
const KEPT = 120;
/** A longer silence is a gap. */
const GAP_MS = 3000;

/** How live video arrived at one look. */
export interface HistoryEntry {
  readonly latencyMs: number | undefined;
  readonly fps: number;
  readonly mbitPerSecond: number;
  readonly lossPercent: number;
}

/** What is remembered of each look. */
export type HistoryLine = keyof HistoryEntry;

/** The last looks, oldest first: as many values of each line as times, null where nothing is known. */
export interface ReadingHistory {
  /** Unix seconds. */
  readonly times: readonly number[];
  readonly lines: Readonly<Record<HistoryLine, readonly (number | null)[]>>;
}

/** Nothing was seen yet. */
export const NO_HISTORY: ReadingHistory = {
  times: [],
  lines: { latencyMs: [], fps: [], mbitPerSecond: [], lossPercent: [] },
};

/** The history with one look more, at `nowMs` (Unix); where looks are missing before it, none is made up. */
export function appended(history: ReadingHistory, entry: HistoryEntry, nowMs: number): ReadingHistory {
  const last = history.times.at(-1);
  const isAfterGap = last !== undefined && nowMs - last * 1000 > GAP_MS;
  const kept = isAfterGap ? withLook(history, undefined, last + 1) : history;
  return withLook(kept, entry, nowMs / 1000);
}

function withLook({ times, lines }: ReadingHistory, entry: HistoryEntry | undefined, atS: number): ReadingHistory {
  const more = (line: HistoryLine) => [...lines[line], entry?.[line] ?? null].slice(-KEPT);
  return {
    times: [...times, atS].slice(-KEPT),
    lines: {
      latencyMs: more("latencyMs"),
      fps: more("fps"),
      mbitPerSecond: more("mbitPerSecond"),
      lossPercent: more("lossPercent"),
    },
  };
}
