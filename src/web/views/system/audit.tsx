import type { InferOutput } from "valibot";
import type { Json } from "../../../core/json.ts";
import type { AuditAnswer } from "../../../modules/audit/model.ts";
import { useFormats, useText } from "../../app/page.ts";
import { Select } from "../../design/field.tsx";
import { Table } from "../../design/table.tsx";
import { DetailText } from "./detail-text.tsx";
import { LoadedPart, MoreButton, usePaged } from "./loading.tsx";
import { LogFilters, NoLines, queryOf, useLogFilter } from "./log-filter.tsx";

type Entry = InferOutput<typeof AuditAnswer>;

const PAGE_LENGTH = 100;

/** Who did what, as far as the filter lets it through. */
export function AuditPage() {
  const text = useText().system.audit;
  const all = useText().system.log.all;
  const formats = useFormats();
  const filter = useLogFilter();
  const kept = usePaged<Entry>(`/api/audit?${queryOf(filter.settled, "action", PAGE_LENGTH)}`);
  const actions: Readonly<Record<string, string>> = text.actions;
  const choices = Object.entries(actions).map(([value, label]) => ({ value, label }));
  return (
    <div class="panel stack">
      <LogFilters filter={filter} reload={kept.reload}>
        <Select
          label={text.action}
          name="action"
          value={filter.shown.kind}
          choices={[{ value: "", label: all }, ...choices]}
          onChoose={(kind) => filter.change({ kind })}
        />
      </LogFilters>
      <LoadedPart of={kept}>
        {(rows) =>
          rows.length === 0 ? (
            <NoLines filter={filter} nothing={text.none} />
          ) : (
            <Table
              caption={text.caption}
              rows={rows}
              keyOf={({ id }) => String(id)}
              columns={[
                { heading: text.time, cell: ({ time }) => <span class="figures">{formats.dateTime(time)}</span> },
                { heading: text.who, cell: ({ user }) => <span dir="auto">{user ?? text.nobody}</span> },
                { heading: text.from, cell: ({ address }) => <span class="figures">{address}</span> },
                { heading: text.action, cell: ({ action }) => actions[action] ?? action },
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
          )
        }
      </LoadedPart>
      <MoreButton of={kept} />
    </div>
  );
}
