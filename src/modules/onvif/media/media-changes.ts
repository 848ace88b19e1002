import type { ConfigurationType } from "./profile.ts";

/** Something that clients may have remembered is different now, or gone. */
export type MediaChange =
  | { readonly kind: "profile"; readonly token: string }
  | { readonly kind: "configuration"; readonly token: string; readonly type: ConfigurationType };

/** Tells of changes, at once. */
export class MediaChanges {
  readonly #listeners = new Set<(change: MediaChange) => void>();

  /** Returns how to stop it. */
  listen(listener: (change: MediaChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  tell(change: MediaChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
