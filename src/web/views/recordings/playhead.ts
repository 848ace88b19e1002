import { type Signal, signal } from "@preact/signals";

/** Where the player stands; the timeline and it move each other by this. */
export interface Playhead {
  /** The moment that is shown, Unix milliseconds; undefined: none. */
  readonly atMs: Signal<number | undefined>;
  /** Where the player of this recording is to go next. */
  readonly wanted: Signal<{ readonly id: string; readonly atMs: number } | undefined>;
  /** Whether what is chosen next plays by itself. */
  readonly isPlaying: Signal<boolean>;
}

/** Nothing is shown. */
export function createPlayhead(): Playhead {
  return { atMs: signal(undefined), wanted: signal(undefined), isPlaying: signal(false) };
}
