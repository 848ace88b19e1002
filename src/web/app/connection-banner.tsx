import { useEffect, useState } from "preact/hooks";
import { Button } from "../design/button.tsx";
import { Icon } from "../design/icon.tsx";
import { usePage, useText } from "./page.ts";

const SECOND_MS = 1000;

/** Says that the camera is away, when the next attempt is, and lets the user make it now. */
export function ConnectionBanner() {
  const { link } = usePage().control;
  const text = useText().app.connection;
  const state = link.state.value;
  const [isLost, setIsLost] = useState(false);
  const seconds = useSecondsUntil(link.retryAtMs.value, state === "waiting");
  useEffect(() => {
    // the first connection is made in silence
    if (state === "waiting") setIsLost(true);
    if (state === "open" || state === "off") setIsLost(false);
  }, [state]);
  if (!isLost) return null;
  return (
    <div class="banner" role="status">
      <Icon name="warning" />
      <p>
        {text.lost} {state === "waiting" ? <span aria-hidden="true">{text.retryIn(seconds)}</span> : text.connecting}
      </p>
      <Button onClick={() => link.retry()} disabled={state !== "waiting"}>
        {text.retryNow}
      </Button>
    </div>
  );
}

function useSecondsUntil(atMs: number, isCounting: boolean): number {
  const [nowMs, setNowMs] = useState(Date.now());
  useEffect(() => {
    if (!isCounting) return undefined;
    setNowMs(Date.now());
    const timer = setInterval(() => setNowMs(Date.now()), SECOND_MS);
    return () => clearInterval(timer);
  }, [isCounting, atMs]);
  return Math.max(0, Math.ceil((atMs - nowMs) / SECOND_MS));
}
