import { useState } from "preact/hooks";
import type { InferOutput } from "valibot";
import type { Json } from "../../../core/json.ts";
import type { AuditAnswer } from "../../../modules/audit/model.ts";
import { useFormats, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Field } from "../../design/field.tsx";
import { EmptyState } from "../../design/notes.tsx";
import { Table } from "../../design/table.tsx";
import { DetailText } from "./detail-text.tsx";
import { LoadedPart, MoreButton, usePaged } from "./loading.tsx";

type Entry = InferOutput<typeof AuditAnswer>;

/** Who did what. The camera has no filter for it: what is loaded is searched. */
export function AuditPage() {
  const text = useText().system.audit;
  const formats = useFormats();
  const [wanted, setWanted] = useState("");
  const kept = usePaged<Entry>("/api/audit?limit=100");
  const nameOf = (action: string) => (text.actions as Readonly<Record<string, string>>)[action] ?? action;
  const isWanted = (entry: Entry) =>
    `${nameOf(entry.action)} ${Object.values(entry).map(asText).join(" ")}`
      .toLowerCase()
      .includes(wanted.toLowerCase());
  return (
    <div class="panel stack">
      <div class="filters">
        <Field
          label={text.search}
          hint={text.searchHint}
          type="search"
          value={wanted}
          onInput={(event) => setWanted(event.currentTarget.value)}
        />
        <Button onClick={kept.reload}>{text.reload}</Button>
      </div>
      <LoadedPart of={kept}>
        {(entries) => {
          const rows = entries.filter(isWanted);
          if (rows.length === 0) return <EmptyState icon="check" title={text.none} />;
          return (
            <Table
              caption={text.caption}
              rows={rows}
              keyOf={({ id }) => String(id)}
              columns={[
                { heading: text.time, cell: ({ time }) => <span class="figures">{formats.dateTime(time)}</span> },
                { heading: text.who, cell: ({ user }) => <span dir="auto">{user ?? text.nobody}</span> },
                { heading: text.from, cell: ({ address }) => <span class="figures">{address}</span> },
                { heading: text.action, cell: ({ action }) => nameOf(action) },
                {
                  heading: text.detail,
                  cell: ({ subject, detail }) => (
                    <div>
                      <bdi class="clamp">{subject}</bdi>
                      <DetailText detail={detail as Record<string, Json>} />
                    </div>
                  ),
                },
              ]}
            />
          );
        }}
      </LoadedPart>
      <MoreButton of={kept} />
    </div>
  );
}

function asText(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
