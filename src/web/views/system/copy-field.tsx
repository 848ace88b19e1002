import { useId, useRef } from "preact/hooks";
import { usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";

interface CopyFieldProps {
  readonly label: string;
  readonly value: string;
  /** Of texts with several lines. */
  readonly rows?: number;
}

/** A text to take along: it can be marked, and a button puts it on the clipboard. */
export function CopyField({ label, value, rows }: CopyFieldProps) {
  const { toasts } = usePage();
  const text = useText().system.copy;
  const id = useId();
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const copy = async () => {
    const isDone = await putOnClipboard(value, field.current);
    toasts.show(isDone ? "done" : "error", isDone ? text.done(label) : text.failed);
  };
  const shared = { id, ref: field, class: "input copy-text figures", value, readOnly: true, dir: "ltr" } as const;
  const select = () => field.current?.select();
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      <div class="copy">
        {rows === undefined ? (
          <input {...shared} onFocus={select} />
        ) : (
          <textarea {...shared} rows={rows} onFocus={select} />
        )}
        <Button title={text.copy(label)} icon="copy" onClick={copy} />
      </div>
    </div>
  );
}

/** Browsers give the clipboard to pages over TLS only; over plain HTTP the marked text is copied the old way. */
async function putOnClipboard(value: string, field: HTMLInputElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(value);
    return true;
  } catch {
    field?.select();
    return document.execCommand("copy");
  }
}
