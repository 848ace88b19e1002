import { useEffect, useRef, useState } from "preact/hooks";
import { usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Select } from "../../design/field.tsx";
import type { Speeds, Steering } from "./steering.ts";

const BUTTON_SPEED = 0.5;
const DIRECTIONS = [
  ["up", { tilt: BUTTON_SPEED }],
  ["left", { pan: -BUTTON_SPEED }],
  ["right", { pan: BUTTON_SPEED }],
  ["down", { tilt: -BUTTON_SPEED }],
] as const satisfies readonly (readonly [string, Speeds])[];

/** Arrows to hold down, and a knob between them to drag: the further, the faster. */
export function SteeringPad({ steering }: { readonly steering: Steering }) {
  const text = useText().live.steering;
  return (
    <>
      <div class="pad">
        {DIRECTIONS.map(([name, speeds]) => (
          <Button
            key={name}
            class={`button pad-${name}`}
            icon={name}
            title={text[name]}
            onPointerDown={(event) => {
              event.currentTarget.setPointerCapture(event.pointerId);
              steering.move(speeds);
            }}
            onPointerUp={steering.stop}
            onPointerCancel={steering.stop}
            onKeyDown={(event) => isPress(event) && steering.move(speeds)}
            onKeyUp={steering.stop}
            onBlur={steering.stop}
          />
        ))}
        <Knob steering={steering} />
      </div>
      <Button icon="home" onClick={steering.home}>
        {text.home}
      </Button>
      <Presets steering={steering} />
    </>
  );
}

function isPress({ key, repeat }: KeyboardEvent): boolean {
  return !repeat && (key === "Enter" || key === " ");
}

/** For hands alone: keys have the arrows. */
function Knob({ steering }: { readonly steering: Steering }) {
  const field = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<{ readonly x: number; readonly y: number }>();
  const follow = (event: PointerEvent) => {
    const box = field.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return;
    const part = (distance: number, length: number) => Math.max(-1, Math.min(1, distance / (length / 2)));
    const x = part(event.clientX - box.left - box.width / 2, box.width);
    const y = part(event.clientY - box.top - box.height / 2, box.height);
    setAt({ x, y });
    steering.move({ pan: x, tilt: -y });
  };
  const release = () => {
    if (at === undefined) return;
    setAt(undefined);
    steering.stop();
  };
  const begin = (event: PointerEvent) => {
    field.current?.setPointerCapture(event.pointerId);
    follow(event);
  };
  return (
    <div
      ref={field}
      class="pad-field"
      aria-hidden="true"
      onPointerDown={begin}
      onPointerMove={(event) => at !== undefined && follow(event)}
      onPointerUp={release}
      onPointerCancel={release}
    >
      <span class="pad-knob" style={{ translate: `${(at?.x ?? 0) * 50}% ${(at?.y ?? 0) * 50}%` }} />
    </div>
  );
}

interface Preset {
  readonly id: string;
  readonly name: string;
}

/** Places that were saved; nothing where there are none. */
function Presets({ steering }: { readonly steering: Steering }) {
  const { http } = usePage();
  const text = useText().live.steering;
  const [presets, setPresets] = useState<readonly Preset[]>([]);
  useEffect(() => {
    // without them steering works all the same
    http.get<readonly Preset[]>("/api/ptz/presets").then(setPresets, () => undefined);
  }, [http]);
  if (presets.length === 0) return null;
  return (
    <Select
      label={text.presets}
      value=""
      choices={[{ value: "", label: text.choose }, ...presets.map(({ id, name }) => ({ value: id, label: name }))]}
      onChoose={(id) => id !== "" && steering.goTo(id)}
    />
  );
}
