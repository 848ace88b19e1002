import type { ComponentChildren } from "preact";
import { Button } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";

/** Something is going on; `label` says what. */
export function Spinner({ label }: { readonly label: string }) {
  return (
    <span class="row" role="status">
      <span class="spinner" aria-hidden="true" />
      <span class="soft">{label}</span>
    </span>
  );
}

interface EmptyStateProps {
  readonly icon: IconName;
  readonly title: string;
  /** Why there is nothing, and what to do. */
  readonly children?: ComponentChildren;
}

/** Stands where there is nothing to show. */
export function EmptyState({ icon, title, children }: EmptyStateProps) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

interface ErrorNoteProps {
  /** A sentence, of `sentenceOf`. */
  readonly text: string;
  readonly retry?: { readonly label: string; readonly onRetry: () => void } | undefined;
}

/** What went wrong, where it did. */
export function ErrorNote({ text, retry }: ErrorNoteProps) {
  return (
    <div class="error-note" role="alert">
      <Icon name="warning" />
      <p>{text}</p>
      {retry !== undefined && <Button onClick={retry.onRetry}>{retry.label}</Button>}
    </div>
  );
}
