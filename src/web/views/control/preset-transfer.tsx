import { useState } from "preact/hooks";
import { usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { ErrorNote } from "../../design/notes.tsx";
import { sentenceOf } from "../../text/error-sentence.ts";
import { createBrowserPresets } from "./browser-presets.ts";
import type { PresetStore } from "./preset-store.ts";

/** Offers to bring presets that an earlier version of this page has left in the browser to the camera. */
export function PresetTransfer({ store }: { readonly store: PresetStore }) {
  const { toasts } = usePage();
  const text = useText();
  const words = text.control.presets;
  const [kept] = useState(createBrowserPresets);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const presets = kept.presets.value;
  if (presets.length === 0) return null;
  const move = async () => {
    setIsBusy(true);
    setError(undefined);
    try {
      await kept.moveTo(store);
      toasts.show("done", words.moved);
    } catch (refused) {
      setError(refused);
    }
    setIsBusy(false);
  };
  return (
    <div class="preset-transfer stack">
      <p>{words.inBrowser(presets.length)}</p>
      <ul class="soft">
        {presets.map(({ id, name }) => (
          <li key={id} dir="auto">
            {name}
          </li>
        ))}
      </ul>
      {error !== undefined && <ErrorNote text={words.notMoved(sentenceOf(error, text.errors))} />}
      <div class="row">
        <Button id="preset-move" disabled={isBusy} onClick={move}>
          {words.move}
        </Button>
      </div>
    </div>
  );
}
