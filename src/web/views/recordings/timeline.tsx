import { useEffect, useState } from "preact/hooks";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import type { DayContent } from "./day-content.ts";
import type { Playhead } from "./playhead.ts";
import { recordingAt, type Span } from "./recording-time.ts";
import type { Thumbnails } from "./thumbnails.ts";
import { Lanes } from "./timeline-lanes.tsx";
import { Preview } from "./timeline-preview.tsx";
import { moved, percentAt, revealing, ticks, zoomed } from "./timeline-scale.ts";
import { useTimelineGestures } from "./use-timeline-gestures.ts";

const MOST_TICKS = 9;
const MOST_TICKS_NARROW = 4;
const NARROW_PX = 640;
const ZOOM_STEP = 2;
/** Of what is shown, an arrow key moves so much. */
const ARROW = 1 / 120;
const PAGE = 1 / 8;

interface TimelineProps {
  readonly content: DayContent;
  readonly playhead: Playhead;
  readonly thumbnails: Thumbnails;
  /** A moment is wanted: the recording that shows it, if there is one. */
  readonly onSeek: (atMs: number) => void;
}

/** A day on a line: what was recorded, what moved, what is shown. */
export function Timeline({ content, playhead, thumbnails, onSeek }: TimelineProps) {
  const { day, videos } = content;
  const words = useText().recordings.timeline;
  const formats = useFormats();
  const [shown, setShown] = useState<Span>(day);
  const [hoverMs, setHoverMs] = useState<number>();
  const atMs = playhead.atMs.value;
  useEffect(() => setShown(day), [day.fromMs]);
  useEffect(() => {
    if (atMs !== undefined && atMs >= day.fromMs && atMs < day.toMs) setShown((now) => revealing(now, day, atMs));
  }, [atMs, day]);
  const seek = (wantedMs: number) => onSeek(Math.min(Math.max(wantedMs, day.fromMs), day.toMs - 1));
  const zoom = (factor: number, aboutMs: number) => setShown((now) => zoomed(now, day, factor, aboutMs));
  const track = useTimelineGestures({
    shown,
    onSeek: seek,
    onHover: setHoverMs,
    onZoom: zoom,
    onMove: (byMs) => setShown((now) => moved(now, day, byMs)),
  });
  const centre = atMs ?? (shown.fromMs + shown.toMs) / 2;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const goal = goalOf(event.key, centre, shown, content);
    const isZoom = event.key === "+" || event.key === "-";
    if (goal === undefined && !isZoom) return;
    event.preventDefault();
    if (goal === undefined) zoom(event.key === "+" ? 1 / ZOOM_STEP : ZOOM_STEP, centre);
    else seek(goal);
  };
  const under = atMs === undefined ? undefined : recordingAt(videos, atMs);
  const said =
    under === undefined ? words.nothingAt(formats.time(centre)) : words.at(formats.time(centre), under.filename);
  const isWhole = shown.toMs - shown.fromMs === day.toMs - day.fromMs;
  return (
    <section class="panel timeline" aria-label={words.label}>
      <div class="timeline-head">
        <Legend />
        <div class="row">
          <Button
            kind="quiet"
            icon="minus"
            title={words.zoomOut}
            disabled={isWhole}
            onClick={() => zoom(ZOOM_STEP, centre)}
          />
          <Button kind="quiet" icon="plus" title={words.zoomIn} onClick={() => zoom(1 / ZOOM_STEP, centre)} />
          <Button id="whole-day" disabled={isWhole} onClick={() => setShown(day)}>
            {words.whole}
          </Button>
        </div>
      </div>
      <div
        ref={track}
        id="timeline"
        class="timeline-track"
        role="slider"
        tabIndex={0}
        aria-label={words.label}
        aria-description={words.help}
        aria-valuemin={0}
        aria-valuemax={day.toMs - day.fromMs}
        aria-valuenow={Math.round(centre - day.fromMs)}
        aria-valuetext={said}
        data-from={shown.fromMs}
        data-to={shown.toMs}
        onKeyDown={onKeyDown}
      >
        <Lanes content={content} shown={shown} />
        <Ruler shown={shown} day={day} />
        {atMs !== undefined && atMs >= shown.fromMs && atMs <= shown.toMs && (
          <span class="timeline-playhead" style={{ insetInlineStart: `${percentAt(shown, atMs)}%` }} />
        )}
        {hoverMs !== undefined && <Preview atMs={hoverMs} shown={shown} content={content} thumbnails={thumbnails} />}
      </div>
      <Notes isCut={content.isCut} />
    </section>
  );
}

/** Where a key leads. */
function goalOf(key: string, atMs: number, shown: Span, { day, videos, snapshots }: DayContent): number | undefined {
  const length = shown.toMs - shown.fromMs;
  const all = [...videos, ...snapshots].map(({ start }) => start);
  const goals: Readonly<Record<string, number>> = {
    ArrowLeft: atMs - length * ARROW,
    ArrowRight: atMs + length * ARROW,
    PageUp: atMs - length * PAGE,
    PageDown: atMs + length * PAGE,
    Home: Math.max(day.fromMs, Math.min(...all, day.toMs)),
    End: Math.max(...all, day.fromMs),
  };
  return goals[key];
}

function Ruler({ shown, day }: { readonly shown: Span; readonly day: Span }) {
  const hasSeconds = shown.toMs - shown.fromMs < MOST_TICKS * 60_000;
  const format = new Intl.DateTimeFormat(document.documentElement.lang, {
    ...{ hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
    ...(hasSeconds ? { second: "2-digit" } : {}),
  });
  return (
    <div class="timeline-ruler figures" aria-hidden="true">
      {ticks(shown, day, innerWidth < NARROW_PX ? MOST_TICKS_NARROW : MOST_TICKS).map((atMs) => (
        <span key={atMs} style={{ insetInlineStart: `${percentAt(shown, atMs)}%` }}>
          {format.format(atMs)}
        </span>
      ))}
    </div>
  );
}

function Legend() {
  const words = useText().recordings.timeline;
  const keys = ["video", "byMotion", "motion", "picture", "tag"] as const;
  return (
    <ul class="legend" aria-hidden="true">
      {keys.map((key) => (
        <li key={key}>
          <span class={`legend-key lane-${key}`} />
          {words[key]}
        </li>
      ))}
    </ul>
  );
}

function Notes({ isCut }: { readonly isCut: boolean }) {
  const { session } = usePage();
  const words = useText().recordings.timeline;
  return (
    <>
      {isCut && <p class="caution small">{words.isCut}</p>}
      {!session.may("System_r") && <p class="soft small">{words.noMotion}</p>}
    </>
  );
}
