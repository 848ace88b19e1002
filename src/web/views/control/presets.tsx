import { useEffect, useState } from "preact/hooks";
import { usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { EmptyState } from "../../design/notes.tsx";
import { areInForce, sendValues, type Values } from "./batch.ts";
import { useDesk } from "./desk.ts";
import type { Preset } from "./preset.ts";
import { DeletePreset, RenamePreset, SavePreset } from "./preset-dialogs.tsx";
import { createPresetStore, type PresetStore } from "./preset-store.ts";
import { type KnobName, PART_KEYS, type Part } from "./setting-groups.ts";

const PARTS: readonly Part[] = ["image", "streams", "overlay"];

/** What is asked right now. */
type Question = { readonly kind: "save" } | { readonly kind: "rename" | "remove"; readonly preset: Preset };

/** Values under names. */
export function Presets() {
  const [store, setStore] = useState<PresetStore>();
  useEffect(() => {
    const fresh = createPresetStore();
    setStore(fresh);
    return () => fresh.close();
  }, []);
  return store === undefined ? null : <PresetList store={store} />;
}

function PresetList({ store }: { readonly store: PresetStore }) {
  const text = useText().control.presets;
  const [question, setQuestion] = useState<Question>();
  const presets = store.presets.value;
  const close = () => setQuestion(undefined);
  return (
    <section class="panel control-group presets">
      <div class="presets-head">
        <p class="soft">{text.intro}</p>
        <Button id="preset-save" kind="main" icon="plus" onClick={() => setQuestion({ kind: "save" })}>
          {text.save}
        </Button>
      </div>
      {presets.length === 0 ? (
        <EmptyState icon="control" title={text.none}>
          <p>{text.noneText}</p>
        </EmptyState>
      ) : (
        <ul class="preset-list">
          {presets.map((preset) => (
            <PresetRow key={preset.id} preset={preset} onAsk={(kind) => setQuestion({ kind, preset })} />
          ))}
        </ul>
      )}
      {question?.kind === "save" && <SavePreset store={store} onClose={close} />}
      {question?.kind === "rename" && <RenamePreset store={store} preset={question.preset} onClose={close} />}
      {question?.kind === "remove" && <DeletePreset store={store} preset={question.preset} onClose={close} />}
    </section>
  );
}

interface PresetRowProps {
  readonly preset: Preset;
  readonly onAsk: (kind: "rename" | "remove") => void;
}

function PresetRow({ preset, onAsk }: PresetRowProps) {
  const { control } = useText();
  const desk = useDesk();
  const apply = useApply();
  const [isBusy, setIsBusy] = useState(false);
  const { name, values } = preset;
  const text = control.presets;
  const kept = PARTS.filter((part) => PART_KEYS[part].some((key) => key in values));
  const isInForce = areInForce(values, desk.values.value);
  const start = async () => {
    setIsBusy(true);
    await apply(preset);
    setIsBusy(false);
  };
  return (
    <li class="preset" data-preset={preset.id}>
      <div class="preset-name">
        <p dir="auto" title={name}>
          {name}
        </p>
        <p class="soft">
          {kept.map((part) => control.parts[part]).join(" · ")}
          {isInForce && <span class="preset-force"> · {text.inForce}</span>}
        </p>
      </div>
      <Button
        icon="check"
        aria-label={text.applyLabel(name)}
        disabled={!desk.mayChange.value || isInForce || isBusy}
        onClick={start}
      >
        {text.apply}
      </Button>
      <Button kind="quiet" icon="edit" title={text.renameLabel(name)} onClick={() => onAsk("rename")} />
      <Button kind="quiet" icon="trash" title={text.removeLabel(name)} onClick={() => onAsk("remove")} />
    </li>
  );
}

/** Brings a preset's values to the camera, all or none of those that it can do. */
function useApply(): (preset: Preset) => Promise<void> {
  const { http, toasts, report } = usePage();
  const desk = useDesk();
  const { settings, presets } = useText().control;
  return async ({ name, values }) => {
    const isPossible = (key: string) => key in desk.values.peek();
    const entries = Object.entries(values);
    const possible: Values = Object.fromEntries(entries.filter(([key]) => isPossible(key)));
    const left = entries.flatMap(([key]) => (isPossible(key) ? [] : [settings[key as KnobName]]));
    try {
      await sendValues(http, possible);
      toasts.show("done", presets.applied(name.slice(0, 60)));
      if (left.length > 0) toasts.show("error", presets.left(left.join(", ")));
    } catch (error) {
      report(error);
    }
  };
}
