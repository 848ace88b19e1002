import { usePage } from "../../app/page.ts";
import { useDesk } from "./desk.ts";
import type { KnobProps } from "./knob-props.ts";

/** On or off. */
export function SwitchKnob({ name, id, isDisabled, aboutId }: KnobProps) {
  const desk = useDesk();
  const isOn = usePage().control.settings.value(name).value === true;
  return (
    <span class="switch knob-switch-box">
      <input
        id={id}
        type="checkbox"
        role="switch"
        checked={isOn}
        aria-checked={isOn}
        aria-describedby={aboutId}
        disabled={isDisabled}
        onChange={(event) => void desk.set(name, event.currentTarget.checked)}
      />
    </span>
  );
}
