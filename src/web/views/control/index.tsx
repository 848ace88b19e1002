import { useEffect, useState } from "preact/hooks";
import { usePage, useText } from "../../app/page.ts";
import { hashOf } from "../../app/route.ts";
import { ErrorNote, Spinner } from "../../design/notes.tsx";
import { Tabs } from "../../design/tabs.tsx";
import { sentenceOf } from "../../text/error-sentence.ts";
import { Compare } from "./compare.tsx";
import { createDesk, type Desk, DeskContext } from "./desk.ts";
import { Groups } from "./groups.tsx";
import { OverlayForm } from "./overlay-form.tsx";
import { Presets } from "./presets.tsx";
import { Preview } from "./preview.tsx";
import { ResetAll } from "./reset-all.tsx";
import { GROUPS } from "./setting-groups.ts";

const PARTS = ["image", "streams", "overlay", "presets"] as const;
type Chosen = (typeof PARTS)[number];

/** Everything that makes the picture, beside the picture. */
export function ControlView() {
  const page = usePage();
  const [desk, setDesk] = useState<Desk>();
  useEffect(() => {
    const fresh = createDesk(page);
    setDesk(fresh);
    return () => fresh.close();
  }, [page]);
  if (desk === undefined) return null;
  return (
    <DeskContext.Provider value={desk}>
      <Bench desk={desk} />
    </DeskContext.Provider>
  );
}

function Bench({ desk }: { readonly desk: Desk }) {
  const text = useText().control;
  const chosen = useChosenPart();
  return (
    <div class="view control">
      <h1 class="unseen">{text.title}</h1>
      <aside class="control-side">
        {/* small as it is, it needs the large stream only where that is what is set */}
        <Preview stream={chosen === "streams" ? "stream1" : "stream2"} />
        {desk.mayChange.value && (
          <div class="row control-acts">
            <Compare />
            <ResetAll />
          </div>
        )}
      </aside>
      <Settings desk={desk} chosen={chosen} />
    </div>
  );
}

/** The tab that the address names. */
function useChosenPart(): Chosen {
  const [, wanted] = usePage().route.segments.value;
  return PARTS.find((part) => part === wanted) ?? "image";
}

function Settings({ desk, chosen }: { readonly desk: Desk; readonly chosen: Chosen }) {
  const text = useText();
  if (desk.schema.value === undefined) {
    const failure = desk.failure.value;
    if (failure === undefined) return <Spinner label={text.app.loading} />;
    const retry = { label: text.app.tryAgain, onRetry: desk.retry };
    return <ErrorNote text={sentenceOf(failure, text.errors)} retry={retry} />;
  }
  return (
    <div class="control-main stack">
      {!desk.mayChange.value && <p class="control-look">{text.control.lookOnly("Device_rw")}</p>}
      <div>
        <Tabs
          label={text.control.partsLabel}
          tabs={PARTS.map((id) => ({ id, label: text.control.parts[id] }))}
          chosen={chosen}
          onChoose={(id) => location.replace(hashOf("control", id))}
        >
          <div class="control-part">
            {chosen === "overlay" ? (
              <OverlayForm />
            ) : chosen === "presets" ? (
              <Presets />
            ) : (
              <Groups groups={GROUPS[chosen]} />
            )}
          </div>
        </Tabs>
      </div>
    </div>
  );
}
