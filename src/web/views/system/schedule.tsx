import { useState } from "preact/hooks";
import { usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Field, Select } from "../../design/field.tsx";
import { EmptyState, Spinner } from "../../design/notes.tsx";
import { entriesOf } from "./action.ts";
import { DraftBar, useDraft } from "./draft.tsx";
import { Card } from "./facts.tsx";
import { useLack } from "./lack.ts";
import { painted, timeOf, type Week, weekOf, windowsOf, withWindow } from "./week.ts";
import { SHOWN_DAYS, WeekGrid } from "./week-grid.tsx";

/** When the camera records by itself. */
export function SchedulePage() {
  const { control } = usePage();
  const text = useText();
  const windows = control.settings.value("record-schedule").value;
  if (windows !== undefined) return <Schedule present={weekOf(windows)} />;
  return control.settings.isKnown.value ? (
    <EmptyState icon="recordings" title={text.system.unsupported} />
  ) : (
    <Spinner label={text.app.loading} />
  );
}

function Schedule({ present }: { readonly present: Week }) {
  const text = useText().system.schedule;
  const lack = useLack("Media_rw");
  const draft = useDraft("record-schedule", present, windowsOf);
  const isReadOnly = lack !== undefined;
  return (
    <>
      <Card title={text.title}>
        <p class="soft">{lack ?? text.intro}</p>
        <WeekGrid week={draft.value} isReadOnly={isReadOnly} onPaint={draft.change} />
        <DraftBar draft={draft} />
      </Card>
      <Card title={text.times}>
        <WindowList week={draft.value} onChange={isReadOnly ? undefined : draft.change} />
        {!isReadOnly && <WindowForm onAdd={(day, from, to) => draft.change(withWindows(draft.value, day, from, to))} />}
      </Card>
    </>
  );
}

interface WindowListProps {
  readonly week: Week;
  readonly onChange: ((week: Week) => void) | undefined;
}

/** The same with minutes. */
function WindowList({ week, onChange }: WindowListProps) {
  const text = useText().system.schedule;
  const planned = SHOWN_DAYS.filter((day) => (week[day] ?? []).length > 0);
  if (planned.length === 0) return <p>{text.never}</p>;
  return (
    <ul class="windows">
      {planned.map((day) => (
        <li key={day}>
          <span>{text.days[day]}</span>
          <span class="row">
            {(week[day] ?? []).map((span) => {
              const times = `${timeOf(span.from)}–${timeOf(span.to)}`;
              if (onChange === undefined) return <span class="figures">{times}</span>;
              return (
                <Button
                  key={times}
                  icon="close"
                  title={text.remove(text.days[day] ?? "", times)}
                  onClick={() => onChange(painted(week, day, span, false))}
                >
                  <span class="figures">{times}</span>
                </Button>
              );
            })}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Several days at once. */
const GROUPS: Readonly<Record<string, readonly number[]>> = { all: SHOWN_DAYS, work: [1, 2, 3, 4, 5], end: [6, 0] };

function withWindows(week: Week, days: string, from: string, to: string): Week {
  return (GROUPS[days] ?? [Number(days)]).reduce((before, day) => withWindow(before, day, from, to), week);
}

function WindowForm({ onAdd }: { readonly onAdd: (days: string, from: string, to: string) => void }) {
  const text = useText().system.schedule;
  const [days, setDays] = useState("all");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const entry = entriesOf(event);
    onAdd(days, entry("from"), entry("to"));
  };
  const single = SHOWN_DAYS.map((day) => ({ value: String(day), label: text.days[day] ?? "" }));
  const groups = Object.keys(GROUPS).map((value) => ({ value, label: text.groups[value as keyof typeof text.groups] }));
  return (
    <form id="window-form" class="filters" onSubmit={submit}>
      <Select label={text.day} name="day" value={days} choices={[...groups, ...single]} onChoose={setDays} />
      <Field label={text.from} name="from" type="time" defaultValue="08:00" required />
      <Field label={text.to} hint={text.overnight} name="to" type="time" defaultValue="18:00" required />
      <Button icon="plus" type="submit">
        {text.add}
      </Button>
    </form>
  );
}
