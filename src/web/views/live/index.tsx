import { useEffect, useRef, useState } from "preact/hooks";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { failureSentence } from "./failure-sentence.ts";
import { type LiveFailure, playLiveVideo, type ShownPicture } from "./live-video.ts";
import { readoutParts } from "./readout.ts";

const STREAM = "stream1";
const READOUT_PERIOD_MS = 1000;

/** The live picture. */
export function LiveView() {
  const text = useText();
  const video = useRef<HTMLVideoElement>(null);
  const { readout, failure } = useLiveVideo(video, STREAM);
  return (
    <div class="live">
      <div class="stage">
        <video ref={video} autoplay muted playsInline hidden={failure !== undefined} aria-label={text.live.picture} />
        {failure !== undefined && <img id="mjpeg" alt={text.live.picture} src={`/api/mjpeg/${STREAM}`} />}
      </div>
      <footer class="live-foot">
        <span id="readout" class="figures" title={text.live.readout.title}>
          {failure === undefined ? readout : text.live.readout.mjpeg}
        </span>
        <span id="note" class="live-note" role="status">
          {failure !== undefined && text.live.mjpegNote(failureSentence(failure, text))}
        </span>
      </footer>
    </div>
  );
}

function useLiveVideo(video: { readonly current: HTMLVideoElement | null }, stream: string) {
  const { http, preferences } = usePage();
  const formats = useFormats();
  const [readout, setReadout] = useState("");
  const [failure, setFailure] = useState<LiveFailure>();
  useEffect(() => {
    if (video.current === null) return undefined;
    let shown: ShownPicture | undefined;
    let before = { count: 0, atMs: performance.now() };
    const live = playLiveVideo(video.current, stream, http, {
      onPicture: (newest) => {
        shown = newest;
      },
      onFailure: setFailure,
    });
    const timer = setInterval(async () => {
      const reception = await live.receive();
      if (shown === undefined) return;
      const now = { count: shown.count, atMs: performance.now() };
      const fps = ((now.count - before.count) * 1000) / (now.atMs - before.atMs);
      before = now;
      const words = preferences.text.peek().live.readout;
      setReadout(readoutParts(shown, fps, reception, words, formats).join(" · "));
    }, READOUT_PERIOD_MS);
    return () => {
      clearInterval(timer);
      live.stop();
    };
  }, [http, preferences, formats, stream, video]);
  return { readout, failure };
}
