import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Dialog } from "../../design/dialog.tsx";
import { Field, Switch } from "../../design/field.tsx";
import { ErrorNote } from "../../design/notes.tsx";
import { settable } from "./batch.ts";
import { useDesk } from "./desk.ts";
import type { Preset } from "./preset.ts";
import type { PresetStore } from "./preset-store.ts";
import { PART_KEYS, type Part } from "./setting-groups.ts";

const PARTS: readonly Part[] = ["image", "streams", "overlay"];
const MAX_NAME_LENGTH = 100;

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
  const save = (name: string) => {
    const keys: readonly string[] = parts.flatMap((part) => PART_KEYS[part]);
    const values = settable(desk.values.peek());
    const kept = Object.fromEntries(Object.entries(values).filter(([key]) => keys.includes(key)));
    return store.put({ id: crypto.getRandomValues(new Uint32Array(2)).join("-"), name, values: kept });
  };
  return (
    <NameForm title={text.saveTitle} name="" isComplete={parts.length > 0} onName={save} onClose={onClose}>
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
  return (
    <NameForm
      title={renameTitle}
      name={preset.name}
      isComplete
      onName={(name) => store.put({ ...preset, name })}
      onClose={onClose}
    />
  );
}

interface NameFormProps {
  readonly title: string;
  readonly name: string;
  readonly isComplete: boolean;
  /** False: it is not kept. */
  readonly onName: (name: string) => boolean;
  readonly onClose: () => void;
  readonly children?: ComponentChildren;
}

function NameForm({ title, name, isComplete, onName, onClose, children }: NameFormProps) {
  const { app, control } = useText();
  const text = control.presets;
  const [isFull, setIsFull] = useState(false);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const wanted = String(new FormData(event.currentTarget as HTMLFormElement).get("preset-name")).trim();
    if (wanted === "" || !isComplete) return;
    if (onName(wanted)) onClose();
    else setIsFull(true);
  };
  return (
    <Dialog title={title} closeLabel={app.cancel} onClose={onClose}>
      <form id="preset-form" class="stack" onSubmit={submit}>
        <Field
          label={text.name}
          name="preset-name"
          defaultValue={name}
          maxLength={MAX_NAME_LENGTH}
          pattern=".*\S.*"
          autocomplete="off"
          required
        />
        {children}
        {isFull && <ErrorNote text={text.full} />}
        <div class="row preset-acts">
          <Button onClick={onClose}>{app.cancel}</Button>
          <Button kind="main" type="submit" disabled={!isComplete}>
            {text.submit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Asks before it is gone. */
export function DeletePreset({ store, preset, onClose }: DialogProps & { readonly preset: Preset }) {
  const { app, control } = useText();
  const text = control.presets;
  const [isFull, setIsFull] = useState(false);
  const remove = () => (store.remove(preset.id) ? onClose() : setIsFull(true));
  return (
    <Dialog title={text.removeTitle} closeLabel={app.cancel} onClose={onClose}>
      <div class="stack">
        <p class="preset-removed" dir="auto">
          {text.removeText(preset.name)}
        </p>
        {isFull && <ErrorNote text={text.full} />}
        <div class="row preset-acts">
          <Button onClick={onClose}>{app.cancel}</Button>
          <Button kind="danger" icon="trash" id="preset-remove" onClick={remove}>
            {text.remove}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
