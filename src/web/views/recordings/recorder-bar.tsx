import { useEffect, useState } from "preact/hooks";
import type { InferOutput } from "valibot";
import type { RecordingDescription, StatusDescription, StopDescription } from "../../../modules/recordings/model.ts";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import type { IconName } from "../../design/icon.tsx";
import { ErrorNote } from "../../design/notes.tsx";
import { sentenceOf } from "../../text/error-sentence.ts";
import { useLoaded } from "./use-loaded.ts";

type Status = InferOutput<typeof StatusDescription>;
type Order = "start" | "pause" | "resume" | "stop" | "snapshot";

const SECOND_MS = 1000;
/** What grows between is counted here; the camera says how it really is. */
const ASK_AGAIN_MS = 15_000;

const ORDERS: Readonly<Record<Status["state"], readonly Order[]>> = {
  off: ["start"],
  starting: [],
  recording: ["pause", "stop"],
  paused: ["resume", "stop"],
  stopping: [],
};
const ICONS: Readonly<Record<Order, IconName>> = {
  ...{ start: "record", pause: "pause", resume: "play", stop: "stop", snapshot: "snapshot" },
};

/** What the recorder does, for how long, and its keys. `onChange`: there is something new to list. */
export function RecorderBar({ revision, onChange }: { readonly revision: number; readonly onChange: () => void }) {
  const { session } = usePage();
  const text = useText();
  const words = text.recordings;
  const { status, elapsedMs, error, reload } = useRecorder(revision);
  const [refused, setRefused] = useState<unknown>();
  const failure = useFailure(status?.state);
  // what else an order changes is heard from the camera, as it is by those who did not give it
  const [busy, give] = useOrders(setRefused, (order) =>
    (order === "stop" || order === "snapshot" ? onChange : reload)(),
  );
  const shown = refused ?? error;
  const mayRecord = session.may("Media_rw");
  const state = status?.state ?? "off";
  return (
    <section class="recorder" aria-label={words.recorder.label}>
      <div class={`recorder-line panel recorder-${state}`}>
        <span class="recorder-lamp" aria-hidden="true" />
        <strong id="recorder-state" role="status">
          {words.recorder.state[state]}
        </strong>
        {status !== undefined && <Running status={status} elapsedMs={elapsedMs} />}
        <span class="recorder-keys row">
          {!mayRecord && <span class="soft">{words.mayNot("Media_rw")}</span>}
          {mayRecord &&
            [...ORDERS[state], "snapshot" as const].map((order) => (
              <Button
                key={order}
                icon={ICONS[order]}
                kind={order === "start" ? "main" : "plain"}
                disabled={busy !== undefined}
                data-order={order}
                onClick={() => give(order)}
              >
                {words.recorder[order]}
              </Button>
            ))}
        </span>
      </div>
      {failure !== undefined && <ErrorNote text={failure} />}
      {shown !== undefined && (
        <ErrorNote text={sentenceOf(shown, text.errors)} retry={{ label: text.app.tryAgain, onRetry: reload }} />
      )}
    </section>
  );
}

function Running({ status, elapsedMs }: { readonly status: Status; readonly elapsedMs: number }) {
  const formats = useFormats();
  const words = useText().recordings.recorder;
  if (status.state === "off" || status.filename === undefined) return null;
  return (
    <>
      <span id="elapsed" class="figures recorder-elapsed" role="timer">
        {formats.duration(elapsedMs)}
      </span>
      <span class="soft recorder-name">
        <span dir="auto">{status.filename}</span>
        {status.file_size > 0 && ` · ${formats.bytes(status.file_size)}`}
        {status.mode === "timelapse" && ` · ${words.timelapse}`}
      </span>
      {status.frames_lost > 0 && <span class="caution">{words.framesLost(formats.number(status.frames_lost))}</span>}
    </>
  );
}

/** The recorder's state, whoever changes it, and the time that a recording has run. */
function useRecorder(revision: number) {
  const { http, control } = usePage();
  const record = control.settings.value("record").value;
  const [turn, setTurn] = useState(0);
  const [nowMs, setNowMs] = useState(Date.now());
  const ask = async () => ({ status: await http.get<Status>("/api/recording/status"), atMs: Date.now() });
  const { value, error } = useLoaded(
    ask,
    [],
    revision + turn + (record === true ? 0.5 : record === "pause" ? 0.25 : 0),
  );
  const state = value?.status.state;
  const reload = () => setTurn((before) => before + 1);
  useEffect(() => {
    if (state === undefined || state === "off") return undefined;
    const clock = setInterval(() => setNowMs(Date.now()), SECOND_MS);
    const again = setInterval(() => setTurn((before) => before + 1), ASK_AGAIN_MS);
    return () => {
      clearInterval(clock);
      clearInterval(again);
    };
  }, [state]);
  // a state that passes is asked about until it has
  useEffect(() => {
    if (state !== "starting" && state !== "stopping") return undefined;
    const timer = setTimeout(() => setTurn((before) => before + 1), SECOND_MS);
    return () => clearTimeout(timer);
  }, [state, turn]);
  const sinceMs = state === "recording" && value !== undefined ? Math.max(0, nowMs - value.atMs) : 0;
  const { mode, start, duration = 0 } = value?.status ?? {};
  const isLapse = mode === "timelapse" && start !== undefined;
  return { status: value?.status, error, reload, elapsedMs: isLapse ? nowMs - start : duration * SECOND_MS + sinceMs };
}

/** One order at a time; what comes of it is told. */
function useOrders(setRefused: (error: unknown) => void, onDone: (order: Order) => void) {
  const { http, toasts } = usePage();
  const words = useText().recordings.recorder;
  const formats = useFormats();
  const [busy, setBusy] = useState<Order>();
  const give = async (order: Order) => {
    setBusy(order);
    setRefused(undefined);
    try {
      if (order === "snapshot") {
        const { filename } = await http.send<RecordingDescription>("POST", "/api/snapshot");
        toasts.show("done", words.kept(filename));
      } else {
        const answer = await http.send<InferOutput<typeof StopDescription>>("POST", `/api/recording/${order}`);
        if (order === "stop")
          toasts.show("done", words.saved(answer.filename, formats.duration(answer.duration * SECOND_MS)));
      }
    } catch (error) {
      setRefused(error);
    }
    setBusy(undefined);
    onDone(order);
  };
  return [busy, give] as const;
}

/** Why the last recording ended by itself, until another one runs. */
function useFailure(state: Status["state"] | undefined): string | undefined {
  const { control } = usePage();
  const words = useText().recordings.recorder;
  const [failure, setFailure] = useState<{ readonly why: string }>();
  useEffect(() => {
    const end = control.subscribe("events");
    const leave = control.onEvent(({ event, data }) => {
      if (event === "recording-failed") setFailure({ why: String(data.reason ?? "") });
      if (event === "recording-started") setFailure(undefined);
    });
    return () => {
      leave();
      end();
    };
  }, [control]);
  if (failure === undefined || state === "recording") return undefined;
  return failure.why === "" ? words.failed : words.failedWhy(failure.why);
}
