import { useEffect, useState } from "preact/hooks";
import type { SettingName } from "../../../settings/keys.ts";
import type { SettingValue } from "../../api/settings.ts";
import { usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { ErrorNote } from "../../design/notes.tsx";
import { type Action, useAction } from "./action.ts";

/** A setting that is worked on before it is saved. */
export interface Draft<T> {
  /** What is worked on, or what is in force. */
  readonly value: T;
  readonly isChanged: boolean;
  /** Somebody else has changed it meanwhile. */
  readonly isOvertaken: boolean;
  readonly saving: Action;
  change(value: T): void;
  discard(): void;
  save(): void;
}

/** Works on a setting; a refusal keeps what was made. `present`: the setting as it is in force, `write` says it as the setting does. */
export function useDraft<K extends SettingName, T>(key: K, present: T, write: (draft: T) => SettingValue<K>): Draft<T> {
  const { control } = usePage();
  return useDraftOf(present, (draft) =>
    control.settings.set(key, write(draft) as Parameters<typeof control.settings.set<K>>[1]),
  );
}

/** Likewise on anything that `send` brings to the camera. */
export function useDraftOf<T>(present: T, send: (draft: T) => Promise<unknown>): Draft<T> {
  const { toasts } = usePage();
  const text = useText().system.draft;
  const saving = useAction();
  const [draft, setDraft] = useState<{ readonly value: T; readonly over: string }>();
  const inForce = JSON.stringify(present);
  const isChanged = draft !== undefined && JSON.stringify(draft.value) !== inForce;
  useWarningBeforeLeaving(isChanged);
  return {
    value: draft?.value ?? present,
    isChanged,
    isOvertaken: isChanged && !saving.isBusy && draft.over !== inForce,
    saving,
    change: (value) => setDraft({ value, over: draft?.over ?? inForce }),
    discard: () => setDraft(undefined),
    async save() {
      if (draft === undefined) return;
      if (!(await saving.run(() => send(draft.value)))) return;
      setDraft(undefined);
      toasts.show("done", text.saved);
    },
  };
}

/** Says that something is not saved yet, and saves it. */
export function DraftBar({ draft }: { readonly draft: Draft<unknown> }) {
  const text = useText().system.draft;
  const { isChanged, isOvertaken, saving } = draft;
  if (!isChanged && saving.error === undefined) return null;
  return (
    <div class="draft-bar">
      {saving.error !== undefined && <ErrorNote text={saving.error} />}
      <p role="status">{isOvertaken ? text.overtaken : text.unsaved}</p>
      <div class="row">
        <Button onClick={draft.discard}>{text.discard}</Button>
        <Button id="save-draft" kind="main" onClick={draft.save} disabled={saving.isBusy || !isChanged}>
          {text.save}
        </Button>
      </div>
    </div>
  );
}

/** The browser asks before the page is closed. */
function useWarningBeforeLeaving(isNeeded: boolean): void {
  useEffect(() => {
    if (!isNeeded) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isNeeded]);
}
