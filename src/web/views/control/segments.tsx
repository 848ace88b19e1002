import type { Choice } from "../../design/field.tsx";

interface SegmentsProps {
  /** Its label, outside, is `${id}-label`. */
  readonly id: string;
  readonly choices: readonly Choice[];
  readonly value: string;
  readonly isDisabled: boolean;
  readonly aboutId: string;
  readonly onChoose: (value: string) => void;
}

/** A choice among a few values that stand side by side; the arrows of the keyboard move between them. */
export function Segments({ id, choices, value, isDisabled, aboutId, onChoose }: SegmentsProps) {
  return (
    <div id={id} class="segments" role="radiogroup" aria-labelledby={`${id}-label`} aria-describedby={aboutId}>
      {choices.map((choice) => (
        <label key={choice.value} class="segment">
          <input
            type="radio"
            name={id}
            value={choice.value}
            checked={choice.value === value}
            disabled={isDisabled}
            onChange={() => onChoose(choice.value)}
          />
          <span>{choice.label}</span>
        </label>
      ))}
    </div>
  );
}
