import { effect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { usePage, useText } from "../../app/page.ts";
import { EmptyState, ErrorNote } from "../../design/notes.tsx";
import { sentenceOf } from "../../text/error-sentence.ts";
import type { Playhead } from "./playhead.ts";
import { momentAt, type Recording, secondAt } from "./recording-time.ts";

interface ScreenProps {
  readonly recording: Recording;
  readonly playhead: Playhead;
  readonly onEnded: () => void;
}

/** What was recorded, to see. */
export function Screen(props: ScreenProps) {
  const { recording } = props;
  const text = useText().recordings.player;
  const [hasFailed, setHasFailed] = useState(false);
  if (recording.state === "missing")
    return (
      <EmptyState icon="warning" title={text.notPlayed}>
        <p>{text.gone}</p>
      </EmptyState>
    );
  if (hasFailed) return <WhyNot recording={recording} onRetry={() => setHasFailed(false)} />;
  if (recording.kind === "snapshot")
    return (
      <img
        class="screen-picture"
        src={addressOf(recording)}
        alt={text.picture(recording.filename)}
        onError={() => setHasFailed(true)}
      />
    );
  return <Video {...props} onFailure={() => setHasFailed(true)} />;
}

/** Where the file is. */
export function addressOf({ id }: Recording): string {
  return `/api/recordings/${encodeURIComponent(id)}`;
}

function Video({ recording, playhead, onEnded, onFailure }: ScreenProps & { readonly onFailure: () => void }) {
  const text = useText().recordings.player;
  const video = useRef<HTMLVideoElement>(null);
  // one index in front lets the browser go anywhere at once; what has no end yet, or none at all, is played as it was written
  const [isProgressive, setIsProgressive] = useState(recording.state === "ready");
  const goOn = useWishes(video, recording, playhead);
  const showTime = () => {
    const { current } = video;
    if (current !== null && playhead.wanted.peek() === undefined)
      playhead.atMs.value = momentAt(recording, current.currentTime);
  };
  return (
    <video
      ref={video}
      class="screen-picture"
      src={`${addressOf(recording)}${isProgressive ? "?format=mp4" : ""}`}
      poster={recording.state === "recording" ? undefined : `${addressOf(recording)}/thumbnail`}
      aria-label={text.video(recording.filename)}
      preload="metadata"
      controls
      muted
      playsInline
      onLoadedMetadata={() => {
        goOn();
        if (playhead.isPlaying.peek()) video.current?.play().catch(() => undefined);
      }}
      onSeeked={goOn}
      onTimeUpdate={showTime}
      onPlay={() => {
        playhead.isPlaying.value = true;
      }}
      onPause={() => {
        if (video.current?.ended === false) playhead.isPlaying.value = false;
      }}
      onEnded={onEnded}
      onError={() => (isProgressive ? setIsProgressive(false) : onFailure())}
    />
  );
}

/** Goes where the playhead is wanted; who drags it asks more often than a picture can be found, so the newest wish counts. */
function useWishes(
  video: { readonly current: HTMLVideoElement | null },
  recording: Recording,
  { wanted, atMs }: Playhead,
): () => void {
  const goOn = () => {
    const wish = wanted.peek();
    const { current } = video;
    if (wish?.id !== recording.id || current === null) return;
    if (current.seeking || current.readyState < HTMLMediaElement.HAVE_METADATA) return;
    wanted.value = undefined;
    atMs.value = wish.atMs;
    current.currentTime = Math.min(secondAt(recording, wish.atMs), current.duration);
  };
  const newest = useRef(goOn);
  newest.current = goOn;
  useEffect(
    () =>
      effect(() => {
        if (wanted.value !== undefined) newest.current();
      }),
    [wanted],
  );
  return goOn;
}

/** A browser does not tell why it cannot play: the camera is asked. */
function WhyNot({ recording, onRetry }: { readonly recording: Recording; readonly onRetry: () => void }) {
  const { http } = usePage();
  const text = useText();
  const [why, setWhy] = useState<unknown>();
  useEffect(() => {
    http.request(addressOf(recording), { headers: { Range: "bytes=0-0" } }).catch(setWhy);
  }, [http, recording]);
  const { damaged, notPlayed } = text.recordings.player;
  const sentence =
    why === undefined ? (recording.state === "damaged" ? damaged : notPlayed) : sentenceOf(why, text.errors);
  return (
    <div class="screen-failure">
      <ErrorNote text={sentence} retry={{ label: text.app.tryAgain, onRetry }} />
    </div>
  );
}
