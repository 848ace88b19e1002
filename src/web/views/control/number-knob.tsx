import { useState } from "preact/hooks";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { useDesk } from "./desk.ts";
import type { KnobProps } from "./knob-props.ts";
import { LOGARITHMIC } from "./setting-groups.ts";
import { createScale } from "./slider-scale.ts";
import { unitOf } from "./words.ts";

/** A number: by a slider at once, or exactly by typing it. */
export function NumberKnob({ name, id, schema, isDisabled, aboutId }: KnobProps) {
  const desk = useDesk();
  const text = useText().control;
  const formats = useFormats();
  const value = Number(usePage().control.settings.value(name).value);
  const unit = unitOf(schema.unit, text);
  const { minimum = 0, maximum = 100, step = 1 } = schema;
  const scale = createScale(minimum, maximum, step, LOGARITHMIC.has(name));
  const place = scale.toPlace(value);
  const percent = (at: number) => ((at - scale.minimum) / (scale.maximum - scale.minimum)) * 100;
  const ends = [percent(Math.max(0, scale.minimum)), percent(place)];
  const set = (wanted: number, typed?: string) => void desk.set(name, wanted as never, typed);
  const type = (typed: string) => {
    const wanted = Number(typed.replace(",", "."));
    desk.tell(name, Number.isFinite(wanted) ? undefined : { value: typed, typed, error: new Error(text.notNumber) });
    if (typed !== "" && Number.isFinite(wanted) && wanted !== value) set(wanted, typed);
  };
  return (
    <>
      <input
        class="slider knob-slider"
        type="range"
        min={scale.minimum}
        max={scale.maximum}
        step={scale.step}
        value={place}
        disabled={isDisabled}
        aria-labelledby={`${id}-label`}
        aria-valuetext={`${formats.number(value)} ${unit}`}
        style={{ "--from": `${Math.min(...ends)}%`, "--to": `${Math.max(...ends)}%`, "--filled": `${percent(place)}%` }}
        onInput={(event) => set(scale.toValue(event.currentTarget.valueAsNumber))}
      />
      <span class="knob-exact">
        <ExactNumber id={id} value={value} isDisabled={isDisabled} aboutId={aboutId} onType={type} />
        <span class="knob-unit">{unit}</span>
      </span>
    </>
  );
}

interface ExactNumberProps {
  readonly id: string;
  readonly value: number;
  readonly isDisabled: boolean;
  readonly aboutId: string;
  readonly onType: (typed: string) => void;
}

/** What is typed counts when it is finished: by Enter, or by going elsewhere. The camera says whether it can be. */
function ExactNumber({ id, value, isDisabled, aboutId, onType }: ExactNumberProps) {
  const [draft, setDraft] = useState<string>();
  const finish = () => {
    setDraft(undefined);
    if (draft !== undefined) onType(draft.trim());
  };
  return (
    <input
      id={id}
      class="input figures knob-typed"
      inputMode="numeric"
      autocomplete="off"
      value={draft ?? String(value)}
      disabled={isDisabled}
      aria-describedby={aboutId}
      onInput={(event) => setDraft(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter") finish();
        if (event.key === "Escape") setDraft(undefined);
      }}
      onBlur={finish}
    />
  );
}
