import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Field } from "../../design/field.tsx";
import { EmptyState } from "../../design/notes.tsx";

/** As much as the camera takes. */
const MAX_SEARCH_LENGTH = 100;
/** Whoever types is asked for no more than the last. */
const SETTLED_AFTER_MS = 300;

/** What part of a log is wanted: by time and text, and one name more. */
export interface LogFilter {
  readonly search: string;
  /** As the browser writes it, local: `2026-11-30T16:00`. */
  readonly from: string;
  readonly to: string;
  /** Of the log's own kinds; empty: all. */
  readonly kind: string;
}

const EVERYTHING: LogFilter = { search: "", from: "", to: "", kind: "" };

/** A filter that is worked on. */
export interface LogFilterState {
  readonly shown: LogFilter;
  /** The same a moment later, so that not every letter is a question. */
  readonly settled: LogFilter;
  change(change: Partial<LogFilter>): void;
  /** Undefined: it lets everything through. */
  readonly clear: (() => void) | undefined;
}

/** A filter that lets everything through at first. */
export function useLogFilter(): LogFilterState {
  const [shown, setShown] = useState(EVERYTHING);
  const [settled, setSettled] = useState(EVERYTHING);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(shown), SETTLED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [shown]);
  const isEmpty = Object.values(shown).every((value) => value === "");
  return {
    shown,
    settled,
    change: (change) => setShown((before) => ({ ...before, ...change })),
    clear: isEmpty ? undefined : () => setShown(EVERYTHING),
  };
}

/** The query of a list; `kindName`: what the camera calls `kind`. */
export function queryOf({ search, from, to, kind }: LogFilter, kindName: string, limit: number): string {
  const query = new URLSearchParams({ limit: String(limit) });
  if (search !== "") query.set("search", search);
  if (kind !== "") query.set(kindName, kind);
  for (const [name, time] of Object.entries({ from, to })) {
    const unixMs = Date.parse(time);
    if (unixMs >= 0) query.set(name, String(unixMs));
  }
  return query.toString();
}

interface LogFiltersProps {
  readonly filter: LogFilterState;
  /** Undefined: the list follows by itself. */
  readonly reload?: () => void;
  /** The choice among the log's own kinds. */
  readonly children: ComponentChildren;
}

/** The fields of a filter. */
export function LogFilters({ filter: { shown, change }, reload, children }: LogFiltersProps) {
  const text = useText().system.log;
  const time = (name: "from" | "to") => (
    <Field
      label={text[name]}
      name={name}
      type="datetime-local"
      value={shown[name]}
      onInput={(event) => change({ [name]: event.currentTarget.value })}
    />
  );
  return (
    <div class="filters">
      <Field
        label={text.search}
        name="search"
        type="search"
        maxLength={MAX_SEARCH_LENGTH}
        value={shown.search}
        onInput={(event) => change({ search: event.currentTarget.value })}
      />
      {children}
      {time("from")}
      {time("to")}
      {reload !== undefined && <Button onClick={reload}>{text.reload}</Button>}
    </div>
  );
}

/** Stands where no line passes the filter; `nothing`: where there is no filter. */
export function NoLines({ filter, nothing }: { readonly filter: LogFilterState; readonly nothing: string }) {
  const text = useText().system.log;
  if (filter.clear === undefined) return <EmptyState icon="check" title={nothing} />;
  return (
    <EmptyState icon="question" title={text.noMatch}>
      <Button onClick={filter.clear}>{text.showAll}</Button>
    </EmptyState>
  );
}
