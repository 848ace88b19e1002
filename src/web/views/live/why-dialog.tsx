import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { usePage, useText } from "../../app/page.ts";
import { Dialog } from "../../design/dialog.tsx";
import { Spinner } from "../../design/notes.tsx";
import { type Evidence, findings } from "./findings.ts";
import type { LivePlayer } from "./live-player.ts";
import type { ReadingHistory } from "./reading-history.ts";

const PERIOD_MS = 3000;

/** Asks the camera how it is and says why there is no picture, again and again while it is open. */
export function WhyDialog({ player, onClose }: { readonly player: LivePlayer; readonly onClose: () => void }) {
  const { http, control } = usePage();
  const text = useText();
  const [answer, setAnswer] = useState<Pick<Evidence, "status">>();
  useEffect(() => {
    let isOpen = true;
    const ask = () =>
      http.get<NonNullable<Evidence["status"]>>("/api/status").then(
        (status) => isOpen && setAnswer({ status }),
        () => isOpen && setAnswer({ status: undefined }),
      );
    void ask();
    const timer = setInterval(ask, PERIOD_MS);
    return () => {
      isOpen = false;
      clearInterval(timer);
    };
  }, [http]);
  const mainCamera: 1 | 2 = control.settings.value("main-camera").value === 2 ? 2 : 1;
  const known = {
    state: player.state.value,
    reading: player.reading.value,
    mainCamera,
    isCameraThere: control.settings.value(`cam${mainCamera}-exists`).value,
  };
  return (
    <Dialog title={text.live.why.title} closeLabel={text.app.close} onClose={onClose}>
      {answer === undefined ? (
        <Spinner label={text.live.why.asking} />
      ) : (
        <ul id="findings" class="findings" aria-live="polite">
          {findings({ ...known, status: answer.status }, text).map((sentence) => (
            <li key={sentence} dir="auto">
              {sentence}
            </li>
          ))}
        </ul>
      )}
      <History history={player.history.value} />
    </Dialog>
  );
}

/** Drawn once there is something to see, and what draws it is here; without it the words above say enough. */
function History({ history }: { readonly history: ReadingHistory }) {
  const text = useText().live.why.history;
  const [charts, setCharts] = useState<{ readonly Body: ComponentType<{ readonly history: ReadingHistory }> }>();
  useEffect(() => {
    import("./reading-charts.tsx").then(
      ({ ReadingCharts }) => setCharts({ Body: ReadingCharts }),
      () => undefined,
    );
  }, []);
  if (charts === undefined || history.times.length === 0) return null;
  return (
    <section class="history" aria-labelledby="history-title">
      <h3 id="history-title">{text.title}</h3>
      <charts.Body history={history} />
    </section>
  );
}
