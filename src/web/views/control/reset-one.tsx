import type { Json } from "../../../core/json.ts";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { sameValue } from "./batch.ts";
import { type KnobSchema, useDesk } from "./desk.ts";
import type { KnobName } from "./setting-groups.ts";
import { shownValue } from "./words.ts";

interface ResetOneProps {
  readonly name: KnobName;
  readonly schema: KnobSchema;
  /** An automatic decides it. */
  readonly isRuled?: boolean;
}

/** Brings one setting back to its default; only to be seen where it is something else. */
export function ResetOne({ name, schema, isRuled = false }: ResetOneProps) {
  const desk = useDesk();
  const text = useText().control;
  const formats = useFormats();
  const standard = schema.default as Json | undefined;
  const value = usePage().control.settings.value(name).value as Json | undefined;
  const isStandard = standard === undefined || sameValue(value, standard);
  if (!desk.mayChange.value) return <span class="knob-reset" />;
  return (
    <span class="knob-reset">
      <Button
        kind="quiet"
        icon="rotor"
        title={text.reset.one(text.settings[name], shownValue(standard, text, formats))}
        disabled={isStandard || isRuled}
        onClick={() => desk.reset(name)}
      />
    </span>
  );
}
