import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Spinner } from "../../design/notes.tsx";
import { WHOLE } from "./digital-zoom.ts";
import { failureSentence } from "./failure-sentence.ts";
import { createGestures, type Gestures } from "./gestures.ts";
import type { LivePlayer, LiveState } from "./live-player.ts";
import type { ShownPicture } from "./live-video.ts";
import { SinglePictures } from "./single-pictures.tsx";
import { type Steering, steerByKeys } from "./steering.ts";

const KEY_TIMES = 1.25;
const STARTING: LiveState = { kind: "starting" };

interface StageProps {
  readonly video: { current: HTMLVideoElement | null };
  /** The last picture, while there is no new one. */
  readonly still: { current: HTMLCanvasElement | null };
  readonly player: LivePlayer | undefined;
  readonly stream: string;
  readonly steering: Steering | undefined;
  readonly onWhy: () => void;
}

/** The picture: video, or single pictures over it; magnified, steered, and explained where it is not what it should be. */
export function Stage({ video, still, player, stream, steering, onWhy }: StageProps) {
  const text = useText().live;
  const { stage, gestures, keys } = useHands(steering);
  const [hasMjpegFailed, setHasMjpegFailed] = useState(false);
  const { settings } = usePage().control;
  const main = settings.value("main-camera").value === 2 ? 2 : 1;
  const other = main === 1 ? 2 : 1;
  const isWithoutCamera = settings.value(`cam${main}-exists`).value === false;
  const couldChange = settings.value(`cam${other}-exists`).value === true;
  const state = player?.state.value ?? STARTING;
  const { factor, x, y } = gestures.magnification.value;
  return (
    <section
      ref={stage}
      class="stage"
      data-state={state.kind}
      data-grip={factor > 1 ? "move" : steering === undefined ? undefined : "steer"}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes keys, to steer and to magnify
      tabIndex={0}
      aria-label={text.stage(steering !== undefined)}
      onKeyDown={keys.down}
      onKeyUp={keys.up}
      onBlur={keys.leave}
    >
      <div class="stage-picture" style={{ transform: `translate(${x}px, ${y}px) scale(${factor})` }}>
        <video id="video" ref={video} autoplay muted playsInline aria-label={text.picture} />
        <canvas ref={still} hidden={state.kind !== "away" && state.kind !== "resting"} />
        {state.kind === "fallback" && (
          <SinglePictures stream={stream} label={text.picture} onTurn={setHasMjpegFailed} />
        )}
      </div>
      <StageState
        state={state}
        hasMjpegFailed={hasMjpegFailed}
        isWithoutCamera={isWithoutCamera}
        picture={player?.reading.value?.picture}
        gestures={gestures}
      />
      {(state.kind === "starting" || state.kind === "resting") && (
        <div class="stage-middle">
          <Spinner label={text.state.starting} />
        </div>
      )}
      <StageNote
        state={state}
        hasMjpegFailed={hasMjpegFailed}
        without={!isWithoutCamera ? undefined : couldChange ? text.otherCameraNote(main, other) : text.standInNote}
        onWhy={onWhy}
      />
    </section>
  );
}

/** Hands on the picture: mouse, fingers, keys. */
function useHands(steering: Steering | undefined) {
  const stage = useRef<HTMLElement>(null);
  const steered = useRef(steering);
  steered.current = steering;
  const hands = useMemo(() => {
    const gestures = createGestures(() => steered.current);
    const keys = steerByKeys(() => steered.current);
    const down = (event: KeyboardEvent) => {
      if (event.target !== stage.current || event.ctrlKey || event.altKey || event.metaKey) return;
      if (keys.down(event)) event.preventDefault();
      else if (event.key === "+") gestures.magnify(KEY_TIMES);
      else if (event.key === "-") gestures.magnify(1 / KEY_TIMES);
      else if (event.key === "0") gestures.magnification.value = WHOLE;
    };
    return { stage, gestures, keys: { ...keys, down } };
  }, []);
  useEffect(() => (stage.current === null ? undefined : hands.gestures.attach(stage.current)), [hands]);
  return hands;
}

interface StageStateProps {
  readonly state: LiveState;
  readonly hasMjpegFailed: boolean;
  readonly isWithoutCamera: boolean;
  readonly picture: ShownPicture | undefined;
  readonly gestures: Gestures;
}

/** The lamp in the corner, and how much of the picture is seen. */
function StageState({ state, hasMjpegFailed, isWithoutCamera, picture, gestures }: StageStateProps) {
  const text = useText().live;
  const formats = useFormats();
  const { factor } = gestures.magnification.value;
  const words = {
    starting: text.state.starting,
    resting: text.state.starting,
    playing: text.state.live,
    fallback: hasMjpegFailed ? text.state.none : text.state.mjpeg,
    away: text.state.away,
    refused: text.state.refused,
  };
  const showAll = () => {
    gestures.magnification.value = WHOLE;
  };
  return (
    <div class="stage-corner">
      {state.kind !== "starting" && state.kind !== "resting" && (
        <span
          class="lamp"
          data-lamp={isWithoutCamera || (state.kind === "fallback" && hasMjpegFailed) ? "away" : state.kind}
        >
          {isWithoutCamera && state.kind === "playing" ? text.state.camera : words[state.kind]}
          {picture !== undefined && <span class="figures">{`${picture.width}×${picture.height}`}</span>}
        </span>
      )}
      {factor > 1 && (
        <Button id="show-all" class="button button-glass" onClick={showAll}>
          {text.showAll(formats.number(factor, 1))}
        </Button>
      )}
    </div>
  );
}

interface StageNoteProps {
  readonly state: LiveState;
  readonly hasMjpegFailed: boolean;
  /** What to say where the camera gives no pictures. */
  readonly without: string | undefined;
  readonly onWhy: () => void;
}

/** Why this is not live video. */
function StageNote({ state, hasMjpegFailed, without, onWhy }: StageNoteProps) {
  const text = useText();
  const { mjpegNote, mjpegFailed, awayNote, why } = text.live;
  const isVideoTried = "failure" in state && state.failure.kind !== "unsupported";
  const reason = "failure" in state ? failureSentence(state.failure, text) : "";
  const notes = {
    starting: undefined,
    resting: undefined,
    playing: without,
    fallback: (hasMjpegFailed ? mjpegFailed : mjpegNote)(reason, isVideoTried),
    away: awayNote(reason),
    refused: reason,
  };
  const note = notes[state.kind];
  return (
    <div class="stage-note" role="status" data-empty={note === undefined}>
      {note !== undefined && (
        <>
          <p id="note">{note}</p>
          <Button class="button button-glass" onClick={onWhy}>
            {why.title}
          </Button>
        </>
      )}
    </div>
  );
}
