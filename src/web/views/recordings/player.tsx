import { useState } from "preact/hooks";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Icon } from "../../design/icon.tsx";
import { EmptyState, ErrorNote, Spinner } from "../../design/notes.tsx";
import { sentenceOf } from "../../text/error-sentence.ts";
import type { Playhead } from "./playhead.ts";
import { type Recording, spanOf } from "./recording-time.ts";
import { RemovalDialog } from "./removal-dialog.tsx";
import { addressOf, Screen } from "./screen.tsx";
import { TagEditor } from "./tag-editor.tsx";
import type { Loaded } from "./use-loaded.ts";

interface PlayerProps {
  readonly chosen: Loaded<Recording | undefined>;
  /** There is nothing on this day that could be chosen. */
  readonly isDayEmpty: boolean;
  readonly playhead: Playhead;
  readonly onEnded: () => void;
}

/** The chosen recording or picture. */
export function Player({ chosen, isDayEmpty, playhead, onEnded }: PlayerProps) {
  const text = useText();
  const words = text.recordings.player;
  const { value: recording, error, isLoading } = chosen;
  return (
    <section class="player panel" aria-label={words.label}>
      <div class="screen">
        {recording !== undefined ? (
          <Screen key={recording.id} recording={recording} playhead={playhead} onEnded={onEnded} />
        ) : error !== undefined ? (
          <ErrorNote text={sentenceOf(error, text.errors)} />
        ) : isLoading ? (
          <Spinner label={text.app.loading} />
        ) : (
          <NothingChosen isDayEmpty={isDayEmpty} />
        )}
      </div>
    </section>
  );
}

function NothingChosen({ isDayEmpty }: { readonly isDayEmpty: boolean }) {
  const { session } = usePage();
  const { player, list } = useText().recordings;
  return (
    <EmptyState icon="play" title={isDayEmpty ? player.emptyDay : player.nothing}>
      {isDayEmpty ? (
        <>
          {session.may("Media_rw") && <p>{player.record}</p>}
          <p>{list.emptyDay}</p>
        </>
      ) : (
        <p>{player.nothingHint}</p>
      )}
    </EmptyState>
  );
}

interface AboutProps {
  readonly recording: Recording;
  readonly playhead: Playhead;
  readonly previous: (() => void) | undefined;
  readonly next: (() => void) | undefined;
  readonly onChange: () => void;
  readonly onRemoved: () => void;
}

/** What is known of it, and what can be done with it. */
export function About(props: AboutProps) {
  const { recording, playhead, onChange } = props;
  return (
    <section class="panel stack player-about" aria-label={recording.filename}>
      <Head {...props} />
      <Facts recording={recording} />
      <TagEditor key={recording.id} recording={recording} playhead={playhead} onChange={onChange} />
    </section>
  );
}

function Head({ recording, previous, next, onRemoved }: AboutProps) {
  const { session } = usePage();
  const words = useText().recordings.player;
  const [isAsked, setIsAsked] = useState(false);
  const { state, kind, filename } = recording;
  const address = addressOf(recording);
  const isThere = state !== "missing";
  return (
    <div class="player-head">
      <h2 class="player-name clipped" dir="auto">
        {filename}
      </h2>
      <div class="row">
        <Button kind="quiet" icon="left" title={words.previous} disabled={previous === undefined} onClick={previous} />
        <Button kind="quiet" icon="right" title={words.next} disabled={next === undefined} onClick={next} />
      </div>
      <div class="row player-keys">
        {isThere && (
          <a id="download" class="button" href={address} download>
            <Icon name="download" />
            {words.download}
          </a>
        )}
        {state === "ready" && kind === "video" && (
          <a id="download-mp4" class="button" href={`${address}?format=mp4`} title={words.downloadMp4Title} download>
            <Icon name="download" />
            {words.downloadMp4}
          </a>
        )}
        {session.may("Storage_rw") && (
          <Button
            id="delete"
            kind="danger"
            icon="trash"
            disabled={state === "recording"}
            onClick={() => setIsAsked(true)}
          >
            {words.remove}
          </Button>
        )}
      </div>
      {isAsked && <RemovalDialog recordings={[recording]} onRemoved={onRemoved} onClose={() => setIsAsked(false)} />}
    </div>
  );
}

function Facts({ recording }: { readonly recording: Recording }) {
  const words = useText().recordings.facts;
  const formats = useFormats();
  const { kind, state, start, duration_ms, file_size, resolution, fps, codec, trigger } = recording;
  const isVideo = kind === "video";
  const causes: Readonly<Record<string, string>> = words.causes;
  const facts = [
    ...(state === "ready" ? [] : [["", words.states[state]]]),
    [words.start, formats.dateTime(start)],
    ...(isVideo ? [[words.end, formats.time(spanOf(recording).toMs)]] : []),
    ...(isVideo ? [[words.length, formats.duration(duration_ms)]] : []),
    [words.size, formats.bytes(file_size)],
    [words.resolution, `${resolution.replace("x", "×")}${isVideo ? ` · ${words.fps(formats.number(fps))}` : ""}`],
    ...(isVideo ? [[words.codec, codec]] : []),
    [words.cause, causes[trigger] ?? trigger],
  ];
  return (
    <dl class="recording-facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="figures">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
