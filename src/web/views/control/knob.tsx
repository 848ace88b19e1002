import { useId } from "preact/hooks";
import { usePage, useText } from "../../app/page.ts";
import { ChoiceKnob } from "./choice-knob.tsx";
import { type Desk, type KnobSchema, useDesk } from "./desk.ts";
import type { KnobProps } from "./knob-props.ts";
import { NumberKnob } from "./number-knob.tsx";
import { ResetOne } from "./reset-one.tsx";
import { type KnobName, RULED_BY } from "./setting-groups.ts";
import { SwitchKnob } from "./switch-knob.tsx";
import { useHint, useRefusal } from "./words.ts";

/** One setting: its name, a control of its kind, the way back to its default, and below what is to be known. */
export function Knob({ name }: { readonly name: KnobName }) {
  const desk = useDesk();
  const id = useId();
  const text = useText().control;
  const value = usePage().control.settings.value(name).value;
  const schema = desk.schema.value?.[name];
  const refusal = useRefusal(name);
  const hint = useHint(name);
  if (schema === undefined) return null;
  if (!schema.supported || value === undefined) return <LackingKnob name={name} reason={schema.reason ?? ""} />;
  const automatic = automaticOf(name, desk);
  const about = automatic === undefined ? hint : text.ruledBy(text.settings[automatic]);
  const isDisabled = !desk.mayChange.value || automatic !== undefined;
  return (
    <div class={`knob knob-${kindOf(schema, name)}`} data-knob={name}>
      <label class="knob-label" id={`${id}-label`} for={id}>
        {text.settings[name]}
      </label>
      <Control name={name} id={id} schema={schema} isDisabled={isDisabled} aboutId={`${id}-about`} />
      <ResetOne name={name} schema={schema} isRuled={automatic !== undefined} />
      <p id={`${id}-about`} class="knob-about" role={refusal === undefined ? undefined : "alert"}>
        {refusal ?? about}
      </p>
    </div>
  );
}

/** What this camera lacks, and why. */
function LackingKnob({ name, reason }: { readonly name: KnobName; readonly reason: string }) {
  const id = useId();
  const { settings, lacking } = useText().control;
  const known: Readonly<Record<string, string>> = lacking;
  return (
    <div class="knob knob-lacking" data-knob={name}>
      <label class="knob-label" for={id}>
        {settings[name]}
      </label>
      <p id={`${id}-about`} class="knob-reason">
        {known[reason] ?? reason}
      </p>
      <input id={id} class="knob-none" type="text" value="–" disabled aria-describedby={`${id}-about`} />
    </div>
  );
}

function Control(props: KnobProps) {
  switch (kindOf(props.schema, props.name)) {
    case "switch":
      return <SwitchKnob {...props} />;
    case "choice":
      return <ChoiceKnob {...props} />;
    case "number":
      return <NumberKnob {...props} />;
  }
}

function kindOf({ type, options }: KnobSchema, name: KnobName): "switch" | "choice" | "number" {
  if (type === "boolean") return "switch";
  // its sizes follow from those of the first stream
  return options !== undefined || name === "stream2-resolution" ? "choice" : "number";
}

/** The automatic that decides the value now; of gain nobody can say so before it is refused. */
function automaticOf(name: KnobName, desk: Desk): KnobName | undefined {
  const automatic = name === "gain" ? undefined : RULED_BY[name];
  return automatic !== undefined && desk.values.value[automatic] === true ? automatic : undefined;
}
