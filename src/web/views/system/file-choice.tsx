import { useId } from "preact/hooks";

interface FileChoiceProps {
  readonly label: string;
  readonly hint?: string;
  /** As the attribute of the same name. */
  readonly accept: string;
  readonly name: string;
  readonly isRequired?: boolean;
  readonly onChoose: (file: File | undefined) => void;
}

/** A labelled choice of one file. */
export function FileChoice({ label, hint, accept, name, isRequired = false, onChoose }: FileChoiceProps) {
  const id = useId();
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      <input
        id={id}
        class="input file"
        type="file"
        name={name}
        accept={accept}
        required={isRequired}
        aria-describedby={`${id}-about`}
        onChange={(event) => onChoose(event.currentTarget.files?.[0])}
      />
      <p id={`${id}-about`} class="field-hint">
        {hint}
      </p>
    </div>
  );
}
