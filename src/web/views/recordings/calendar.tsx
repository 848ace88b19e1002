import { useState } from "preact/hooks";
import type { CountDescription } from "../../../modules/recordings/model.ts";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { hashOf } from "../../app/route.ts";
import { Button } from "../../design/button.tsx";
import { ErrorNote } from "../../design/notes.tsx";
import { sentenceOf } from "../../text/error-sentence.ts";
import { dayName, dayOf, daysLater, daysOfMonth, monthsLater } from "./day.ts";
import { useLoaded } from "./use-loaded.ts";

/** A Monday, to name the days of the week by. */
const MONDAY = new Date(2024, 0, 1);
const WEEK = [0, 1, 2, 3, 4, 5, 6];

/** A month whose days are marked by what there is. */
export function Calendar({ day, revision }: { readonly day: number; readonly revision: number }) {
  const { http } = usePage();
  const text = useText();
  const words = text.recordings.days;
  const [shift, setShift] = useState({ day, months: 0 });
  // a day that is chosen elsewhere is shown
  const months = shift.day === day ? shift.months : 0;
  const month = monthsLater(day, months);
  const days = daysOfMonth(month);
  const ask = () =>
    http.get<readonly CountDescription[]>(
      `/api/recordings/counts?bounds=${[...days, monthsLater(month, 1)].join(",")}`,
    );
  const { value, error } = useLoaded(ask, [month], revision);
  const title = new Intl.DateTimeFormat(document.documentElement.lang, { month: "long", year: "numeric" }).format(
    month,
  );
  const turn = (by: number) => setShift({ day, months: months + by });
  return (
    <section class="panel calendar" aria-label={words.label}>
      <div class="calendar-head">
        <Button kind="quiet" icon="left" title={words.previousMonth} onClick={() => turn(-1)} />
        <h2 aria-live="polite">{title}</h2>
        <Button kind="quiet" icon="right" title={words.nextMonth} onClick={() => turn(1)} />
      </div>
      {error !== undefined && <ErrorNote text={sentenceOf(error, text.errors)} />}
      <div class="calendar-days">
        <WeekDays />
        {days.map((each, index) => (
          <Day key={each} day={each} chosen={day} counts={value?.[index]} column={index === 0 ? weekDay(each) : 0} />
        ))}
      </div>
      <div class="row">
        <a class="button" href={hashOf("recordings", dayName(dayOf(Date.now())))}>
          {words.today}
        </a>
        <a class="button" href={hashOf("recordings")}>
          {words.newest}
        </a>
      </div>
    </section>
  );
}

function WeekDays() {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short" });
  return (
    <>
      {WEEK.map((day) => (
        <span key={day} class="calendar-week" aria-hidden="true">
          {format.format(daysLater(MONDAY.getTime(), day)).slice(0, 2)}
        </span>
      ))}
    </>
  );
}

interface DayProps {
  readonly day: number;
  readonly chosen: number;
  readonly counts: CountDescription | undefined;
  /** Where the first day stands in its week, from 1; 0: after the day before. */
  readonly column: number;
}

function Day({ day, chosen, counts, column }: DayProps) {
  const words = useText().recordings.days;
  const formats = useFormats();
  // long, so that the number that is seen is a word of it
  const date = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long" }).format(day);
  const { videos = 0, snapshots = 0 } = counts ?? {};
  const isEmpty = videos + snapshots === 0;
  const said = isEmpty ? words.nothing : words.count(formats.number(videos), formats.number(snapshots));
  const kind = videos > 0 ? "videos" : isEmpty ? "empty" : "pictures";
  return (
    <a
      class={`calendar-day calendar-${kind}`}
      href={hashOf("recordings", dayName(day))}
      aria-current={day === chosen ? "date" : undefined}
      aria-label={`${date}: ${said}`}
      title={said}
      data-day={dayName(day)}
      style={column === 0 ? undefined : { gridColumnStart: column }}
    >
      {new Date(day).getDate()}
    </a>
  );
}

/** Monday is 1. */
function weekDay(day: number): number {
  return ((new Date(day).getDay() + 6) % 7) + 1;
}
