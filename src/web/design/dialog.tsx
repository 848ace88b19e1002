import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "./button.tsx";

interface DialogProps {
  readonly title: string;
  readonly closeLabel: string;
  /** Undefined: it cannot be closed. */
  readonly onClose: (() => void) | undefined;
  readonly children: ComponentChildren;
}

/** Where an answer is entered. */
const ENTRY = "input:not([type=hidden], [type=checkbox]), textarea";

/** A question over everything else, while it is rendered. The browser keeps the focus in it, and gives it back when it is closed. */
export function Dialog({ title, closeLabel, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const { current } = dialog;
    current?.showModal();
    // with fingers a keyboard would cover what is asked
    if (matchMedia("(pointer: fine)").matches) current?.querySelector<HTMLElement>(ENTRY)?.focus();
    // while it is still there: one that is gone gives nothing back
    return () => current?.close();
  }, []);
  const cancel = (event: Event) => {
    event.preventDefault();
    onClose?.();
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby={id} onCancel={cancel}>
      <div class="dialog-head">
        <h2 id={id} dir="auto">
          {title}
        </h2>
        {onClose !== undefined && <Button kind="quiet" icon="close" title={closeLabel} onClick={onClose} />}
      </div>
      {children}
    </dialog>
  );
}
