import { useEffect, useState } from "preact/hooks";
import { usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { EmptyState, ErrorNote, Spinner } from "../../design/notes.tsx";
import { sentenceOf } from "../../text/error-sentence.ts";
import { useDesk } from "./desk.ts";
import type { Preset } from "./preset.ts";
import { DeletePreset, RenamePreset, SavePreset } from "./preset-dialogs.tsx";
import { PresetRow } from "./preset-row.tsx";
import { createPresetStore, type PresetStore } from "./preset-store.ts";
import { PresetTransfer } from "./preset-transfer.tsx";

/** What is asked right now. */
type Question = { readonly kind: "save" } | { readonly kind: "rename" | "remove"; readonly preset: Preset };

/** Values under names. */
export function Presets() {
  const page = usePage();
  const [store, setStore] = useState<PresetStore>();
  useEffect(() => {
    const fresh = createPresetStore(page);
    setStore(fresh);
    return () => fresh.close();
  }, [page]);
  return store === undefined ? null : <PresetPanel store={store} />;
}

function PresetPanel({ store }: { readonly store: PresetStore }) {
  const text = useText().control.presets;
  const { mayChange } = useDesk();
  const [question, setQuestion] = useState<Question>();
  const close = () => setQuestion(undefined);
  return (
    <section class="panel control-group presets">
      <div class="presets-head">
        <p class="soft">{text.intro}</p>
        {mayChange.value && (
          <Button id="preset-save" kind="main" icon="plus" onClick={() => setQuestion({ kind: "save" })}>
            {text.save}
          </Button>
        )}
      </div>
      {mayChange.value && <PresetTransfer store={store} />}
      <PresetList store={store} onAsk={(kind, preset) => setQuestion({ kind, preset })} />
      {question?.kind === "save" && <SavePreset store={store} onClose={close} />}
      {question?.kind === "rename" && <RenamePreset store={store} preset={question.preset} onClose={close} />}
      {question?.kind === "remove" && <DeletePreset store={store} preset={question.preset} onClose={close} />}
    </section>
  );
}

interface PresetListProps {
  readonly store: PresetStore;
  readonly onAsk: (kind: "rename" | "remove", preset: Preset) => void;
}

function PresetList({ store, onAsk }: PresetListProps) {
  const text = useText();
  const words = text.control.presets;
  const presets = store.presets.value;
  const failure = store.failure.value;
  return (
    <>
      {failure !== undefined && (
        <ErrorNote text={sentenceOf(failure, text.errors)} retry={{ label: text.app.tryAgain, onRetry: store.retry }} />
      )}
      {presets === undefined && failure === undefined && <Spinner label={text.app.loading} />}
      {presets?.length === 0 && (
        <EmptyState icon="control" title={words.none}>
          <p>{words.noneText}</p>
        </EmptyState>
      )}
      {presets !== undefined && presets.length > 0 && (
        <ul class="preset-list">
          {presets.map((preset) => (
            <PresetRow key={preset.id} store={store} preset={preset} onAsk={(kind) => onAsk(kind, preset)} />
          ))}
        </ul>
      )}
    </>
  );
}
