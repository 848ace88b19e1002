import { Field } from "../../design/field.tsx";

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
export function FileChoice({ isRequired = false, onChoose, ...field }: FileChoiceProps) {
  return (
    <Field
      {...field}
      class="input file"
      type="file"
      required={isRequired}
      onChange={(event) => onChoose(event.currentTarget.files?.[0])}
    />
  );
}
