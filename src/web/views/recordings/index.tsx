import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { hashOf } from "../../app/route.ts";
import { Button } from "../../design/button.tsx";
import { ErrorNote, Spinner } from "../../design/notes.tsx";
import { sentenceOf } from "../../text/error-sentence.ts";
import { Calendar } from "./calendar.tsx";
import { dayName, dayOf, daysLater } from "./day.ts";
import { type DayContent, loadDay } from "./day-content.ts";
import { List } from "./list.tsx";
import { About, Player } from "./player.tsx";
import { createPlayhead } from "./playhead.ts";
import { RecorderBar } from "./recorder-bar.tsx";
import { StoragePanel } from "./storage-panel.tsx";
import { createThumbnails } from "./thumbnails.ts";
import { Timeline } from "./timeline.tsx";
import { useChosen } from "./use-chosen.ts";
import { useLoaded } from "./use-loaded.ts";
import { usePlace } from "./use-place.ts";
import { useRevision } from "./use-revision.ts";

/** What was recorded: by day, on a line, as a list; to play, tag, take away and delete. */
export function RecordingsView() {
  const { http, session } = usePage();
  const words = useText().recordings;
  const [revision, refresh] = useRevision();
  const place = usePlace();
  const playhead = useMemo(createPlayhead, []);
  const thumbnails = useMemo(() => createThumbnails(http), [http]);
  useEffect(() => () => thumbnails.close(), [thumbnails]);
  const seesEvents = session.may("System_r");
  const day = useLoaded(() => loadDay(http, place.day, seesEvents), [place.day, seesEvents], revision);
  const chosen = useChosen(place, day.value, playhead, revision);
  const listDay = useListDay(place.day, chosen.isOpening);
  const { recording } = chosen;
  const top = useRef<HTMLDivElement>(null);
  return (
    <div class="view recordings">
      <h1>{words.title}</h1>
      <RecorderBar revision={revision} onChange={refresh} />
      <div class="recordings-grid">
        <div class="stack">
          <DayLine day={place.day} revision={revision} />
          <div ref={top}>
            <Player chosen={recording} isDayEmpty={isEmpty(day.value)} playhead={playhead} onEnded={chosen.goOn} />
          </div>
          {day.value !== undefined && (
            <Timeline content={day.value} playhead={playhead} thumbnails={thumbnails} onSeek={chosen.seek} />
          )}
          <DayState error={day.error} isLoading={day.value === undefined && day.isLoading} onRetry={refresh} />
          {recording.value !== undefined && (
            <About
              recording={recording.value}
              playhead={playhead}
              previous={chosen.previous}
              next={chosen.next}
              onChange={refresh}
              onRemoved={() => {
                chosen.leave();
                refresh();
              }}
            />
          )}
          <List
            day={listDay}
            revision={revision}
            chosen={place.id}
            thumbnails={thumbnails}
            onOpen={(opened) => {
              chosen.open(opened);
              top.current?.scrollIntoView({ block: "start" });
            }}
            onRetry={refresh}
            onRemoved={(ids) => {
              if (place.id !== undefined && ids.has(place.id)) chosen.leave();
              refresh();
            }}
          />
        </div>
        <aside class="stack recordings-side">
          <div class="only-wide">
            <Calendar day={place.day} revision={revision} />
          </div>
          <StoragePanel revision={revision} onRetry={refresh} />
        </aside>
      </div>
    </div>
  );
}

/** True once it is known that nothing was recorded on a day. */
function isEmpty(content: DayContent | undefined): boolean {
  return content !== undefined && content.videos.length + content.snapshots.length === 0;
}

/** The list stays as it is while things of other days are opened from it. */
function useListDay(day: number, isOpening: { current: boolean }): number {
  const [listDay, setListDay] = useState(day);
  useEffect(() => {
    if (!isOpening.current) setListDay(day);
    isOpening.current = false;
  }, [day, isOpening]);
  return listDay;
}

interface DayStateProps {
  readonly error: unknown;
  readonly isLoading: boolean;
  readonly onRetry: () => void;
}

function DayState({ error, isLoading, onRetry }: DayStateProps) {
  const text = useText();
  if (error !== undefined)
    return <ErrorNote text={sentenceOf(error, text.errors)} retry={{ label: text.app.tryAgain, onRetry }} />;
  return isLoading ? <Spinner label={text.app.loading} /> : null;
}

/** The day that is shown, those around it, and on a phone the calendar. */
function DayLine({ day, revision }: { readonly day: number; readonly revision: number }) {
  const words = useText().recordings.days;
  const formats = useFormats();
  const [isOpen, setIsOpen] = useState(false);
  const weekday = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short" }).format(day);
  const go = (days: number) => {
    location.hash = hashOf("recordings", dayName(daysLater(day, days)));
  };
  return (
    <div class="day-line stack">
      <div class="day-line-keys">
        <Button kind="quiet" icon="left" title={words.previous} onClick={() => go(-1)} />
        <h2 id="day" aria-live="polite">
          <span class="soft">{weekday}</span> {formats.date(day)}
        </h2>
        <Button
          kind="quiet"
          icon="right"
          title={words.next}
          disabled={day >= dayOf(Date.now())}
          onClick={() => go(1)}
        />
        <span class="only-narrow">
          <Button
            icon="recordings"
            title={words.label}
            isPressed={isOpen}
            aria-expanded={isOpen}
            onClick={() => setIsOpen(!isOpen)}
          />
        </span>
      </div>
      {isOpen && (
        <div class="only-narrow">
          <Calendar day={day} revision={revision} />
        </div>
      )}
    </div>
  );
}
