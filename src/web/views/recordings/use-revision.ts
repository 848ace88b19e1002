import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { usePage } from "../../app/page.ts";

/** What is being recorded grows; each time costs eight of the hundred requests that a user has in a minute. */
const WHILE_RECORDING_MS = 60_000;
/** News and the answer to the order that made them come together. */
const SETTLED_MS = 1000;

/** Counts reasons to ask again: the recorder starts or ends, the connection is back, the page is seen again, the function is called. */
export function useRevision(): readonly [number, () => void] {
  const { control } = usePage();
  const [revision, setRevision] = useState(0);
  const pending = useRef<ReturnType<typeof setTimeout>>(undefined);
  const refresh = useCallback(() => {
    clearTimeout(pending.current);
    setRevision((before) => before + 1);
  }, []);
  const record = control.settings.value("record").value;
  const link = control.link.state.value;
  const seen = useRef({ record, wasLost: false });
  useEffect(() => {
    const { current } = seen;
    const isNews = record !== undefined && current.record !== undefined && record !== current.record;
    const isBack = link === "open" && current.wasLost;
    seen.current = { record: record ?? current.record, wasLost: link === "waiting" || (current.wasLost && !isBack) };
    if (!isNews && !isBack) return;
    clearTimeout(pending.current);
    pending.current = setTimeout(refresh, SETTLED_MS);
  }, [record, link, refresh]);
  useEffect(() => {
    if (record !== true) return undefined;
    const timer = setInterval(refresh, WHILE_RECORDING_MS);
    return () => clearInterval(timer);
  }, [record, refresh]);
  useEffect(() => {
    const onSeen = () => document.hidden || refresh();
    document.addEventListener("visibilitychange", onSeen);
    return () => {
      document.removeEventListener("visibilitychange", onSeen);
      clearTimeout(pending.current);
    };
  }, [refresh]);
  return [revision, refresh];
}
