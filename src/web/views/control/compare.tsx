import { useEffect, useState } from "preact/hooks";
import { usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { ErrorNote } from "../../design/notes.tsx";
import { sentenceOf } from "../../text/error-sentence.ts";
import { type Comparison, createComparison } from "./comparison.ts";
import { useDesk } from "./desk.ts";

/** The button that shows the picture as it was, while it is held: by finger, mouse, or the keys that press buttons. */
export function Compare() {
  const page = usePage();
  const desk = useDesk();
  const [comparison, setComparison] = useState<Comparison>();
  useEffect(() => {
    const fresh = createComparison(page, desk);
    setComparison(fresh);
    // whoever looks away holds nothing
    addEventListener("blur", fresh.release);
    addEventListener("pagehide", fresh.leave);
    return () => {
      removeEventListener("blur", fresh.release);
      removeEventListener("pagehide", fresh.leave);
      fresh.close();
    };
  }, [page, desk]);
  return comparison === undefined ? null : <HoldButton comparison={comparison} />;
}

function HoldButton({ comparison }: { readonly comparison: Comparison }) {
  const text = useText();
  const { compare } = text.control;
  const { press, release } = comparison;
  const state = comparison.state.value;
  const isIdle = state === "after" && !comparison.isWorth.value;
  const isKey = ({ key, repeat }: KeyboardEvent) => (key === " " || key === "Enter") && !repeat;
  return (
    <>
      <Button
        id="compare"
        icon="swap"
        isPressed={state === "before"}
        disabled={isIdle}
        title={isIdle ? compare.same : compare.title}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          press();
        }}
        onPointerUp={release}
        onPointerCancel={release}
        onContextMenu={(event) => event.preventDefault()}
        onKeyDown={(event) => isKey(event) && press()}
        onKeyUp={(event) => isKey(event) && release()}
        onBlur={release}
      >
        {state === "before" ? compare.showing : compare.hold}
      </Button>
      {state === "stuck" && (
        <ErrorNote
          text={compare.stuck(sentenceOf(comparison.error.value, text.errors))}
          retry={{ label: compare.putBack, onRetry: release }}
        />
      )}
    </>
  );
}
