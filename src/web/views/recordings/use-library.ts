import { useState } from "preact/hooks";
import type { HttpApi, ListPart } from "../../api/http.ts";
import { usePage } from "../../app/page.ts";
import { daysLater } from "./day.ts";
import type { Recording } from "./recording-time.ts";
import { type Loaded, useLoaded } from "./use-loaded.ts";

/** All that is ever in the page at once. */
const PAGE = 50;
const PERIODS = { day: 1, week: 7, month: 31 } as const;

/** Which part of the library is listed. */
export interface Choice {
  readonly period: keyof typeof PERIODS | "all";
  readonly kind: "all" | "video" | "snapshot";
  /** The title of a tag; empty: any. */
  readonly tag: string;
}

/** Everything of a day. */
export const WHOLE_DAY: Choice = { period: "day", kind: "all", tag: "" };

/** A page of the list. */
export interface Library extends Loaded<ListPart<Recording>> {
  /** From 1. */
  readonly page: number;
  /** Undefined: there is none. */
  readonly older: (() => void) | undefined;
  readonly newer: (() => void) | undefined;
}

/** The list by choice, a page at a time; who chooses anew begins at its newest. */
export function useLibrary(day: number, choice: Choice, revision: number): Library {
  const { http } = usePage();
  const key = JSON.stringify([choice, choice.period === "all" ? 0 : day]);
  const [turned, setTurned] = useState<{ readonly key: string; readonly cursors: readonly string[] }>({
    key,
    cursors: [],
  });
  const cursors = turned.key === key ? turned.cursors : [];
  const cursor = cursors.at(-1);
  const loaded = useLoaded(() => ask(http, day, choice, cursor), [key, cursor], revision);
  const next = loaded.value?.next;
  return {
    ...loaded,
    page: cursors.length + 1,
    older: next === undefined ? undefined : () => setTurned({ key, cursors: [...cursors, next] }),
    newer: cursors.length === 0 ? undefined : () => setTurned({ key, cursors: cursors.slice(0, -1) }),
  };
}

function ask(
  http: HttpApi,
  day: number,
  { period, kind, tag }: Choice,
  cursor: string | undefined,
): Promise<ListPart<Recording>> {
  const query = new URLSearchParams({ limit: String(PAGE) });
  if (period !== "all") {
    query.set("from", String(daysLater(day, 1 - PERIODS[period])));
    query.set("to", String(daysLater(day, 1)));
  }
  if (kind !== "all") query.set("kind", kind);
  if (tag !== "") query.set("tag", tag);
  if (cursor !== undefined) query.set("cursor", cursor);
  return http.list<Recording>(`/api/recordings?${query}`);
}
