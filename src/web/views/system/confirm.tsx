import type { ComponentChildren } from "preact";
import { useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Dialog } from "../../design/dialog.tsx";
import { ErrorNote } from "../../design/notes.tsx";
import { entriesOf, useAction } from "./action.ts";

interface ConfirmProps {
  readonly title: string;
  /** What will happen. */
  readonly children: ComponentChildren;
  /** What the button says. */
  readonly label: string;
  readonly kind?: "main" | "danger";
  /** Does it; `entry` reads the fields among the children. A refusal is shown, and the dialog stays. */
  readonly onConfirm: (entry: (name: string) => string) => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asks before something is done, and says why when it was refused. */
export function Confirm({ title, children, label, kind = "danger", onConfirm, onClose }: ConfirmProps) {
  const text = useText().app;
  const action = useAction();
  const confirm = async (event: SubmitEvent) => {
    event.preventDefault();
    const entry = entriesOf(event);
    if (await action.run(() => onConfirm(entry))) onClose();
  };
  return (
    <Dialog title={title} closeLabel={text.cancel} onClose={onClose}>
      <form class="stack" onSubmit={confirm}>
        {children}
        {action.error !== undefined && <ErrorNote text={action.error} />}
        <div class="row row-end">
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button kind={kind} type="submit" disabled={action.isBusy}>
            {label}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
