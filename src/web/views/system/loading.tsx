import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { HttpApi } from "../../api/http.ts";
import { usePage, useText } from "../../app/page.ts";
import { useRetry } from "../../app/retry.ts";
import { Button } from "../../design/button.tsx";
import { ErrorNote, Spinner } from "../../design/notes.tsx";
import { sentenceOf } from "../../text/error-sentence.ts";

/** Something that the camera was asked for. What came last stays while it is asked again. */
export interface Loaded<T> {
  readonly value: T | undefined;
  /** Why the last question failed. */
  readonly error: unknown;
  reload(): void;
}

/** Asks when the component appears and, where it failed, when the camera, the login or the time for it is back; `everyMs`: and again while the page is seen. */
export function useLoaded<T>(ask: (http: HttpApi) => Promise<T>, everyMs?: number): Loaded<T> {
  const { http, session } = usePage();
  const [state, setState] = useState<Pick<Loaded<T>, "value" | "error">>({ value: undefined, error: undefined });
  const newest = useRef(0);
  const asked = useRef(ask);
  asked.current = ask;
  const reload = useCallback(() => {
    newest.current += 1;
    const number = newest.current;
    const keep = (change: (before: Pick<Loaded<T>, "value" | "error">) => Pick<Loaded<T>, "value" | "error">) => {
      if (newest.current === number) setState(change);
    };
    asked.current(http).then(
      (value) => keep(() => ({ value, error: undefined })),
      (error) => keep(({ value }) => ({ value, error })),
    );
  }, [http]);
  useEffect(() => {
    reload();
    const timer = everyMs === undefined ? undefined : setInterval(() => document.hidden || reload(), everyMs);
    return () => {
      newest.current += 1;
      clearInterval(timer);
    };
  }, [reload, everyMs]);
  const viewer = session.viewer.value;
  // a failure is asked about again only when something has changed
  useEffect(() => {
    if (state.error !== undefined) reload();
  }, [viewer]);
  useRetry(state.error, reload);
  return { ...state, reload };
}

interface LoadedPartProps<T> {
  readonly of: Loaded<T>;
  readonly children: (value: T) => ComponentChildren;
}

/** What was loaded, or that it is being loaded, or why it was not. */
export function LoadedPart<T>({ of: { value, error, reload }, children }: LoadedPartProps<T>) {
  const text = useText();
  return (
    <>
      {error !== undefined && (
        <ErrorNote text={sentenceOf(error, text.errors)} retry={{ label: text.app.tryAgain, onRetry: reload }} />
      )}
      {value !== undefined ? children(value) : error === undefined && <Spinner label={text.app.loading} />}
    </>
  );
}

/** A list with pages, as far as it was asked for. */
export interface Paged<T> extends Loaded<readonly T[]> {
  /** Asks for more; undefined: there is no more. */
  readonly more: (() => void) | undefined;
}

interface PagedState<T> {
  readonly path: string;
  readonly value: readonly T[] | undefined;
  readonly next: string | undefined;
  readonly error: unknown;
}

/** Loads the first page of `path`, which has a query already, and more when asked to. */
export function usePaged<T>(path: string): Paged<T> {
  const { http, session } = usePage();
  const fresh = { path, value: undefined, next: undefined, error: undefined };
  const [kept, setState] = useState<PagedState<T>>(fresh);
  const state = kept.path === path ? kept : fresh;
  const newest = useRef(0);
  const load = async (cursor?: string) => {
    newest.current += 1;
    const number = newest.current;
    const before = cursor === undefined ? [] : (state.value ?? []);
    const from = cursor === undefined ? path : `${path}&cursor=${encodeURIComponent(cursor)}`;
    const now = await http.list<T>(from).then(
      ({ items, next }) => ({ path, value: [...before, ...items], next, error: undefined }),
      (error) => ({ ...state, path, error }),
    );
    if (newest.current === number) setState(now);
  };
  const { next } = state;
  const viewer = session.viewer.value;
  // another list, or somebody else who asks
  useEffect(() => {
    if (state.value === undefined || state.error !== undefined) void load();
  }, [path, viewer]);
  // what was asked for of another list is not wanted any more
  useEffect(
    () => () => {
      newest.current += 1;
    },
    [path],
  );
  const reload = () => void load();
  useRetry(state.error, reload);
  return { ...state, reload, more: next === undefined ? undefined : () => void load(next) };
}

/** Asks for the next page of a list. */
export function MoreButton({ of: { more } }: { readonly of: Paged<unknown> }) {
  const text = useText().system;
  if (more === undefined) return null;
  return (
    <div class="row">
      <Button icon="down" onClick={more}>
        {text.more}
      </Button>
    </div>
  );
}
