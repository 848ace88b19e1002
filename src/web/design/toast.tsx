import { type ReadonlySignal, signal } from "@preact/signals";
import { Button } from "./button.tsx";

const MAX_SHOWN = 4;
/** Long enough to be read. */
const LIFETIME_MS = { done: 5000, error: 12_000 } as const;

/** A message that comes and goes. */
export interface Toast {
  readonly id: number;
  readonly kind: "done" | "error";
  readonly text: string;
}

/** The messages that are shown now. */
export interface Toasts {
  readonly shown: ReadonlySignal<readonly Toast[]>;
  show(kind: Toast["kind"], text: string): void;
  dismiss(id: number): void;
}

/** Nothing is shown yet. The same text again takes the place of the first. */
export function createToasts(): Toasts {
  const shown = signal<readonly Toast[]>([]);
  let lastId = 0;
  const dismiss = (id: number) => {
    shown.value = shown.peek().filter((toast) => toast.id !== id);
  };
  return {
    shown,
    dismiss,
    show(kind, text) {
      lastId += 1;
      const id = lastId;
      const others = shown.peek().filter((toast) => toast.text !== text);
      shown.value = [...others, { id, kind, text }].slice(-MAX_SHOWN);
      setTimeout(() => dismiss(id), LIFETIME_MS[kind]);
    },
  };
}

/** Where toasts appear; screen readers read them out. */
export function ToastRegion({ toasts, dismissLabel }: { readonly toasts: Toasts; readonly dismissLabel: string }) {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.shown.value.map(({ id, kind, text }) => (
        <div key={id} class={`toast toast-${kind}`}>
          <p dir="auto">{text}</p>
          <Button kind="quiet" icon="close" title={dismissLabel} onClick={() => toasts.dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
