import { useState } from "preact/hooks";
import type { InferOutput } from "valibot";
import type { NewTokenAnswer, TokenAnswer } from "../../../modules/tokens/model.ts";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Dialog } from "../../design/dialog.tsx";
import { EmptyState } from "../../design/notes.tsx";
import { Table } from "../../design/table.tsx";
import { Confirm } from "./confirm.tsx";
import { CopyField } from "./copy-field.tsx";
import { Card } from "./facts.tsx";
import { LoadedPart, useLoaded } from "./loading.tsx";
import { TokenDialog } from "./token-dialog.tsx";

type Token = InferOutput<typeof TokenAnswer>;
/** A token with its secret, which the camera tells once. */
export type NewToken = InferOutput<typeof NewTokenAnswer>;

/** Keys for devices and scripts, and where the API is described. */
export function TokensPage() {
  const { http, toasts } = usePage();
  const text = useText().system.tokens;
  const tokens = useLoaded<readonly Token[]>((api) => api.get("/api/tokens"));
  const [isAdding, setIsAdding] = useState(false);
  const [made, setMade] = useState<NewToken>();
  const [leaving, setLeaving] = useState<Token>();
  const revoke = async ({ id, name }: Token) => {
    await http.send("DELETE", `/api/tokens/${encodeURIComponent(id)}`);
    toasts.show("done", text.revoked(name));
    tokens.reload();
  };
  const take = (token: NewToken) => {
    setIsAdding(false);
    setMade(token);
    tokens.reload();
  };
  return (
    <>
      <Card
        title={text.title}
        actions={
          <Button id="add-token" kind="main" icon="plus" onClick={() => setIsAdding(true)}>
            {text.add}
          </Button>
        }
      >
        <p class="soft">{text.intro}</p>
        <LoadedPart of={tokens}>
          {(list) =>
            list.length === 0 ? (
              <EmptyState icon="lock" title={text.none} />
            ) : (
              <TokenTable tokens={list} onRevoke={setLeaving} />
            )
          }
        </LoadedPart>
      </Card>
      <ApiCard />
      {isAdding && <TokenDialog onMade={take} onClose={() => setIsAdding(false)} />}
      {made !== undefined && <Secret token={made} onClose={() => setMade(undefined)} />}
      {leaving !== undefined && (
        <Confirm
          title={text.revoke}
          label={text.revoke}
          onConfirm={() => revoke(leaving)}
          onClose={() => setLeaving(undefined)}
        >
          <p dir="auto">{text.revokeAsk(leaving.name)}</p>
        </Confirm>
      )}
    </>
  );
}

interface TokenTableProps {
  readonly tokens: readonly Token[];
  readonly onRevoke: (token: Token) => void;
}

function TokenTable({ tokens, onRevoke }: TokenTableProps) {
  const { tokens: text, permissions: named } = useText().system;
  const formats = useFormats();
  const day = (ms: number | null, none: string) => (ms === null ? none : formats.dateTime(ms));
  return (
    <Table
      caption={text.title}
      rows={tokens}
      keyOf={({ id }) => id}
      columns={[
        { heading: text.name, cell: ({ name }) => <bdi class="clamp">{name}</bdi> },
        {
          heading: text.rights,
          cell: ({ permissions }) => (
            <span class="clamp whole-words" title={permissions.join(", ")}>
              {permissions.map((each) => named[each]).join("; ")}
            </span>
          ),
        },
        { heading: text.expires, cell: ({ expires }) => <span class="figures">{day(expires, text.never)}</span> },
        { heading: text.used, cell: ({ last_used }) => <span class="figures">{day(last_used, text.notUsed)}</span> },
        {
          heading: text.revoke,
          isActions: true,
          cell: (token) => <Button icon="trash" title={text.revokeOf(token.name)} onClick={() => onRevoke(token)} />,
        },
      ]}
    />
  );
}

/** The secret, with the ways to use it. */
function Secret({ token, onClose }: { readonly token: NewToken; readonly onClose: () => void }) {
  const text = useText();
  const words = text.system.tokens;
  return (
    <Dialog title={words.made} closeLabel={text.app.close} onClose={onClose}>
      <div id="token-secret" class="stack">
        <p>{words.once}</p>
        <CopyField label={words.secret} value={token.token} />
        <CopyField
          label={words.example}
          value={`curl -H "Authorization: Bearer ${token.token}" ${location.origin}/api/status`}
        />
        <div class="row row-end">
          <Button kind="main" onClick={onClose}>
            {words.kept}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function ApiCard() {
  const text = useText().system.tokens;
  return (
    <Card title={text.api}>
      <p class="soft">{text.apiAbout}</p>
      <div class="row">
        <a class="button" href="/swagger" target="_blank" rel="noopener">
          {text.apiPage}
        </a>
        <a class="button" href="/swagger/json" download="openapi.json">
          OpenAPI (JSON)
        </a>
      </div>
    </Card>
  );
}
