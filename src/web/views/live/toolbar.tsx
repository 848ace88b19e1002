import { useEffect, useState } from "preact/hooks";
import { usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { RecordButton } from "./record-button.tsx";
import { saveSnapshot } from "./snapshot.ts";

/** The streams that can be looked at. */
export const STREAMS = ["stream1", "stream2"] as const;

/** One of them. */
export type StreamName = (typeof STREAMS)[number];

interface ToolbarProps {
  readonly stream: StreamName;
  readonly onStream: (stream: StreamName) => void;
  readonly video: { readonly current: HTMLVideoElement | null };
  /** Live video: single pictures cannot stand in a window of their own. */
  readonly isPlaying: boolean;
  readonly onWhy: () => void;
  /** Undefined: there is nothing to steer. */
  readonly deck: { readonly isOpen: boolean; readonly onToggle: () => void } | undefined;
}

/** What can be done with the picture as a whole. */
export function Toolbar({ stream, onStream, video, isPlaying, onWhy, deck }: ToolbarProps) {
  const { http, report, toasts } = usePage();
  const text = useText().live;
  const isFull = useFullScreen();
  const snapshot = () =>
    saveSnapshot(http, stream).then((name) => toasts.show("done", text.snapshotSaved(name)), report);
  const inset = () => togglePictureInPicture(video.current).catch(report);
  const full = () => toggleFullScreen(video.current).catch(report);
  return (
    <div class="toolbar">
      <div class="row">
        <RecordButton />
        <Button id="snapshot" icon="snapshot" title={text.snapshot} onClick={snapshot} />
      </div>
      <div class="row">
        <StreamChoice stream={stream} onStream={onStream} />
        <Button kind="quiet" icon="question" id="why" title={text.why.title} onClick={onWhy} />
        {document.pictureInPictureEnabled && (
          <Button
            kind="quiet"
            icon="inset"
            id="picture-in-picture"
            title={text.pictureInPicture}
            disabled={!isPlaying}
            onClick={inset}
          />
        )}
        {deck !== undefined && (
          <Button
            kind="quiet"
            icon="control"
            id="deck-toggle"
            title={text.deck}
            isPressed={deck.isOpen}
            onClick={deck.onToggle}
          />
        )}
        <Button
          kind="quiet"
          icon="fullscreen"
          id="full-screen"
          title={text.fullScreen}
          isPressed={isFull}
          onClick={full}
        />
      </div>
    </div>
  );
}

function StreamChoice({ stream, onStream }: Pick<ToolbarProps, "stream" | "onStream">) {
  const { settings } = usePage().control;
  const text = useText().live;
  const sizes = {
    stream1: settings.value("resolution").value,
    stream2: settings.value("stream2-resolution").value,
  };
  const choose = (value: string) => onStream(STREAMS.find((each) => each === value) ?? "stream1");
  return (
    <select
      id="stream"
      class="input stream-choice"
      aria-label={text.stream}
      value={stream}
      onChange={(event) => choose(event.currentTarget.value)}
    >
      {STREAMS.map((each) => (
        <option key={each} value={each}>
          {text.streams[each]((sizes[each] ?? "").replace("x", "×"))}
        </option>
      ))}
    </select>
  );
}

/** Whether the page is full screen; Escape ends it too, and so does leaving the picture. */
function useFullScreen(): boolean {
  const [isFull, setIsFull] = useState(document.fullscreenElement !== null);
  useEffect(() => {
    const look = () => setIsFull(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", look);
    return () => {
      document.removeEventListener("fullscreenchange", look);
      if (document.fullscreenElement !== null) void document.exitFullscreen();
    };
  }, []);
  return isFull;
}

async function togglePictureInPicture(video: HTMLVideoElement | null): Promise<void> {
  if (document.pictureInPictureElement !== null) await document.exitPictureInPicture();
  else await video?.requestPictureInPicture();
}

/** The whole page, so that what it has to say stays above the picture. iPhones put nothing but videos full screen. */
async function toggleFullScreen(video: HTMLVideoElement | null): Promise<void> {
  const page: Partial<HTMLElement> = document.documentElement;
  if (document.fullscreenElement !== null) await document.exitFullscreen();
  else if (page.requestFullscreen !== undefined) await document.documentElement.requestFullscreen();
  else (video as (HTMLVideoElement & { webkitEnterFullscreen?(): void }) | null)?.webkitEnterFullscreen?.();
}
