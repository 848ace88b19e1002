import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Dialog } from "../../design/dialog.tsx";
import { Field, Switch } from "../../design/field.tsx";
import { ErrorNote } from "../../design/notes.tsx";
import { sentenceOf } from "../../text/error-sentence.ts";
import { settable } from "./batch.ts";
import { isTaken } from "./browser-presets.ts";
import { useDesk } from "./desk.ts";
import { isolated, type Preset } from "./preset.ts";
import type { PresetStore } from "./preset-store.ts";
import { PART_KEYS, type Part } from "./setting-groups.ts";

const PARTS: readonly Part[] = ["image", "streams", "overlay"];

interface DialogProps {
  readonly store: PresetStore;
  readonly onClose: () => void;
}

/** Asks for a name, and for what to keep of the present values. */
export function SavePreset({ store, onClose }: DialogProps) {
  const desk = useDesk();
  const { control } = useText();
  const text = control.presets;
  const [parts, setParts] = useState<readonly Part[]>(["image"]);
  const save = (name: string, mayReplace: boolean) => {
    const keys: readonly string[] = parts.flatMap((part) => PART_KEYS[part]);
    const values = settable(desk.values.peek());
    const kept = Object.fromEntries(Object.entries(values).filter(([key]) => keys.includes(key)));
    return store.add(name, kept, mayReplace);
  };
  return (
    <NameForm title={text.saveTitle} name="" isComplete={parts.length > 0} canReplace onName={save} onClose={onClose}>
      <fieldset class="preset-parts">
        <legend class="field-label">{text.contents}</legend>
        {PARTS.map((part) => (
          <Switch
            key={part}
            label={control.parts[part]}
            isOn={parts.includes(part)}
            onSwitch={(isOn) => setParts(isOn ? [...parts, part] : parts.filter((each) => each !== part))}
          />
        ))}
        {parts.length === 0 && <p class="field-error">{text.nothing}</p>}
      </fieldset>
    </NameForm>
  );
}

/** Asks for another name. */
export function RenamePreset({ store, preset, onClose }: DialogProps & { readonly preset: Preset }) {
  const { renameTitle } = useText().control.presets;
  const rename = (name: string) => store.rename(preset, name);
  return <NameForm title={renameTitle} name={preset.name} isComplete onName={rename} onClose={onClose} />;
}

interface NameFormProps {
  readonly title: string;
  readonly name: string;
  readonly isComplete: boolean;
  /** Whether a preset with the same name may give way. */
  readonly canReplace?: boolean;
  readonly onName: (name: string, mayReplace: boolean) => Promise<void>;
  readonly onClose: () => void;
  readonly children?: ComponentChildren;
}

function NameForm({ title, name, isComplete, canReplace = false, onName, onClose, children }: NameFormProps) {
  const { app, control } = useText();
  const text = control.presets;
  const [wanted, setWanted] = useState(name);
  const attempt = useAttempt(onClose);
  const isName = wanted.trim() !== "";
  const save = (mayReplace: boolean) => {
    if (isName && isComplete) void attempt.run(() => onName(wanted.trim(), mayReplace));
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    save(false);
  };
  return (
    <Dialog title={title} closeLabel={app.cancel} onClose={onClose}>
      <form id="preset-form" class="stack" onSubmit={submit}>
        <Field
          label={text.name}
          name="preset-name"
          value={wanted}
          pattern=".*\S.*"
          autocomplete="off"
          required
          onInput={(event) => setWanted(event.currentTarget.value)}
        />
        {children}
        <Refusal
          error={attempt.error}
          replace={canReplace ? { label: text.replace, onRetry: () => save(true) } : undefined}
        />
        <div class="row preset-acts">
          <Button onClick={onClose}>{app.cancel}</Button>
          <Button kind="main" type="submit" disabled={!isComplete || attempt.isBusy}>
            {text.submit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface RefusalProps {
  readonly error: unknown;
  readonly replace: { readonly label: string; readonly onRetry: () => void } | undefined;
}

/** Why it was not saved, and what can be done where the name is taken. */
function Refusal({ error, replace }: RefusalProps) {
  const { errors, control } = useText();
  if (error === undefined) return null;
  if (isTaken(error)) return <ErrorNote text={control.presets.taken} retry={replace} />;
  return <ErrorNote text={sentenceOf(error, errors)} />;
}

/** Asks before it is gone. */
export function DeletePreset({ store, preset, onClose }: DialogProps & { readonly preset: Preset }) {
  const { app, control, errors } = useText();
  const text = control.presets;
  const attempt = useAttempt(onClose);
  return (
    <Dialog title={text.removeTitle} closeLabel={app.cancel} onClose={onClose}>
      <div class="stack">
        <p class="preset-removed" dir="auto">
          {text.removeText(isolated(preset.name))}
        </p>
        {attempt.error !== undefined && <ErrorNote text={sentenceOf(attempt.error, errors)} />}
        <div class="row preset-acts">
          <Button onClick={onClose}>{app.cancel}</Button>
          <Button
            kind="danger"
            icon="trash"
            id="preset-remove"
            disabled={attempt.isBusy}
            onClick={() => attempt.run(() => store.remove(preset))}
          >
            {text.remove}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

/** Something that the camera may refuse; `onDone` when it did not. */
function useAttempt(onDone: () => void) {
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const run = async (act: () => Promise<void>) => {
    setIsBusy(true);
    setError(undefined);
    try {
      await act();
      onDone();
    } catch (refused) {
      setError(refused);
      setIsBusy(false);
    }
  };
  return { isBusy, error, run };
}
