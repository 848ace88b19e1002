import { useRef, useState } from "preact/hooks";
import { useFormats, useText } from "../../app/page.ts";
import { between, MIN_SIDE, moved, type Rectangle, resized } from "./zone-geometry.ts";

/** As the camera allows. */
export const MAX_ZONES = 16;
/** Of an arrow key. */
const STEP = 0.01;
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowRight: [STEP, 0],
  ArrowLeft: [-STEP, 0],
  ArrowDown: [0, STEP],
  ArrowUp: [0, -STEP],
};

interface ZoneEditorProps {
  /** URL of the picture below. */
  readonly picture: string | undefined;
  readonly zones: readonly Rectangle[];
  /** Undefined: to look at only. */
  readonly onChange: ((zones: readonly Rectangle[]) => void) | undefined;
}

/** Rectangles on the picture: drawn, moved and sized with mouse or finger, or with keys. */
export function ZoneEditor({ picture, zones, onChange }: ZoneEditorProps) {
  const text = useText().system.motion;
  const { stage, handlers, drawn } = useDrawing(zones, onChange);
  const shown = drawn === undefined ? zones : [...zones, drawn];
  return (
    <section
      ref={stage}
      class={`zones ${onChange === undefined ? "" : "zones-open"}`}
      aria-label={text.zones}
      {...(onChange === undefined ? {} : handlers)}
    >
      {picture === undefined ? <div class="zones-blank" /> : <img src={picture} alt={text.picture} draggable={false} />}
      {shown.map((zone, index) => (
        // zones have no names
        <Zone key={index} zone={zone} index={index} isOpen={onChange !== undefined} />
      ))}
    </section>
  );
}

interface ZoneProps {
  readonly zone: Rectangle;
  readonly index: number;
  readonly isOpen: boolean;
}

function Zone({ zone, index, isOpen }: ZoneProps) {
  const text = useText().system.motion;
  const formats = useFormats();
  const percent = (part: number) => `${formats.number(part * 100)} %`;
  const place = text.zone(index + 1, percent(zone.x), percent(zone.y), percent(zone.width), percent(zone.height));
  return (
    <button
      type="button"
      class="zone"
      disabled={!isOpen}
      data-zone={index}
      aria-label={place}
      style={{
        left: `${zone.x * 100}%`,
        top: `${zone.y * 100}%`,
        width: `${zone.width * 100}%`,
        height: `${zone.height * 100}%`,
      }}
    >
      <span class="zone-name figures">{index + 1}</span>
      {isOpen && <span class="zone-corner" data-corner={index} />}
    </button>
  );
}

/** What the pointer does while it is down. */
interface Stroke {
  readonly kind: "draw" | "move" | "size";
  readonly index: number;
  readonly startX: number;
  readonly startY: number;
  readonly before: Rectangle;
}

function useDrawing(zones: readonly Rectangle[], onChange: ZoneEditorProps["onChange"]) {
  const stage = useRef<HTMLElement>(null);
  const stroke = useRef<Stroke | undefined>(undefined);
  const [drawn, setDrawn] = useState<Rectangle>();
  const change = (index: number, zone: Rectangle) =>
    onChange?.(zones.map((each, position) => (position === index ? zone : each)));
  const place = ({ clientX, clientY }: PointerEvent): readonly [number, number] => {
    const box = stage.current?.getBoundingClientRect() ?? new DOMRect(0, 0, 1, 1);
    return [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
  };
  const handlers = {
    onPointerDown(event: PointerEvent) {
      if (event.button !== 0) return;
      const [startX, startY] = place(event);
      const { kind, index } = aimedAt(event.target);
      const before = zones[index] ?? between(startX, startY, startX, startY);
      if (kind === "draw" && zones.length >= MAX_ZONES) return;
      stroke.current = { kind, index, startX, startY, before };
      stage.current?.setPointerCapture(event.pointerId);
    },
    onPointerMove(event: PointerEvent) {
      if (stroke.current === undefined) return;
      const { kind, index, startX, startY, before } = stroke.current;
      const [x, y] = place(event);
      if (kind === "draw") setDrawn(between(startX, startY, x, y));
      else change(index, (kind === "move" ? moved : resized)(before, x - startX, y - startY));
    },
    onLostPointerCapture() {
      stroke.current = undefined;
      setDrawn(undefined);
      if (drawn !== undefined && drawn.width >= MIN_SIDE && drawn.height >= MIN_SIDE) onChange?.([...zones, drawn]);
    },
    onKeyDown(event: KeyboardEvent) {
      const { kind, index } = aimedAt(event.target);
      const [zone, step] = [zones[index], ARROWS[event.key]];
      if (kind === "draw" || zone === undefined) return;
      if (event.key === "Delete" || event.key === "Backspace") onChange?.(zones.filter((_, each) => each !== index));
      else if (step !== undefined) change(index, (event.shiftKey ? resized : moved)(zone, step[0], step[1]));
      else return;
      event.preventDefault();
    },
  };
  return { stage, handlers, drawn };
}

function aimedAt(target: EventTarget | null): Pick<Stroke, "kind" | "index"> {
  const element = target instanceof Element ? target : undefined;
  const corner = element?.closest<HTMLElement>("[data-corner]")?.dataset.corner;
  if (corner !== undefined) return { kind: "size", index: Number(corner) };
  const zone = element?.closest<HTMLElement>("[data-zone]")?.dataset.zone;
  return zone === undefined ? { kind: "draw", index: -1 } : { kind: "move", index: Number(zone) };
}
