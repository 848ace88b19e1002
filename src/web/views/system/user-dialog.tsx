import { useState } from "preact/hooks";
import type { Permission, Role } from "../../../identity/permissions.ts";
import { usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Dialog } from "../../design/dialog.tsx";
import { Field, Select, Switch } from "../../design/field.tsx";
import { ErrorNote } from "../../design/notes.tsx";
import { entriesOf, useAction } from "./action.ts";
import { allPermissions, PermissionChoice } from "./permission-choice.tsx";
import type { User } from "./users.tsx";

interface UserDialogProps {
  /** Undefined: a new one. */
  readonly user: User | undefined;
  readonly onDone: (said: string) => void;
  readonly onClose: () => void;
}

/** Adds a user, or changes one. */
export function UserDialog({ user, onDone, onClose }: UserDialogProps) {
  const { session } = usePage();
  const text = useText();
  const words = text.system.users;
  const action = useAction();
  const save = useSave(user);
  const [role, setRole] = useState<Role>(user?.role ?? "viewer");
  const [extra, setExtra] = useState<ReadonlySet<Permission>>(new Set(user?.extra_permissions));
  const [onvif, setOnvif] = useState(user?.onvif ?? true);
  const isSelf = user !== undefined && user.name === session.viewer.value?.user;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const entry = entriesOf(event);
    const name = user?.name ?? entry("name");
    if (!(await action.run(() => save({ name, password: entry("password"), role, onvif, permissions: [...extra] }))))
      return;
    onClose();
    onDone(user === undefined ? words.added(name) : words.saved(name));
  };
  const roles = Object.keys(words.roles) as Role[];
  return (
    <Dialog
      title={user === undefined ? words.add : words.editOf(user.name)}
      closeLabel={text.app.cancel}
      onClose={onClose}
    >
      <form id="user-form" class="stack" onSubmit={submit}>
        {user === undefined && (
          <Field
            label={words.name}
            hint={words.nameRule}
            name="name"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            required
          />
        )}
        {isSelf ? (
          <p class="soft">{words.ownPassword}</p>
        ) : (
          <Field
            label={user === undefined ? words.password : words.newPassword}
            hint={user === undefined ? words.passwordRule : words.keepPassword}
            name="password"
            type="password"
            autocomplete="new-password"
            minLength={8}
            required={user === undefined}
          />
        )}
        <Select
          label={words.role}
          hint={words.roleAbout[role]}
          name="role"
          value={role}
          choices={roles.map((value) => ({ value, label: words.roles[value] }))}
          onChoose={(value) => setRole(roles.find((each) => each === value) ?? role)}
        />
        <Switch label={words.onvif} isOn={onvif} onSwitch={setOnvif} />
        <details class="more" open={extra.size > 0}>
          <summary>{words.extra}</summary>
          <PermissionChoice
            legend={words.extraAbout}
            choices={allPermissions(text.system.permissions)}
            chosen={extra}
            onChoose={setExtra}
          />
        </details>
        {user !== undefined && <p class="soft">{words.endsLogins}</p>}
        {action.error !== undefined && <ErrorNote text={action.error} />}
        <div class="row row-end">
          <Button onClick={onClose}>{text.app.cancel}</Button>
          <Button kind="main" type="submit" disabled={action.isBusy}>
            {words.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface Wanted {
  readonly name: string;
  /** Empty: as it is. */
  readonly password: string;
  readonly role: Role;
  readonly onvif: boolean;
  readonly permissions: readonly Permission[];
}

/** Sends what differs from what is: who lacks the right for the rest is not refused for what stays. */
function useSave(user: User | undefined): (wanted: Wanted) => Promise<unknown> {
  const { http } = usePage();
  return ({ name, password, role, onvif, permissions }) => {
    if (user === undefined) return http.send("POST", "/api/users", { name, password, role, onvif, permissions });
    const isSame = [...permissions].sort().join() === [...user.extra_permissions].sort().join();
    return http.send("PATCH", `/api/users/${encodeURIComponent(name)}`, {
      ...(password === "" ? {} : { password }),
      ...(role === user.role ? {} : { role }),
      ...(onvif === user.onvif ? {} : { onvif }),
      ...(isSame ? {} : { permissions }),
    });
  };
}
