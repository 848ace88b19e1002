import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ErrorNote, Spinner } from "../design/notes.tsx";
import { useText } from "./page.ts";
import type { View } from "./views.ts";

/** A view, once its files are here. They may not come: the camera restarts, or has another version by now. */
export function LoadedView({ view }: { readonly view: View }) {
  const text = useText().app;
  const [component, setComponent] = useState<{ readonly Body: ComponentType }>();
  const [hasFailed, setHasFailed] = useState(false);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let isWanted = true;
    view.load().then(
      (Body) => isWanted && setComponent({ Body }),
      () => isWanted && setHasFailed(true),
    );
    return () => {
      isWanted = false;
    };
  }, [view, attempt]);
  const retry = () => {
    setHasFailed(false);
    setAttempt(attempt + 1);
  };
  if (component !== undefined) return <component.Body />;
  return (
    <div class="view">
      {hasFailed ? (
        <ErrorNote text={text.notLoaded} retry={{ label: text.tryAgain, onRetry: retry }} />
      ) : (
        <Spinner label={text.loading} />
      )}
    </div>
  );
}
