import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { usePage } from "../../app/page.ts";

/** What is being recorded grows. */
const WHILE_RECORDING_MS = 15_000;

/** Counts reasons to ask again: the recorder starts or ends, the connection is back, the function is called. */
export function useRevision(): readonly [number, () => void] {
  const { control } = usePage();
  const [revision, setRevision] = useState(0);
  const refresh = useCallback(() => setRevision((before) => before + 1), []);
  const record = control.settings.value("record").value;
  const link = control.link.state.value;
  const seen = useRef({ record, wasLost: false });
  useEffect(() => {
    const { current } = seen;
    const isNews = record !== undefined && current.record !== undefined && record !== current.record;
    const isBack = link === "open" && current.wasLost;
    seen.current = { record: record ?? current.record, wasLost: link === "waiting" || (current.wasLost && !isBack) };
    if (isNews || isBack) refresh();
  }, [record, link, refresh]);
  useEffect(() => {
    if (record !== true) return undefined;
    const timer = setInterval(refresh, WHILE_RECORDING_MS);
    return () => clearInterval(timer);
  }, [record, refresh]);
  return [revision, refresh];
}
