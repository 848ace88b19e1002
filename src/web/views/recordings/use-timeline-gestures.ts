import { useEffect, useRef } from "preact/hooks";
import type { Span } from "./recording-time.ts";

const WHEEL_ZOOM = 1.0015;

interface Gestures {
  readonly shown: Span;
  readonly onSeek: (atMs: number) => void;
  /** Undefined: nothing is pointed at any more. */
  readonly onHover: (atMs: number | undefined) => void;
  readonly onZoom: (factor: number, aboutMs: number) => void;
  readonly onMove: (byMs: number) => void;
}

/** A pointer drags the playhead, two fingers zoom and move, a wheel zooms with Ctrl and moves sideways. */
export function useTimelineGestures(gestures: Gestures) {
  const track = useRef<HTMLDivElement>(null);
  const newest = useRef(gestures);
  newest.current = gestures;
  useEffect(() => {
    const { current } = track;
    return current === null ? undefined : watch(current, () => newest.current);
  }, []);
  return track;
}

function watch(track: HTMLElement, gestures: () => Gestures): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  const fingers = new Map<number, number>();
  const momentOf = (clientX: number) => {
    const { left, width } = track.getBoundingClientRect();
    const { fromMs, toMs } = gestures().shown;
    return fromMs + ((clientX - left) / width) * (toMs - fromMs);
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    track.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, event.clientX);
    if (fingers.size === 1) gestures().onSeek(momentOf(event.clientX));
  };
  const move = (event: PointerEvent) => {
    const before = fingers.get(event.pointerId);
    gestures().onHover(momentOf(event.clientX));
    if (before === undefined) return;
    if (fingers.size === 2) pinch([...fingers.values()], before, event.clientX, momentOf, gestures());
    fingers.set(event.pointerId, event.clientX);
    if (fingers.size === 1) gestures().onSeek(momentOf(event.clientX));
  };
  const up = (event: PointerEvent) => {
    fingers.delete(event.pointerId);
    if (event.pointerType !== "mouse") gestures().onHover(undefined);
  };
  const wheel = (event: WheelEvent) => {
    const isZoom = event.ctrlKey || event.metaKey;
    const sideways = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
    if (!isZoom && Math.abs(sideways) <= Math.abs(event.shiftKey ? 0 : event.deltaY)) return;
    event.preventDefault();
    if (isZoom) gestures().onZoom(WHEEL_ZOOM ** event.deltaY, momentOf(event.clientX));
    else gestures().onMove(momentOf(sideways) - momentOf(0));
  };
  track.addEventListener("pointerdown", down, { signal });
  track.addEventListener("pointermove", move, { signal });
  track.addEventListener("pointerup", up, { signal });
  track.addEventListener("pointercancel", up, { signal });
  track.addEventListener("pointerleave", () => gestures().onHover(undefined), { signal });
  track.addEventListener("wheel", wheel, { signal, passive: false });
  return () => ended.abort();
}

/** One of two fingers moved: what lies between them stays between them. */
function pinch(
  [first = 0, second = 0]: readonly number[],
  before: number,
  after: number,
  momentOf: (clientX: number) => number,
  { onZoom, onMove }: Gestures,
): void {
  const other = before === first ? second : first;
  const [wasApart, isApart] = [Math.abs(before - other), Math.abs(after - other)];
  if (isApart < 1) return;
  onMove((momentOf(before) - momentOf(after)) / 2);
  onZoom(wasApart / isApart, momentOf((after + other) / 2));
}
