import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Button } from "./button.tsx";

interface DialogProps {
  readonly title: string;
  readonly closeLabel: string;
  /** Undefined: it cannot be closed. */
  readonly onClose: (() => void) | undefined;
  readonly children: ComponentChildren;
}

/** A question over everything else, while it is rendered. The browser keeps the focus in it and gives it back. */
export function Dialog({ title, closeLabel, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const cancel = (event: Event) => {
    event.preventDefault();
    onClose?.();
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby={id} onCancel={cancel}>
      <div class="dialog-head">
        <h2 id={id}>{title}</h2>
        {onClose !== undefined && <Button kind="quiet" icon="close" title={closeLabel} onClick={onClose} />}
      </div>
      {children}
    </dialog>
  );
}
