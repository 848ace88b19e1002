import { useState } from "preact/hooks";
import type {
  PreviewDescription,
  RetentionChange,
  RetentionDescription,
  RetentionKey,
} from "../../../modules/retention/model.ts";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { Field, Switch } from "../../design/field.tsx";
import { Confirm } from "./confirm.tsx";
import { type Draft, DraftBar, useDraftOf } from "./draft.tsx";
import { Card } from "./facts.tsx";
import { useLack } from "./lack.ts";
import { changeOf, draftOf, isAmount, isDays, type RetentionDraft } from "./retention-draft.ts";

const PATH = "/api/recordings/retention";

interface RetentionCardProps {
  readonly present: RetentionDescription;
  readonly onSaved: () => void;
}

/** What is to be confirmed; undefined members: how much goes could not be counted. */
type Asked = { readonly change: RetentionChange; readonly gone: PreviewDescription | undefined };

/** What is deleted by itself. Before a change deletes anything, it says how much. */
export function RetentionCard({ present, onSaved }: RetentionCardProps) {
  const { http, toasts } = usePage();
  const words = useText().system;
  const text = words.storage;
  const lack = useLack("Storage_rw");
  const [asked, setAsked] = useState<Asked>();
  const send = async (change: RetentionChange) => {
    await http.send("PATCH", PATH, change);
    onSaved();
  };
  const draft = useDraftOf("retention", draftOf(present), (value) => send(changeOf(value, present)));
  const save = async () => {
    const change = changeOf(draft.value, present);
    let gone: PreviewDescription | undefined;
    const isCounted = await draft.saving.run(async () => {
      gone = await http.get<PreviewDescription>(`${PATH}/preview?${queryOf(change)}`);
    });
    if (isCounted && gone?.files === 0) draft.save();
    else setAsked({ change, gone });
  };
  const confirm = async () => {
    await send(changeOf(draft.value, present));
    draft.discard();
    toasts.show("done", words.draft.saved);
  };
  return (
    <Card title={text.rules}>
      <p class="soft">{lack ?? text.rulesAbout}</p>
      <Rules draft={draft} present={present} isReadOnly={lack !== undefined} />
      <DraftBar
        draft={{
          ...draft,
          save,
          isChanged: draft.isChanged && isDays(draft.value.days) && isAmount(draft.value.gigabytes),
        }}
      />
      {asked !== undefined && (
        <Confirm title={text.askTitle} label={text.confirm} onConfirm={confirm} onClose={() => setAsked(undefined)}>
          <Warning gone={asked.gone} />
        </Confirm>
      )}
    </Card>
  );
}

interface RulesProps {
  readonly draft: Draft<RetentionDraft>;
  readonly present: RetentionDescription;
  readonly isReadOnly: boolean;
}

function Rules({ draft, present, isReadOnly }: RulesProps) {
  const text = useText().system.storage;
  const { value } = draft;
  const change = (part: Partial<RetentionDraft>) => draft.change({ ...value, ...part });
  const isFixed = (key: RetentionKey) => isReadOnly || present.fixed[key] !== undefined;
  const reason = useReason(present);
  return (
    <>
      <div class="filters">
        <Field
          label={text.days}
          hint={reason("days") ?? text.endless}
          error={isDays(value.days) ? undefined : text.notNumber}
          name="days"
          type="number"
          inputMode="numeric"
          min={0}
          max={36_500}
          value={value.days}
          disabled={isFixed("days")}
          onInput={(event) => change({ days: event.currentTarget.value })}
        />
        <Field
          label={text.size}
          hint={reason("bytes") ?? text.endless}
          error={isAmount(value.gigabytes) ? undefined : text.notNumber}
          name="gigabytes"
          type="number"
          inputMode="decimal"
          min={0}
          step="any"
          value={value.gigabytes}
          disabled={isFixed("bytes")}
          onInput={(event) => change({ gigabytes: event.currentTarget.value })}
        />
      </div>
      <div>
        <Switch
          label={text.overwrite}
          isOn={value.overwrite}
          isDisabled={isFixed("overwrite")}
          onSwitch={(overwrite) => change({ overwrite })}
        />
        <Reason text={reason("overwrite")} />
        <Switch
          label={text.tagged}
          isOn={value.deleteTagged}
          isDisabled={isFixed("delete_tagged")}
          onSwitch={(deleteTagged) => change({ deleteTagged })}
        />
        <Reason text={reason("delete_tagged")} />
      </div>
    </>
  );
}

/** Why a rule cannot be changed here; undefined: it can. */
function useReason({ fixed }: RetentionDescription): (key: RetentionKey) => string | undefined {
  const text = useText().system.storage;
  return (key) => {
    const origin = fixed[key];
    return origin === undefined ? undefined : text.fixedBy[origin](key);
  };
}

function Reason({ text }: { readonly text: string | undefined }) {
  return text === undefined ? null : <p class="field-hint">{text}</p>;
}

/** How much goes, as far as it is known. */
function Warning({ gone }: { readonly gone: PreviewDescription | undefined }) {
  const text = useText().system.storage;
  const formats = useFormats();
  if (gone === undefined) return <p>{text.askUncounted}</p>;
  return (
    <>
      <p>
        <strong>{text.ask(formats.number(gone.files), formats.bytes(gone.bytes))}</strong>
      </p>
      {gone.tagged > 0 && <p>{text.askTagged(formats.number(gone.tagged))}</p>}
      <p>{text.askLater}</p>
    </>
  );
}

function queryOf(change: RetentionChange): string {
  return String(new URLSearchParams(Object.entries(change).map(([key, value]) => [key, String(value)])));
}
