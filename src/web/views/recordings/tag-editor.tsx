import { useState } from "preact/hooks";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Dialog } from "../../design/dialog.tsx";
import { Field } from "../../design/field.tsx";
import { ErrorNote } from "../../design/notes.tsx";
import { sentenceOf } from "../../text/error-sentence.ts";
import type { Playhead } from "./playhead.ts";
import { type Recording, spanOf } from "./recording-time.ts";

interface TagEditorProps {
  readonly recording: Recording;
  readonly playhead: Playhead;
  readonly onChange: () => void;
}

/** The tags of a recording: to go to, to add at the moment that is shown, to remove. */
export function TagEditor({ recording, playhead, onChange }: TagEditorProps) {
  const { session } = usePage();
  const words = useText().recordings.tags;
  const [removed, setRemoved] = useState<number>();
  const mayChange = session.may("Media_rw");
  const goTo = (atMs: number) => {
    playhead.wanted.value = { id: recording.id, atMs };
  };
  return (
    <div class="tags-editor">
      <h3 class="unseen">{words.label}</h3>
      <ul class="chips">
        {recording.tags.length === 0 && <li class="soft small">{words.none}</li>}
        {recording.tags.map(({ title, note, timestamp }, index) => (
          <li key={index} class="chip">
            <button
              type="button"
              class="chip-name"
              dir="auto"
              title={note === "" ? words.goTo(title) : note}
              onClick={() => goTo(timestamp)}
            >
              {title}
            </button>
            {mayChange && (
              <Button kind="quiet" icon="close" title={words.remove(title)} onClick={() => setRemoved(index)} />
            )}
          </li>
        ))}
      </ul>
      {mayChange && <AddTag recording={recording} playhead={playhead} onChange={onChange} />}
      {removed !== undefined && (
        <RemoveTag recording={recording} index={removed} onChange={onChange} onClose={() => setRemoved(undefined)} />
      )}
    </div>
  );
}

function AddTag({ recording, playhead, onChange }: TagEditorProps) {
  const { http } = usePage();
  const text = useText();
  const words = text.recordings.tags;
  const formats = useFormats();
  const [title, setTitle] = useState("");
  const [error, setError] = useState<unknown>();
  const [isBusy, setIsBusy] = useState(false);
  const { fromMs, toMs } = spanOf(recording);
  const atMs = Math.round(Math.min(Math.max(playhead.atMs.value ?? fromMs, fromMs), toMs));
  const add = async (event: SubmitEvent) => {
    event.preventDefault();
    setIsBusy(true);
    setError(undefined);
    try {
      const tag = { title: title.trim(), timestamp: atMs, recording_id: recording.id };
      await http.send("POST", "/api/recording/tag", tag);
      setTitle("");
      onChange();
    } catch (refused) {
      setError(refused);
    }
    setIsBusy(false);
  };
  return (
    <form id="add-tag" class="add-tag" onSubmit={add}>
      <Field
        label={words.add}
        hint={words.addHere(formats.time(atMs))}
        error={error === undefined ? undefined : sentenceOf(error, text.errors)}
        value={title}
        autocomplete="off"
        required
        onInput={(event) => setTitle(event.currentTarget.value)}
      />
      <Button type="submit" icon="tag" disabled={isBusy || title.trim() === ""}>
        {words.submit}
      </Button>
    </form>
  );
}

interface RemoveTagProps {
  readonly recording: Recording;
  readonly index: number;
  readonly onChange: () => void;
  readonly onClose: () => void;
}

function RemoveTag({ recording, index, onChange, onClose }: RemoveTagProps) {
  const { http } = usePage();
  const text = useText();
  const words = text.recordings.tags;
  const [error, setError] = useState<unknown>();
  const remove = async () => {
    const path = `/api/recordings/${encodeURIComponent(recording.id)}`;
    const { title, timestamp } = recording.tags[index] ?? {};
    try {
      // others may have tagged it since it was listed
      const { tags } = await http.get<Recording>(`${path}/info`);
      const at = tags.findIndex((tag) => tag.title === title && tag.timestamp === timestamp);
      if (at >= 0) await http.send("PATCH", path, { tags: tags.toSpliced(at, 1).map((tag) => tag.title) });
      onChange();
      onClose();
    } catch (refused) {
      setError(refused);
    }
  };
  return (
    <Dialog title={words.removeTitle} closeLabel={text.app.cancel} onClose={onClose}>
      <div class="stack">
        <strong class="clipped" dir="auto">
          {recording.tags[index]?.title}
        </strong>
        <p>{words.removeText}</p>
        {error !== undefined && <ErrorNote text={sentenceOf(error, text.errors)} />}
        <div class="row dialog-keys">
          <Button onClick={onClose}>{text.app.cancel}</Button>
          <Button id="remove-tag" kind="danger" icon="trash" onClick={remove}>
            {words.removeConfirm}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
