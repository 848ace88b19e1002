import { useEffect, useRef, useState } from "preact/hooks";
import { usePage, useText } from "../../app/page.ts";
import { isSeen, watchAttention } from "../live/attention.ts";
import { playLiveVideo } from "../live/live-video.ts";
import { SinglePictures } from "../live/single-pictures.tsx";

/** The stream that is shown. */
export type ShownStream = "stream1" | "stream2";

/** How the picture comes. */
type Way = "video" | "mjpeg";

/**
 * The live picture, small: what a control does is seen while it moves. Rests while nobody can see it, and begins anew then, and when the
 * connection comes back.
 */
export function Preview({ stream }: { readonly stream: ShownStream }) {
  const { session, control } = usePage();
  const text = useText().control.preview;
  const [isResting, setIsResting] = useState(!isSeen());
  useEffect(
    () =>
      watchAttention(
        () => setIsResting(true),
        () => setIsResting(false),
      ),
    [],
  );
  const isOpen = control.link.state.value === "open" && !isResting;
  if (!session.may("Media_r")) return <p class="preview preview-note">{text.refused("Media_r")}</p>;
  return <Picture key={`${stream} ${isOpen}`} stream={stream} isOpen={isOpen} />;
}

function Picture({ stream, isOpen }: { readonly stream: ShownStream; readonly isOpen: boolean }) {
  const { http } = usePage();
  const text = useText().control.preview;
  const video = useRef<HTMLVideoElement>(null);
  const [way, setWay] = useState<Way>("video");
  const [hasFailed, setHasFailed] = useState(false);
  useEffect(() => {
    if (!isOpen || video.current === null) return undefined;
    if (typeof RTCPeerConnection === "undefined") {
      setWay("mjpeg");
      return undefined;
    }
    const live = playLiveVideo(video.current, stream, http, {
      onPicture: () => undefined,
      onFailure: () => setWay("mjpeg"),
    });
    return () => live.stop();
  }, [http, stream, isOpen]);
  return (
    <div class="preview" data-way={isOpen && !hasFailed ? way : "nothing"}>
      <video ref={video} autoplay muted playsInline hidden={way !== "video"} aria-label={text.label} />
      {way === "mjpeg" && <SinglePictures stream={stream} label={text.label} onTurn={setHasFailed} />}
      {way === "mjpeg" && !hasFailed && (
        <span class="preview-way" title={text.mjpegTitle}>
          {text.mjpeg}
        </span>
      )}
      {(hasFailed || !isOpen) && <p class="preview-note">{text.lost}</p>}
    </div>
  );
}
