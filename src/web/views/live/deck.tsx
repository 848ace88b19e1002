import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Select, Slider, Switch } from "../../design/field.tsx";
import { type CameraChoice, cameraChoice } from "./camera-choice.ts";
import type { Steering } from "./steering.ts";
import { SteeringPad } from "./steering-pad.tsx";

/** A slider that stops a rotor must not need a steady hand. */
const ROTOR_STEP = 5;

/** What the camera can do beside showing a picture: only what this device has, and only to whom it obeys. */
export function Deck({ steering }: { readonly steering: Steering | undefined }) {
  return (
    <>
      <Cameras />
      {steering !== undefined && <Pad steering={steering} />}
      <Lights />
      <Rotor />
    </>
  );
}

function Group({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <section class="deck-group" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Pad({ steering }: { readonly steering: Steering }) {
  const { control, report } = usePage();
  const text = useText().live.steering;
  const formats = useFormats();
  const zoom = control.settings.value("zoom").value;
  return (
    <Group title={text.title}>
      <SteeringPad steering={steering} />
      {zoom !== undefined && (
        <Slider
          label={text.zoom}
          value={zoom}
          minimum={1}
          maximum={10}
          step={0.1}
          shown={`${formats.number(zoom, 1)}×`}
          onSlide={(value) => control.settings.set("zoom", value).catch(report)}
        />
      )}
    </Group>
  );
}

function Lights() {
  const { settings } = usePage().control;
  const text = useText().live.light;
  const lit = ([1, 2] as const).filter((camera) => settings.value(`cam${camera}-light`).value !== undefined);
  if (lit.length === 0) return null;
  return (
    <Group title={text.title}>
      {lit.map((camera) => (
        <Light key={camera} camera={camera} />
      ))}
    </Group>
  );
}

function Light({ camera }: { readonly camera: 1 | 2 }) {
  const { control, report } = usePage();
  const text = useText().live.light;
  const isOn = control.settings.value(`cam${camera}-light`).value;
  const level = control.settings.value(`cam${camera}-light-level`).value;
  return (
    <>
      <Switch
        label={text.on(camera)}
        isOn={isOn === true}
        onSwitch={(wanted) => control.settings.set(`cam${camera}-light`, wanted).catch(report)}
      />
      {level !== undefined && isOn && (
        <Slider
          label={text.level(camera)}
          value={level}
          minimum={0}
          maximum={100}
          shown={`${level} %`}
          onSlide={(value) => control.settings.set(`cam${camera}-light-level`, value).catch(report)}
        />
      )}
    </>
  );
}

/** One slider, from full speed one way over standing still to full speed the other way. */
function Rotor() {
  const { control, report } = usePage();
  const text = useText().live.rotor;
  const rotor = control.settings.value("rotor").value;
  if (rotor === undefined) return null;
  const set = (value: Partial<typeof rotor>) => control.settings.set("rotor", value).catch(report);
  const { enabled, direction, speed } = rotor;
  const signed = enabled ? (direction === "clockwise" ? speed : -speed) : 0;
  const turn = (value: number) =>
    value === 0
      ? set({ enabled: false })
      : set({
          enabled: true,
          direction: value > 0 ? "clockwise" : "counterclockwise",
          speed: Math.abs(value),
        });
  return (
    <Group title={text.title}>
      <Slider
        label={text.speed}
        value={signed}
        minimum={-100}
        maximum={100}
        step={ROTOR_STEP}
        origin={0}
        shown={signed === 0 ? text.stopped : text[direction](String(speed))}
        onSlide={turn}
      />
      <Button icon="stop" disabled={!enabled} onClick={() => set({ enabled: false })}>
        {text.stop}
      </Button>
    </Group>
  );
}

function Cameras() {
  const { control, report } = usePage();
  const { settings } = control;
  const text = useText().live.cameras;
  const { mains, insets } = useCameraChoice();
  const main = settings.value("main-camera").value;
  const inset = settings.value("pip-mode").value;
  const isAway = (value: 1 | 2) => settings.value(`cam${value}-exists`).value === false;
  const nameOf = (value: 1 | 2) => (isAway(value) ? text.away(text.camera(value)) : text.camera(value));
  const canChoose = mains.length > 0 && main !== undefined;
  const canInset = insets.length > 0 && inset !== undefined;
  if (!canChoose && !canInset) return null;
  return (
    <Group title={text.title}>
      {canChoose && (
        <Select
          label={text.main}
          value={String(main)}
          choices={mains.map((value) => ({ value: String(value), label: nameOf(value) }))}
          onChoose={(value) => settings.set("main-camera", value === "2" ? 2 : 1).catch(report)}
        />
      )}
      {canInset && (
        <Select
          label={text.inset}
          value={inset}
          choices={insets.map((value) => ({ value, label: text[value] }))}
          onChoose={(value) => settings.set("pip-mode", insets.find((each) => each === value) ?? "off").catch(report)}
        />
      )}
    </Group>
  );
}

const NO_CHOICE: CameraChoice = { mains: [], insets: [] };

/** Asked for again when the camera is connected again, and when a second camera came: it then tells how that is inset. */
function useCameraChoice(): CameraChoice {
  const { http, control } = usePage();
  const isKnown = control.settings.isKnown.value;
  const hasInset = control.settings.value("pip-mode").value !== undefined;
  const [choice, setChoice] = useState(NO_CHOICE);
  useEffect(() => {
    if (!isKnown) return;
    // who may not read it cannot choose either
    http.get<Parameters<typeof cameraChoice>[0]>("/api/settings/schema").then(
      (schema) => setChoice(cameraChoice(schema)),
      () => undefined,
    );
  }, [http, isKnown, hasInset]);
  return choice;
}
