import { useFormats, usePage, useText } from "../../app/page.ts";
import { useDesk } from "./desk.ts";
import type { KnobProps } from "./knob-props.ts";
import { Segments } from "./segments.tsx";
import { subSizes } from "./sub-sizes.ts";
import { shownValue, unitOf } from "./words.ts";

/** So many stand side by side; more are a list. */
const MAX_SEGMENTS = 4;

/** One of a few values. */
export function ChoiceKnob({ name, id, schema, isDisabled, aboutId }: KnobProps) {
  const desk = useDesk();
  const text = useText().control;
  const formats = useFormats();
  const { settings } = usePage().control;
  const value = settings.value(name).value as string | number;
  const sizes = desk.schema.value?.resolution?.options ?? [];
  const options =
    name === "stream2-resolution"
      ? subSizes(String(value), settings.value("resolution").value ?? "", sizes.map(String))
      : (schema.options ?? []);
  const choices = options.map((option) => ({
    value: String(option),
    label: `${shownValue(option, text, formats)}${unitOf(schema.unit, text)}`,
  }));
  const choose = (chosen: string) => {
    const option = options.find((each) => String(each) === chosen);
    if (option !== undefined) void desk.set(name, option as never);
  };
  const shared = { id, choices, value: String(value), isDisabled, aboutId, onChoose: choose };
  if (choices.length <= MAX_SEGMENTS && name !== "stream2-resolution") return <Segments {...shared} />;
  return (
    <select
      id={id}
      class="input knob-list"
      value={String(value)}
      disabled={isDisabled}
      aria-describedby={aboutId}
      onChange={(event) => {
        const chosen = event.currentTarget.value;
        // what is in force is shown until the new one is
        event.currentTarget.value = String(value);
        choose(chosen);
      }}
    >
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.label}
        </option>
      ))}
    </select>
  );
}
