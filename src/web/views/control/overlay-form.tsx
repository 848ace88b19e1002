import { useState } from "preact/hooks";
import type { Overlay } from "../../../settings/keys.ts";
import { usePage, useText } from "../../app/page.ts";
import { Field, Switch } from "../../design/field.tsx";
import { sentenceOf } from "../../text/error-sentence.ts";
import { useDesk } from "./desk.ts";
import { ResetOne } from "./reset-one.tsx";
import { Segments } from "./segments.tsx";

const CORNERS = ["top-left", "top-right", "bottom-left", "bottom-right"] as const;

/** What is written into the picture. */
export function OverlayForm() {
  const desk = useDesk();
  const text = useText();
  const words = text.control.overlay;
  const overlay = usePage().control.settings.value("overlay").value;
  const schema = desk.schema.value?.overlay;
  if (overlay === undefined || schema === undefined) return <p class="soft">{schema?.reason}</p>;
  const isDisabled = !desk.mayChange.value;
  const set = (change: Partial<Overlay>) => void desk.set("overlay", change);
  return (
    <section class="panel control-group overlay-form" aria-labelledby="overlay-title">
      <div class="overlay-head">
        <h2 id="overlay-title">{text.control.settings.overlay}</h2>
        <ResetOne name="overlay" schema={schema} />
      </div>
      <Switch
        label={words.enabled}
        isOn={overlay.enabled}
        isDisabled={isDisabled}
        onSwitch={(enabled) => set({ enabled })}
      />
      <div class="field">
        <span class="field-label" id="overlay-corner-label">
          {words.position}
        </span>
        <Segments
          id="overlay-corner"
          choices={CORNERS.map((value) => ({ value, label: words.corners[value] }))}
          value={overlay.position}
          isDisabled={isDisabled}
          aboutId="overlay-title"
          onChoose={(chosen) => {
            const position = CORNERS.find((corner) => corner === chosen);
            if (position !== undefined) set({ position });
          }}
        />
      </div>
      <OverlayText member="format" value={overlay.format} label={words.format} hint={words.formatHint} />
      <OverlayText member="text" value={overlay.text} label={words.text} hint={words.textHint} />
    </section>
  );
}

interface OverlayTextProps {
  readonly member: "format" | "text";
  readonly value: string;
  readonly label: string;
  readonly hint: string;
}

/** Counts when it is finished. What the camera refuses stays to be corrected, with why; Escape brings back what is in force. */
function OverlayText({ member, value, label, hint }: OverlayTextProps) {
  const desk = useDesk();
  const { errors } = useText();
  const [draft, setDraft] = useState<string>();
  const [isRefused, setIsRefused] = useState(false);
  const finish = async () => {
    if (draft === undefined) return;
    const isTaken = draft === value || (await desk.set("overlay", { [member]: draft }));
    setIsRefused(!isTaken);
    // what was typed meanwhile stays
    if (isTaken) setDraft((present) => (present === draft ? undefined : present));
  };
  const refusal = desk.refusals.value.overlay;
  return (
    <Field
      name={`overlay-${member}`}
      label={label}
      hint={hint}
      error={isRefused && refusal !== undefined ? sentenceOf(refusal.error, errors) : undefined}
      value={draft ?? value}
      disabled={!desk.mayChange.value}
      autocomplete="off"
      onInput={(event) => setDraft(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter") void finish();
        if (event.key !== "Escape") return;
        setDraft(undefined);
        setIsRefused(false);
      }}
      onBlur={() => void finish()}
    />
  );
}
