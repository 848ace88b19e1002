import { useEffect, useState } from "preact/hooks";
import type { Json } from "../../../core/json.ts";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { Field, Select } from "../../design/field.tsx";
import { EmptyState } from "../../design/notes.tsx";
import { Table } from "../../design/table.tsx";
import type { Text } from "../../text/en.ts";
import { DetailText } from "./detail-text.tsx";
import { LoadedPart, MoreButton, usePaged } from "./loading.tsx";

/** A page that stays open must not grow without end. */
const MAX_NEW = 200;

/** As `GET /api/events` tells it; `time` in Unix milliseconds. */
interface EventDescription {
  readonly id: number;
  readonly event: keyof Text["system"]["events"]["kinds"];
  readonly time: number;
  readonly data: Readonly<Record<string, Json>>;
}

type Shown = Omit<EventDescription, "id"> & { readonly key: string };

/** What happened, newest first, and what happens while one looks. */
export function EventsPage() {
  const text = useText().system.events;
  const formats = useFormats();
  const [kind, setKind] = useState("");
  const [from, setFrom] = useState("");
  const fromMs = Date.parse(from);
  const query = ["limit=50", ...(kind === "" ? [] : [`kind=${kind}`]), ...(fromMs >= 0 ? [`from=${fromMs}`] : [])].join(
    "&",
  );
  const kept = usePaged<EventDescription>(`/api/events?${query}`);
  const fresh = useNewEvents(kept.value?.[0]?.time, query);
  const isWanted = ({ event, time }: Shown) => (kind === "" || event === kind) && !(time < fromMs);
  const choices = Object.entries(text.kinds).map(([value, label]) => ({ value, label }));
  return (
    <div class="panel stack">
      <div class="filters">
        <Select
          label={text.kind}
          value={kind}
          choices={[{ value: "", label: text.all }, ...choices]}
          onChoose={setKind}
        />
        <Field
          label={text.from}
          type="datetime-local"
          value={from}
          onInput={(event) => setFrom(event.currentTarget.value)}
        />
      </div>
      <LoadedPart of={kept}>
        {(old) => {
          const rows = [...fresh.filter(isWanted), ...old.map((each) => ({ ...each, key: String(each.id) }))];
          if (rows.length === 0) return <EmptyState icon="check" title={text.none} />;
          return (
            <Table
              caption={text.caption}
              rows={rows}
              keyOf={({ key }) => key}
              columns={[
                { heading: text.time, cell: ({ time }) => <span class="figures">{formats.dateTime(time)}</span> },
                { heading: text.kind, cell: ({ event }) => text.kinds[event] ?? event },
                { heading: text.detail, cell: ({ data }) => <DetailText detail={data} /> },
              ]}
            />
          );
        }}
      </LoadedPart>
      <MoreButton of={kept} />
    </div>
  );
}

/** What has happened after the newest of the list was loaded. */
function useNewEvents(newestMs: number | undefined, query: string): readonly Shown[] {
  const { control } = usePage();
  const [fresh, setFresh] = useState<readonly Shown[]>([]);
  // a list that is loaded anew has them already
  useEffect(() => setFresh([]), [query, newestMs]);
  useEffect(() => {
    let count = 0;
    const unsubscribe = control.subscribe("events");
    const forget = control.onEvent(({ event, time, data }) => {
      count += 1;
      const told = { key: `new ${count}`, event: event as Shown["event"], time, data: data as Record<string, Json> };
      setFresh((before) => [told, ...before].slice(0, MAX_NEW));
    });
    return () => {
      forget();
      unsubscribe();
    };
  }, [control]);
  return fresh;
}
