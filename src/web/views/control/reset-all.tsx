import { useState } from "preact/hooks";
import { usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Dialog } from "../../design/dialog.tsx";
import { ErrorNote } from "../../design/notes.tsx";
import { sentenceOf } from "../../text/error-sentence.ts";
import { resetValues } from "./batch.ts";
import { useDesk } from "./desk.ts";
import { KNOBS } from "./setting-groups.ts";

/** Brings everything that this view sets back to its default, once that is confirmed. */
export function ResetAll() {
  const [isAsking, setIsAsking] = useState(false);
  const { all } = useText().control.reset;
  return (
    <>
      <Button id="reset-all" icon="rotor" onClick={() => setIsAsking(true)}>
        {all}
      </Button>
      {isAsking && <Confirmation onClose={() => setIsAsking(false)} />}
    </>
  );
}

function Confirmation({ onClose }: { readonly onClose: () => void }) {
  const { http, toasts } = usePage();
  const desk = useDesk();
  const text = useText();
  const words = text.control.reset;
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const reset = async () => {
    const schema = desk.schema.peek() ?? {};
    setIsBusy(true);
    try {
      await resetValues(
        http,
        KNOBS.filter((key) => schema[key]?.supported && schema[key].default !== undefined),
      );
      toasts.show("done", words.done);
      onClose();
    } catch (refused) {
      setError(refused);
      setIsBusy(false);
    }
  };
  return (
    <Dialog title={words.title} closeLabel={text.app.cancel} onClose={onClose}>
      <div class="stack">
        <p>{words.text}</p>
        {error !== undefined && <ErrorNote text={sentenceOf(error, text.errors)} />}
        <div class="row preset-acts">
          <Button onClick={onClose}>{text.app.cancel}</Button>
          <Button id="reset-confirm" kind="danger" disabled={isBusy} onClick={reset}>
            {words.confirm}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
