import { useState } from "preact/hooks";
import type { Permission } from "../../../identity/permissions.ts";
import { NewPasswordFields } from "../../app/new-password-fields.tsx";
import { usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { ErrorNote } from "../../design/notes.tsx";
import { entriesOf, useAction } from "./action.ts";
import { Confirm } from "./confirm.tsx";
import { Card, Facts } from "./facts.tsx";

/** One's own account. */
export function AccountPage() {
  const { http, session, toasts } = usePage();
  const text = useText().system;
  const words = text.account;
  const [isAsking, setIsAsking] = useState(false);
  const viewer = session.viewer.value;
  const endAll = async () => {
    await http.send("POST", "/api/logout?all");
    toasts.show("done", words.ended);
    await session.refresh();
  };
  return (
    <div class="cards">
      <Card title={words.who}>
        <Facts
          facts={[
            [text.users.name, viewer?.user],
            [text.users.role, viewer?.role && text.users.roles[viewer.role]],
            [words.permissions, <Permissions of={[...(viewer?.permissions ?? [])]} />],
          ]}
        />
        <div class="row">
          <Button icon="lock" onClick={() => setIsAsking(true)}>
            {words.endAll}
          </Button>
        </div>
        {isAsking && (
          <Confirm title={words.endAll} label={words.endAll} onConfirm={endAll} onClose={() => setIsAsking(false)}>
            <p>{words.endAllAsk}</p>
          </Confirm>
        )}
      </Card>
      <Card title={words.password}>
        <PasswordForm />
      </Card>
    </div>
  );
}

function Permissions({ of }: { readonly of: readonly Permission[] }) {
  const { permissions } = useText().system;
  return (
    <ul class="rights">
      {of.map((each) => (
        <li key={each} title={each}>
          {permissions[each]}
        </li>
      ))}
    </ul>
  );
}

function PasswordForm() {
  const { session, toasts } = usePage();
  const text = useText();
  const action = useAction();
  const [differs, setDiffers] = useState(false);
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const entry = entriesOf(event);
    const isSame = entry("fresh") === entry("repeat");
    setDiffers(!isSame);
    if (!isSame || !(await action.run(() => session.changePassword(entry("old"), entry("fresh"))))) return;
    form.reset();
    toasts.show("done", text.system.account.passwordChanged);
  };
  return (
    <form id="own-password" class="stack" onSubmit={save}>
      <NewPasswordFields hint={text.system.users.passwordRule} differs={differs} />
      {action.error !== undefined && <ErrorNote text={action.error} />}
      <div class="row">
        <Button kind="main" type="submit" disabled={action.isBusy}>
          {text.system.account.change}
        </Button>
      </div>
    </form>
  );
}
