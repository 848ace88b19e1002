import { computed, effect, type Signal, signal } from "@preact/signals";
import type { Session } from "../api/session.ts";

/** What was made and not saved yet, and in JSON what it was made of. */
export interface KeptDraft<T> {
  readonly value: T;
  readonly over: string;
}

/** By name, as long as the page and its viewer. */
export type Drafts = Signal<Readonly<Record<string, KeptDraft<unknown>>>>;

/** The viewer's drafts: nobody else finds them. While there are any, the browser asks before the page is closed. */
export function createDrafts(session: Session): Drafts {
  const drafts: Drafts = signal({});
  const user = computed(() => session.viewer.value?.user);
  effect(() => {
    void user.value;
    drafts.value = {};
  });
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  effect(() => {
    if (Object.keys(drafts.value).length === 0) return undefined;
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  });
  return drafts;
}
