import { useEffect, useState } from "preact/hooks";
import type { InferOutput } from "valibot";
import type { UserAnswer } from "../../../modules/users/model.ts";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Table } from "../../design/table.tsx";
import { Confirm } from "./confirm.tsx";
import { Badge } from "./facts.tsx";
import { LoadedPart, MoreButton, usePaged } from "./loading.tsx";
import { UserDialog } from "./user-dialog.tsx";

/** A user as the camera tells. */
export type User = InferOutput<typeof UserAnswer>;

/** What is open over the list. */
type Open = { readonly kind: "add" } | { readonly kind: "edit" | "remove"; readonly user: User } | undefined;

/** Who may use the device. */
export function UsersPage() {
  const { http, session, toasts } = usePage();
  const text = useText().system.users;
  const users = usePaged<User>("/api/users?limit=100");
  // no event tells of others' changes
  useEffect(() => {
    addEventListener("focus", users.reload);
    return () => removeEventListener("focus", users.reload);
  }, [users.reload]);
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const mayChange = session.may("User_rw");
  const done = (said: string) => {
    toasts.show("done", said);
    users.reload();
  };
  const remove = async ({ name }: User) => {
    await http.send("DELETE", `/api/users/${encodeURIComponent(name)}`);
    done(text.removed(name));
  };
  return (
    <div class="panel stack">
      <p class="soft">{text.intro}</p>
      {mayChange ? (
        <div class="row">
          <Button id="add-user" kind="main" icon="plus" onClick={() => setOpen({ kind: "add" })}>
            {text.add}
          </Button>
        </div>
      ) : (
        <p class="soft">{text.readOnly("User_rw")}</p>
      )}
      <LoadedPart of={users}>
        {(list) => <UserTable users={list} onOpen={mayChange ? setOpen : undefined} />}
      </LoadedPart>
      <MoreButton of={users} />
      {(open?.kind === "add" || open?.kind === "edit") && (
        <UserDialog user={open.kind === "edit" ? open.user : undefined} onDone={done} onClose={close} />
      )}
      {open?.kind === "remove" && (
        <Confirm title={text.remove} label={text.remove} onConfirm={() => remove(open.user)} onClose={close}>
          <p dir="auto">{text.removeAsk(open.user.name)}</p>
        </Confirm>
      )}
    </div>
  );
}

interface UserTableProps {
  readonly users: readonly User[];
  /** Undefined: the viewer may change nobody. */
  readonly onOpen: ((open: Open) => void) | undefined;
}

function UserTable({ users, onOpen }: UserTableProps) {
  const { session } = usePage();
  const text = useText().system.users;
  const formats = useFormats();
  const self = session.viewer.value?.user;
  return (
    <Table
      caption={text.caption}
      rows={users}
      keyOf={({ name }) => name}
      columns={[
        {
          heading: text.name,
          cell: ({ name }) => (
            <span class="row">
              <bdi>{name}</bdi>
              {name === self && <Badge tone="plain">{text.self}</Badge>}
            </span>
          ),
        },
        {
          heading: text.role,
          cell: ({ role, extra_permissions }) =>
            extra_permissions.length === 0
              ? text.roles[role]
              : text.rolePlus(text.roles[role], extra_permissions.length),
        },
        { heading: "ONVIF", cell: ({ onvif }) => (onvif ? text.yes : text.no) },
        {
          heading: text.changed,
          cell: ({ changed }) => <span class="figures">{formats.date(changed)}</span>,
        },
        {
          heading: text.actions,
          isActions: true,
          cell: (user) =>
            onOpen !== undefined && (
              <span class="row row-end">
                <Button icon="edit" title={text.editOf(user.name)} onClick={() => onOpen({ kind: "edit", user })} />
                <Button
                  icon="trash"
                  title={text.removeOf(user.name)}
                  onClick={() => onOpen({ kind: "remove", user })}
                />
              </span>
            ),
        },
      ]}
    />
  );
}
