import { useState } from "preact/hooks";
import type { Permission } from "../../../identity/permissions.ts";
import { usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Dialog } from "../../design/dialog.tsx";
import { Field, Select } from "../../design/field.tsx";
import { ErrorNote } from "../../design/notes.tsx";
import { entriesOf, useAction } from "./action.ts";
import { allPermissions, PermissionChoice } from "./permission-choice.tsx";
import type { NewToken } from "./tokens.tsx";

const DAY_MS = 86_400_000;
/** Days; 0: it never ends. */
const LIFETIMES = [1, 30, 365, 0] as const;
/** What most scripts need. */
const USUAL: readonly Permission[] = ["Device_r", "Media_r", "Storage_r", "System_r"];

interface TokenDialogProps {
  readonly onMade: (token: NewToken) => void;
  readonly onClose: () => void;
}

/** Makes a token of the viewer's own rights, or of some of them. */
export function TokenDialog({ onMade, onClose }: TokenDialogProps) {
  const { http, session } = usePage();
  const text = useText();
  const words = text.system.tokens;
  const action = useAction();
  const own = allPermissions(text.system.permissions).filter((permission) => session.may(permission));
  const [chosen, setChosen] = useState<ReadonlySet<Permission>>(new Set(own.filter((each) => USUAL.includes(each))));
  const [days, setDays] = useState<(typeof LIFETIMES)[number]>(365);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const expires = days === 0 ? null : Date.now() + days * DAY_MS;
    const body = { name: entriesOf(event)("name"), expires, permissions: [...chosen] };
    await action.run(async () => onMade(await http.send<NewToken>("POST", "/api/tokens", body)));
  };
  return (
    <Dialog title={words.add} closeLabel={text.app.cancel} onClose={onClose}>
      <form id="token-form" class="stack" onSubmit={submit}>
        <Field label={words.name} hint={words.nameHint} name="name" autocomplete="off" required />
        <Select
          label={words.expires}
          name="days"
          value={String(days)}
          choices={LIFETIMES.map((each) => ({
            value: String(each),
            label: each === 0 ? words.never : words.days(each),
          }))}
          onChoose={(value) => setDays(LIFETIMES.find((each) => String(each) === value) ?? days)}
        />
        <PermissionChoice legend={words.rights} choices={own} chosen={chosen} onChoose={setChosen} />
        {action.error !== undefined && <ErrorNote text={action.error} />}
        <div class="row row-end">
          <Button onClick={onClose}>{text.app.cancel}</Button>
          <Button kind="main" type="submit" disabled={action.isBusy || chosen.size === 0}>
            {words.make}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
