import type { Json } from "../../../core/json.ts";
import { useFormats, usePage, useText } from "../../app/page.ts";
import type { Text } from "../../text/en.ts";
import { sentenceOf } from "../../text/error-sentence.ts";
import type { Formats } from "../../text/formats.ts";
import { useDesk } from "./desk.ts";
import type { KnobName } from "./setting-groups.ts";

const US_PER_S = 1_000_000;
const MAX_SHOWN_CHARACTERS = 60;

/** A unit as the user's language writes it. */
export function unitOf(unit: string | undefined, text: Text["control"]): string {
  const known: Readonly<Record<string, string>> = text.units;
  return unit === undefined ? "" : (known[unit] ?? unit);
}

/** A value in words, without its unit. */
export function shownValue(value: Json | undefined, text: Text["control"], formats: Formats): string {
  if (typeof value === "number") return Number.isFinite(value) ? formats.number(value) : "–";
  if (typeof value === "boolean") return text.values[value ? "on" : "off"];
  if (typeof value === "string") {
    const known: Readonly<Record<string, string>> = text.values.flip;
    return known[value] ?? value.replace(/^(\d+)x(\d+)$/, "$1 × $2").slice(0, MAX_SHOWN_CHARACTERS);
  }
  return "";
}

/** Why the last value was not taken; undefined: it was. */
export function useRefusal(name: KnobName): string | undefined {
  const refusal = useDesk().refusals.value[name];
  const text = useText();
  const formats = useFormats();
  if (refusal === undefined) return undefined;
  const sentence = sentenceOf(refusal.error, text.errors);
  const value = (refusal.typed ?? shownValue(refusal.value, text.control, formats)).slice(0, MAX_SHOWN_CHARACTERS);
  return value === "" ? sentence : text.control.refused(value, sentence);
}

/** What is worth knowing about a value as it is. */
export function useHint(name: KnobName): string | undefined {
  const { settings } = usePage().control;
  const { hints } = useText().control;
  const formats = useFormats();
  switch (name) {
    case "exposure": {
      const us = settings.value("exposure").value ?? US_PER_S;
      return us > 0 && us < US_PER_S / 2 ? hints.exposure(formats.number(US_PER_S / us)) : undefined;
    }
    case "gop": {
      const [gop, fps] = [settings.value("gop").value, settings.value("fps").value];
      return gop === undefined || fps === undefined ? undefined : hints.gop(formats.number(gop / fps, 1));
    }
    case "adaptive-bitrate":
      return hints.adaptive;
    case "bitrate-max":
      return settings.value("adaptive-bitrate").value === true ? undefined : hints.adaptiveOff;
    case "jpeg-quality":
      return hints.stills;
    case "rotation":
      return hints.rotation;
    default:
      return undefined;
  }
}
