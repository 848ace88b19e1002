import { useEffect, useState } from "preact/hooks";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";

const TICK_MS = 500;
const RETRY_MS = 2000;

/** Starts, holds and ends a recording, and shows how long it is; follows whoever else does that. */
export function RecordButton() {
  const { control, session, toasts, report } = usePage();
  const text = useText().live.record;
  const formats = useFormats();
  const record = control.settings.value("record").value;
  const elapsedMs = useElapsed(record);
  if (record === undefined || !session.may("Media_rw")) return null;
  const order = (wanted: true | "pause" | "pause_release") => control.settings.order("record", wanted).catch(report);
  if (record === false) {
    return (
      <Button id="record" icon="record" class="button button-record" onClick={() => order(true)}>
        {text.start}
      </Button>
    );
  }
  const stop = () => control.settings.order("record", false).then(() => toasts.show("done", text.saved), report);
  const isPaused = record === "pause";
  const time = formats.duration(elapsedMs ?? 0);
  return (
    <div class="row recording" data-paused={isPaused}>
      <Button id="record" icon="stop" class="button button-recording" title={text.stop} onClick={stop}>
        <span id="elapsed" class="figures" role="timer" aria-label={(isPaused ? text.paused : text.elapsed)(time)}>
          {elapsedMs === undefined ? "…" : time}
        </span>
      </Button>
      <Button
        icon={isPaused ? "record" : "pause"}
        title={isPaused ? text.resume : text.pause}
        onClick={() => order(isPaused ? "pause_release" : "pause")}
      />
    </div>
  );
}

/** How long the recording is, ms; undefined: there is none, or the camera has not said yet. */
function useElapsed(record: unknown): number | undefined {
  const { http } = usePage();
  const [elapsedMs, setElapsedMs] = useState<number>();
  useEffect(() => {
    setElapsedMs(undefined);
    if (record === false || record === undefined) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isWanted = true;
    const ask = () =>
      http.get<{ readonly duration: number }>("/api/recording/status").then(
        ({ duration }) => {
          if (!isWanted) return;
          const beganMs = performance.now() - duration * 1000;
          const tick = () => setElapsedMs(performance.now() - beganMs);
          tick();
          if (record !== "pause") timer = setInterval(tick, TICK_MS);
        },
        () => {
          // asked too often, or no connection
          if (isWanted) timer = setTimeout(ask, RETRY_MS);
        },
      );
    void ask();
    return () => {
      isWanted = false;
      clearTimeout(timer); // clears an interval just as well
    };
  }, [http, record]);
  return elapsedMs;
}
