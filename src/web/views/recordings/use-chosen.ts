import { useEffect, useRef } from "preact/hooks";
import { usePage } from "../../app/page.ts";
import { hashOf } from "../../app/route.ts";
import { dayName, dayOf } from "./day.ts";
import type { DayContent } from "./day-content.ts";
import type { Playhead } from "./playhead.ts";
import { type Recording, recordingAt, spanOf } from "./recording-time.ts";
import { type Loaded, useLoaded } from "./use-loaded.ts";
import type { Place } from "./use-place.ts";

/** Parts of one recording follow each other within this. */
const FOLLOWS_MS = 2000;

/** What the player shows, and the ways to show something else. */
export interface Chosen {
  readonly recording: Loaded<Recording | undefined>;
  /** Undefined: there is none. */
  readonly previous: (() => void) | undefined;
  readonly next: (() => void) | undefined;
  /** Shows the recording of a moment; where there is none, the moment alone. */
  seek(atMs: number): void;
  /** Shows and plays it. */
  open(recording: Recording): void;
  /** Plays what follows without a gap. */
  goOn(): void;
  /** Shows nothing. */
  leave(): void;
  /** Whether the address is being changed by `open`. */
  readonly isOpening: { current: boolean };
}

/** The recording that the address names. */
export function useChosen(
  { day, id }: Place,
  content: DayContent | undefined,
  playhead: Playhead,
  revision: number,
): Chosen {
  const { http } = usePage();
  const isOpening = useRef(false);
  const all = [...(content?.videos ?? []), ...(content?.snapshots ?? [])].sort((a, b) => a.start - b.start);
  const index = all.findIndex((each) => each.id === id);
  const known = all[index];
  const ask = async () =>
    known ??
    (id === undefined ? undefined : await http.get<Recording>(`/api/recordings/${encodeURIComponent(id)}/info`));
  // known is shown at once; what is not of this day is asked for
  const asked = useLoaded(ask, [id, known === undefined && content !== undefined], revision);
  const recording = known === undefined ? asked : { value: known, error: undefined, isLoading: false };
  useStartOf(recording.value, id, playhead);
  const show = (shown: Recording, atMs = shown.start) => {
    playhead.atMs.value = atMs;
    playhead.wanted.value = shown.kind === "video" ? { id: shown.id, atMs } : undefined;
    // moving along the line is not to fill the history
    if (shown.id !== id) location.replace(hashOf("recordings", dayName(day), shown.id));
  };
  const toNeighbour = (neighbour: Recording | undefined) =>
    neighbour === undefined ? undefined : () => show(neighbour);
  return {
    recording,
    isOpening,
    previous: toNeighbour(all[index - 1]),
    next: index < 0 ? undefined : toNeighbour(all[index + 1]),
    seek(atMs) {
      const found = recordingAt(content?.videos ?? [], atMs);
      if (found === undefined) playhead.atMs.value = atMs;
      else show(found, atMs);
    },
    open(opened) {
      playhead.isPlaying.value = true;
      playhead.atMs.value = opened.start;
      playhead.wanted.value = opened.kind === "video" ? { id: opened.id, atMs: opened.start } : undefined;
      isOpening.current = dayOf(opened.start) !== day;
      location.hash = hashOf("recordings", dayName(dayOf(opened.start)), opened.id);
    },
    goOn() {
      const endMs = known === undefined ? 0 : spanOf(known).toMs;
      const next = content?.videos.find(
        ({ start }) => Math.abs(start - endMs) < FOLLOWS_MS && start > (known?.start ?? 0),
      );
      if (next === undefined) playhead.isPlaying.value = false;
      else show(next);
    },
    leave() {
      location.replace(hashOf("recordings", dayName(day)));
    },
  };
}

/** What is newly shown is shown from its beginning, unless another moment of it is wanted. */
function useStartOf(shown: Recording | undefined, id: string | undefined, { atMs, wanted }: Playhead): void {
  const shownId = shown?.id;
  const start = shown?.start;
  useEffect(() => {
    if (id === undefined) atMs.value = undefined;
    else if (shownId !== undefined && wanted.peek()?.id !== shownId) atMs.value = start;
  }, [id, shownId, start, atMs, wanted]);
}
