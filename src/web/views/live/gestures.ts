import { type Signal, signal } from "@preact/signals";
import { type Magnification, magnified, type Point, resized, shifted, WHOLE } from "./digital-zoom.ts";
import type { Steering } from "./steering.ts";

/** A turn of the wheel by so many pixels magnifies twice. */
const WHEEL_PIXELS_PER_DOUBLING = 300;
/** A drag of half the stage's width steers at full speed. */
const FULL_SPEED_PART = 0.5;
/** Of a double click or tap. */
const QUICK_FACTOR = 2.5;

/** What hands do on the picture. */
export interface Gestures {
  readonly magnification: Signal<Magnification>;
  /** Listens on the stage; the function returned ends that. */
  attach(stage: HTMLElement): () => void;
  /** Around the middle of the stage. */
  magnify(times: number): void;
}

/**
 * Wheel, pinch and double click magnify; a drag moves what is magnified. Of the whole picture a drag with a mouse or pen steers the camera, where
 * it can be steered; fingers have the pad, since they scroll.
 */
export function createGestures(steering: () => Steering | undefined): Gestures {
  const magnification = signal(WHOLE);
  const pointers = new Map<number, Point>();
  let stage: HTMLElement | undefined;
  let steeredFrom: Point | undefined;

  const pointOf = (event: MouseEvent): Point => {
    const box = stage?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
  };
  const magnifyAt = (times: number, at: Point) => {
    magnification.value = magnified(magnification.peek(), times, at, sizeOf(stage));
  };
  const pinch = (id: number, to: Point) => {
    const other = [...pointers].find(([each]) => each !== id)?.[1];
    const from = pointers.get(id);
    if (other === undefined || from === undefined) return;
    const times = distance(to, other) / Math.max(1, distance(from, other));
    magnifyAt(times, { x: (to.x + other.x) / 2, y: (to.y + other.y) / 2 });
  };
  const handlers: Partial<{ [K in keyof HTMLElementEventMap]: (event: HTMLElementEventMap[K]) => void }> = {
    wheel(event) {
      event.preventDefault();
      // a pinch on a touchpad comes as a wheel with Ctrl, in small steps
      const pixels = event.deltaY * (event.ctrlKey ? 5 : 1) * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1);
      magnifyAt(2 ** (-pixels / WHEEL_PIXELS_PER_DOUBLING), pointOf(event));
    },
    dblclick(event) {
      if (event.target instanceof Element && event.target.closest("button, a, select") !== null) return;
      if (magnification.peek().factor > 1) magnification.value = WHOLE;
      else magnifyAt(QUICK_FACTOR, pointOf(event));
    },
    pointerdown(event) {
      if (event.button !== 0 || (event.target instanceof Element && event.target.closest("button, a") !== null)) return;
      stage?.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, pointOf(event));
      const isSteered = magnification.peek().factor === 1 && event.pointerType !== "touch" && pointers.size === 1;
      steeredFrom = isSteered && steering() !== undefined ? pointOf(event) : undefined;
    },
    pointermove(event) {
      const from = pointers.get(event.pointerId);
      if (from === undefined) return;
      const to = pointOf(event);
      if (pointers.size === 2) pinch(event.pointerId, to);
      else if (steeredFrom !== undefined) steering()?.move(speedsOf(steeredFrom, to, sizeOf(stage)));
      else magnification.value = shifted(magnification.peek(), { x: to.x - from.x, y: to.y - from.y }, sizeOf(stage));
      pointers.set(event.pointerId, to);
    },
    pointerup: release,
    pointercancel: release,
  };
  function release(event: PointerEvent) {
    pointers.delete(event.pointerId);
    if (steeredFrom !== undefined) steering()?.stop();
    steeredFrom = undefined;
  }
  return {
    magnification,
    magnify: (times) => magnifyAt(times, { x: sizeOf(stage).x / 2, y: sizeOf(stage).y / 2 }),
    attach(element) {
      stage = element;
      const ended = new AbortController();
      for (const [name, handler] of Object.entries(handlers)) {
        element.addEventListener(name, handler as EventListener, { signal: ended.signal, passive: false });
      }
      const stopWatching = watchSize(element, (from, to) => {
        magnification.value = resized(magnification.peek(), from, to);
      });
      return () => {
        ended.abort();
        stopWatching();
      };
    },
  };
}

function sizeOf(stage: HTMLElement | undefined): Point {
  return { x: stage?.clientWidth ?? 0, y: stage?.clientHeight ?? 0 };
}

/** Tells what the stage's size was and is, whenever it changes, until the function returned is called. */
function watchSize(stage: HTMLElement, onChange: (from: Point, to: Point) => void): () => void {
  let size = sizeOf(stage);
  const watch = new ResizeObserver(() => {
    const from = size;
    size = sizeOf(stage);
    onChange(from, size);
  });
  watch.observe(stage);
  return () => watch.disconnect();
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/** The picture follows the hand: to see what is left, one drags to the right. */
function speedsOf(from: Point, to: Point, size: Point): { readonly pan: number; readonly tilt: number } {
  const part = (moved: number) => Math.max(-1, Math.min(1, moved / Math.max(1, size.x * FULL_SPEED_PART)));
  return { pan: -part(to.x - from.x), tilt: part(to.y - from.y) };
}
