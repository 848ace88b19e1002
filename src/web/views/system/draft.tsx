import type { SettingName } from "../../../settings/keys.ts";
import type { SettingValue } from "../../api/settings.ts";
import type { KeptDraft } from "../../app/drafts.ts";
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
  return useDraftOf(key, present, (draft) =>
    control.settings.set(key, write(draft) as Parameters<typeof control.settings.set<K>>[1]),
  );
}

/** Likewise on anything that `send` brings to the camera. Who goes elsewhere on the page finds it under its name again. */
export function useDraftOf<T>(name: string, present: T, send: (draft: T) => Promise<unknown>): Draft<T> {
  const { drafts, toasts } = usePage();
  const text = useText().system.draft;
  const saving = useAction();
  const draft = drafts.value[name] as KeptDraft<T> | undefined;
  const setDraft = (kept: KeptDraft<T> | undefined) => {
    const { [name]: _, ...others } = drafts.peek();
    drafts.value = kept === undefined ? others : { ...others, [name]: kept };
  };
  const inForce = JSON.stringify(present);
  const differs = (value: T) => JSON.stringify(value) !== inForce;
  const isChanged = draft !== undefined && differs(draft.value);
  return {
    value: draft?.value ?? present,
    isChanged,
    isOvertaken: isChanged && !saving.isBusy && draft.over !== inForce,
    saving,
    change: (value) => setDraft(differs(value) ? { value, over: draft?.over ?? inForce } : undefined),
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
