import type { ComponentChildren, InputHTMLAttributes } from "preact";
import { useId } from "preact/hooks";

interface FieldFrame {
  readonly label: string;
  readonly hint?: ComponentChildren;
  /** What is wrong with the value; undefined: nothing. */
  readonly error?: string | undefined;
}

/** A labelled text input with hint and error. */
export function Field({ label, hint, error, ...input }: FieldFrame & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      <input
        id={id}
        class="input"
        aria-invalid={error !== undefined}
        aria-describedby={aboutId(id, hint, error)}
        dir={input.type === "password" ? undefined : "auto"}
        {...input}
      />
      <About id={id} hint={hint} error={error} />
    </div>
  );
}

/** One of the values of a select. */
export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly isDisabled?: boolean;
}

interface SelectProps extends FieldFrame {
  readonly name?: string;
  readonly isDisabled?: boolean;
  readonly value: string;
  readonly choices: readonly Choice[];
  readonly onChoose: (value: string) => void;
}

/** A labelled choice among a few values. */
export function Select({ label, hint, error, name, value, choices, isDisabled = false, onChoose }: SelectProps) {
  const id = useId();
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      <select
        id={id}
        class="input"
        value={value}
        aria-describedby={aboutId(id, hint, error)}
        name={name}
        disabled={isDisabled}
        onChange={(event) => onChoose(event.currentTarget.value)}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value} disabled={choice.isDisabled}>
            {choice.label}
          </option>
        ))}
      </select>
      <About id={id} hint={hint} error={error} />
    </div>
  );
}

function About({ id, hint, error }: { readonly id: string } & Omit<FieldFrame, "label">) {
  if (error !== undefined) {
    return (
      <p id={`${id}-about`} class="field-error" role="alert">
        {error}
      </p>
    );
  }
  if (hint === undefined) return null;
  return (
    <p id={`${id}-about`} class="field-hint">
      {hint}
    </p>
  );
}

/** The id of what stands below, where something does. */
function aboutId(id: string, ...about: readonly unknown[]): string | undefined {
  return about.some((each) => each !== undefined) ? `${id}-about` : undefined;
}

interface SwitchProps {
  readonly label: ComponentChildren;
  readonly isOn: boolean;
  readonly isDisabled?: boolean;
  readonly onSwitch: (isOn: boolean) => void;
}

/** On or off, at once. */
export function Switch({ label, isOn, isDisabled = false, onSwitch }: SwitchProps) {
  return (
    <label class="switch">
      <span>{label}</span>
      <input
        type="checkbox"
        role="switch"
        checked={isOn}
        aria-checked={isOn}
        disabled={isDisabled}
        onChange={(event) => onSwitch(event.currentTarget.checked)}
      />
    </label>
  );
}

interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly step?: number;
  /** Where the filled part of the track begins; the minimum unless given. */
  readonly origin?: number;
  /** The value as text, with its unit. */
  readonly shown: string;
  readonly hint?: ComponentChildren;
  readonly isDisabled?: boolean;
  /** At every movement. */
  readonly onSlide: (value: number) => void;
}

/** A number within a range. */
export function Slider(props: SliderProps) {
  const {
    label,
    value,
    minimum,
    maximum,
    step = 1,
    origin = minimum,
    shown,
    hint,
    isDisabled = false,
    onSlide,
  } = props;
  const id = useId();
  const part = (of: number) => (maximum > minimum ? ((of - minimum) / (maximum - minimum)) * 100 : 0);
  return (
    <div class="field">
      <div class="field-label">
        <label for={id}>{label}</label>
        <output class="figures" for={id}>
          {shown}
        </output>
      </div>
      <input
        id={id}
        class="slider"
        type="range"
        min={minimum}
        max={maximum}
        step={step}
        value={value}
        disabled={isDisabled}
        aria-valuetext={shown}
        aria-describedby={aboutId(id, hint)}
        style={{
          "--from": `${Math.min(part(origin), part(value))}%`,
          "--to": `${Math.max(part(origin), part(value))}%`,
        }}
        onInput={(event) => onSlide(event.currentTarget.valueAsNumber)}
      />
      <About id={id} hint={hint} />
    </div>
  );
}
