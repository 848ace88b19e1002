import { useState } from "preact/hooks";
import type { Json } from "../../../core/json.ts";
import type { SettingName } from "../../../settings/keys.ts";
import { RequestError } from "../../api/request-error.ts";
import { usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { ErrorNote } from "../../design/notes.tsx";
import { sentenceOf } from "../../text/error-sentence.ts";
import { sameValue } from "./batch.ts";
import { useDesk } from "./desk.ts";
import { isolated, type Preset } from "./preset.ts";
import type { PresetStore } from "./preset-store.ts";
import { KNOBS, PART_KEYS, type Part } from "./setting-groups.ts";

const PARTS: readonly Part[] = ["image", "streams", "overlay"];
/** As much as a passing note has room for. */
const MAX_SHOWN_NAME = 60;

interface PresetRowProps {
  readonly store: PresetStore;
  readonly preset: Preset;
  readonly onAsk: (kind: "rename" | "remove") => void;
}

/** One preset, with what can be done with it. */
export function PresetRow({ store, preset, onAsk }: PresetRowProps) {
  const text = useText().control.presets;
  const { mayChange } = useDesk();
  const isInForce = useIsInForce(preset);
  const application = useApplication(store, preset);
  const { name } = preset;
  return (
    <li class="preset" data-preset={preset.id}>
      <div class="preset-name">
        <p dir="auto" title={name}>
          {name}
        </p>
        <Contents preset={preset} isInForce={isInForce} />
      </div>
      {mayChange.value && (
        <>
          <Button
            icon="check"
            aria-label={text.applyLabel(name)}
            disabled={isInForce || application.isBusy}
            onClick={() => application.run([])}
          >
            {text.apply}
          </Button>
          <Button kind="quiet" icon="edit" title={text.renameLabel(name)} onClick={() => onAsk("rename")} />
          <Button kind="quiet" icon="trash" title={text.removeLabel(name)} onClick={() => onAsk("remove")} />
        </>
      )}
      {application.refused !== undefined && <Refused preset={preset} application={application} />}
    </li>
  );
}

/** What it keeps, and whether the camera has all of that. */
function Contents({ preset, isInForce }: { readonly preset: Preset; readonly isInForce: boolean }) {
  const { parts, presets } = useText().control;
  const keys = Object.keys(preset.values);
  const known: readonly string[] = KNOBS;
  const kept = [
    ...PARTS.filter((part) => PART_KEYS[part].some((key) => keys.includes(key))).map((part) => parts[part]),
    ...(keys.every((key) => known.includes(key)) ? [] : [presets.others]),
  ];
  return (
    <p class="soft">
      {kept.join(" · ")}
      {isInForce && <span class="preset-force"> · {presets.inForce}</span>}
    </p>
  );
}

function useIsInForce({ values }: Preset): boolean {
  const { settings } = usePage().control;
  return Object.entries(values).every(([key, value]) =>
    sameValue(value, settings.value(key as SettingName).value as Json | undefined),
  );
}

/** A preset on its way to the camera. */
interface Application {
  readonly isBusy: boolean;
  /** Why it did not get there, and what was left out then. */
  readonly refused: { readonly error: unknown; readonly except: readonly string[] } | undefined;
  run(except: readonly string[]): Promise<void>;
}

function useApplication(store: PresetStore, preset: Preset): Application {
  const { toasts } = usePage();
  const text = useText().control.presets;
  const [isBusy, setIsBusy] = useState(false);
  const [refused, setRefused] = useState<Application["refused"]>();
  return {
    isBusy,
    refused,
    async run(except) {
      setIsBusy(true);
      setRefused(undefined);
      try {
        await store.apply(preset, except);
        toasts.show("done", text.applied(isolated(preset.name.slice(0, MAX_SHOWN_NAME))));
      } catch (error) {
        setRefused({ error, except });
      }
      setIsBusy(false);
    },
  };
}

/** Which setting the camera refuses, and why; the rest can be had without it. */
function Refused({ preset, application }: { readonly preset: Preset; readonly application: Application }) {
  const text = useText();
  const { settings, presets } = text.control;
  const { error, except = [] } = application.refused ?? {};
  const sentence = sentenceOf(error, text.errors);
  const key = error instanceof RequestError ? error.failure.key : undefined;
  if (key === undefined || !(key in preset.values)) return <ErrorNote text={sentence} />;
  const names: Readonly<Record<string, string>> = settings;
  const left = [...except, key];
  const canDoRest = Object.keys(preset.values).some((each) => !left.includes(each));
  const retry = { label: presets.withoutIt, onRetry: () => void application.run(left) };
  return (
    <ErrorNote
      text={`${presets.refused(names[key] ?? key)} ${sentence}`}
      retry={canDoRest && !application.isBusy ? retry : undefined}
    />
  );
}
