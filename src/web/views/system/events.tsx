import { useEffect, useState } from "preact/hooks";
import type { Json } from "../../../core/json.ts";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { Select } from "../../design/field.tsx";
import { Table } from "../../design/table.tsx";
import type { Text } from "../../text/en.ts";
import { DetailText } from "./detail-text.tsx";
import { LoadedPart, MoreButton, usePaged } from "./loading.tsx";
import { type LogFilter, LogFilters, NoLines, queryOf, useLogFilter } from "./log-filter.tsx";

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

const PAGE_LENGTH = 50;

/** What happened, newest first, and what happens while one looks, as far as the filter lets it through. */
export function EventsPage() {
  const text = useText().system.events;
  const all = useText().system.log.all;
  const formats = useFormats();
  const filter = useLogFilter();
  const query = queryOf(filter.settled, "kind", PAGE_LENGTH);
  const kept = usePaged<EventDescription>(`/api/events?${query}`);
  const fresh = useNewEvents(kept.value?.[0]?.time, query);
  const choices = Object.entries(text.kinds).map(([value, label]) => ({ value, label }));
  return (
    <div class="panel stack">
      <LogFilters filter={filter}>
        <Select
          label={text.kind}
          name="kind"
          value={filter.shown.kind}
          choices={[{ value: "", label: all }, ...choices]}
          onChoose={(kind) => filter.change({ kind })}
        />
      </LogFilters>
      <LoadedPart of={kept}>
        {(old) => {
          const wanted = fresh.filter((event) => isWanted(event, filter.settled));
          const rows = [...wanted, ...old.map((each) => ({ ...each, key: String(each.id) }))];
          if (rows.length === 0) return <NoLines filter={filter} nothing={text.none} />;
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

/** As the camera judges those that it kept. */
function isWanted({ event, time, data }: Shown, { kind, from, to, search }: LogFilter): boolean {
  if ((kind !== "" && event !== kind) || time < Date.parse(from) || time >= Date.parse(to)) return false;
  return JSON.stringify(data).toLowerCase().includes(search.toLowerCase());
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
