import { useEffect, useState } from "preact/hooks";
import { ErrorNote, Spinner } from "../design/notes.tsx";
import { sentenceOf } from "../text/error-sentence.ts";
import { usePage, useText } from "./page.ts";

const RETRY_MS = 3000;

/** Stands until the camera has said who we are; asks again by itself while it does not. */
export function Arrival() {
  const { session } = usePage();
  const text = useText();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () =>
      session.refresh().catch((refused) => {
        setError(refused);
        timer = setTimeout(ask, RETRY_MS);
      });
    void ask();
    return () => clearTimeout(timer);
  }, [session]);
  return (
    <div class="view">
      {error !== undefined && <ErrorNote text={sentenceOf(error, text.errors)} />}
      <Spinner label={text.app.loading} />
    </div>
  );
}
