import { useState } from "preact/hooks";
import { RequestError } from "../../api/request-error.ts";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Dialog } from "../../design/dialog.tsx";
import { ErrorNote } from "../../design/notes.tsx";
import { sentenceOf } from "../../text/error-sentence.ts";
import type { Recording } from "./recording-time.ts";

/** Nobody reads more. */
const MOST_NAMED = 200;

interface RemovalDialogProps {
  readonly recordings: readonly Recording[];
  /** Each is told as it is deleted. */
  readonly onRemoved: (id: string) => void;
  readonly onClose: () => void;
}

/** Asks, naming what goes, and deletes one after the other. At the first that cannot go it stops, says why, and the rest may be tried again. */
export function RemovalDialog({ recordings, onRemoved, onClose }: RemovalDialogProps) {
  const { toasts } = usePage();
  const text = useText();
  const words = text.recordings.removal;
  // what is asked about stays, though the list changes below
  const [asked] = useState(recordings);
  const { done, isBusy, error, remove } = useRemoval(asked, onRemoved, (count) => {
    toasts.show("done", words.done(count));
    onClose();
  });
  const left = asked.length - done;
  return (
    <Dialog title={words.title(asked.length)} closeLabel={text.app.cancel} onClose={isBusy ? undefined : onClose}>
      <div class="stack" id="removal">
        <Named recordings={asked} />
        {error !== undefined && (
          <ErrorNote text={`${sentenceOf(error, text.errors)} ${done > 0 ? words.stopped(left) : ""}`} />
        )}
        {isBusy && <p role="status">{words.progress(done, asked.length)}</p>}
        <div class="row dialog-keys">
          <Button onClick={onClose} disabled={isBusy}>
            {text.app.cancel}
          </Button>
          <Button id="remove" kind="danger" icon="trash" onClick={remove} disabled={isBusy}>
            {words.confirm(left)}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function Named({ recordings }: { readonly recordings: readonly Recording[] }) {
  const words = useText().recordings.removal;
  const formats = useFormats();
  const size = recordings.reduce((sum, { file_size }) => sum + file_size, 0);
  const tagged = recordings.filter(({ tags }) => tags.length > 0).length;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in reach of keys */}
      <ul class="removal-names" tabIndex={0} aria-label={words.title(recordings.length)}>
        {recordings.slice(0, MOST_NAMED).map(({ id, filename, start }) => (
          <li key={id}>
            <strong class="clipped" dir="auto">
              {filename}
            </strong>
            <span class="soft small">{formats.dateTime(start)}</span>
          </li>
        ))}
        {recordings.length > MOST_NAMED && <li class="soft">{words.more(recordings.length - MOST_NAMED)}</li>}
      </ul>
      {tagged > 0 && <p class="caution">{words.tagged(tagged, recordings.length)}</p>}
      <p>{words.text(formats.bytes(size))}</p>
    </>
  );
}

function useRemoval(
  recordings: readonly Recording[],
  onRemoved: (id: string) => void,
  onDone: (count: number) => void,
) {
  const { http } = usePage();
  const [done, setDone] = useState(0);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const remove = async () => {
    setIsBusy(true);
    setError(undefined);
    try {
      for (const [index, { id }] of recordings.entries()) {
        if (index < done) continue;
        await http.send("DELETE", `/api/recordings/${encodeURIComponent(id)}`).catch(unlessGone);
        setDone(index + 1);
        onRemoved(id);
      }
      onDone(recordings.length);
    } catch (refused) {
      setError(refused);
      setIsBusy(false);
    }
  };
  return { done, isBusy, error, remove };
}

/** Somebody else was quicker. */
function unlessGone(error: unknown): void {
  if (!(error instanceof RequestError) || error.failure.status !== 404) throw error;
}
