import { useRef, useState } from "preact/hooks";
import { useText } from "../../app/page.ts";
import { coverage, hourSpan, painted, timeOf, type Week } from "./week.ts";

/** As people plan: the week begins on Monday. */
export const SHOWN_DAYS = [1, 2, 3, 4, 5, 6, 0] as const;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** An hour of the week; `row` counts the days as shown. */
interface Cell {
  readonly row: number;
  readonly hour: number;
}

interface WeekGridProps {
  readonly week: Week;
  readonly isReadOnly: boolean;
  readonly onPaint: (week: Week) => void;
}

/** The hours of a week: painted with the mouse, tapped with a finger, or with arrows and the space bar. On a phone days are columns. */
export function WeekGrid({ week, isReadOnly, onPaint }: WeekGridProps) {
  const text = useText().system.schedule;
  const [focused, setFocused] = useState<Cell>({ row: 0, hour: 8 });
  const { grid, handlers } = usePainting(week, isReadOnly, onPaint, setFocused);
  return (
    <table ref={grid} class="week" aria-label={text.grid} {...handlers}>
      <thead>
        <tr>
          <th class="unseen" scope="col">
            {text.day}
          </th>
          {HOURS.map((hour) => (
            <th key={hour} class="week-hour figures" scope="col" style={{ "--hour": hour }}>
              {String(hour).padStart(2, "0")}
              <span class="week-minutes">:00</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {SHOWN_DAYS.map((day, row) => (
          <tr key={day} style={{ "--row": row }}>
            <th class="week-day" scope="row">
              <abbr title={text.days[day]}>{text.shortDays[day]}</abbr>
            </th>
            {HOURS.map((hour) => (
              <td key={hour} style={{ "--hour": hour }}>
                <Hour week={week} row={row} hour={hour} isTarget={row === focused.row && hour === focused.hour} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const PRESSED = { none: false, part: "mixed", all: true } as const;

/** One of the 168. `isTarget`: Tab comes here, arrows go on. */
function Hour({ week, row, hour, isTarget }: Cell & { readonly week: Week; readonly isTarget: boolean }) {
  const text = useText().system.schedule;
  const day = dayOf(row);
  const covered = coverage(week, day, hour);
  const { from, to } = hourSpan(hour);
  return (
    <button
      type="button"
      class="week-cell"
      data-row={row}
      data-hour={hour}
      tabIndex={isTarget ? 0 : -1}
      aria-pressed={PRESSED[covered]}
      aria-label={text.cell(text.days[day] ?? "", timeOf(from), timeOf(to), text.coverage[covered])}
    />
  );
}

/** Keys that move, by rows and hours; on a phone, where days are columns, the other way round. */
const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowRight: [0, 1],
  ArrowLeft: [0, -1],
  ArrowDown: [1, 0],
  ArrowUp: [-1, 0],
};

function usePainting(week: Week, isReadOnly: boolean, onPaint: (week: Week) => void, onFocus: (cell: Cell) => void) {
  const grid = useRef<HTMLTableElement>(null);
  /** While a button of the mouse is down: from where, over what, and whether it records. */
  const stroke = useRef<{ readonly from: Cell; readonly week: Week; readonly isOn: boolean } | undefined>(undefined);
  const isFinger = useRef(false);
  const isFull = ({ row, hour }: Cell) => coverage(week, dayOf(row), hour) === "all";
  const toggle = (cell: Cell) => onPaint(block(week, cell, cell, !isFull(cell)));
  const move = ({ row, hour }: Cell, [rows, hours]: readonly [number, number]) => {
    const next = { row: (row + rows + SHOWN_DAYS.length) % SHOWN_DAYS.length, hour: (hour + hours + 24) % 24 };
    onFocus(next);
    grid.current?.querySelector<HTMLElement>(`[data-row="${next.row}"][data-hour="${next.hour}"]`)?.focus();
  };
  const handlers = {
    onPointerDown(event: PointerEvent) {
      isFinger.current = event.pointerType === "touch";
      const from = cellOf(event.target);
      if (from === undefined || isReadOnly || isFinger.current || event.button !== 0) return;
      stroke.current = { from, week, isOn: !isFull(from) };
      onPaint(block(week, from, from, stroke.current.isOn));
      grid.current?.setPointerCapture(event.pointerId);
    },
    onPointerMove({ clientX, clientY }: PointerEvent) {
      if (stroke.current === undefined) return;
      const to = cellOf(document.elementFromPoint(clientX, clientY));
      if (to !== undefined) onPaint(block(stroke.current.week, stroke.current.from, to, stroke.current.isOn));
    },
    onLostPointerCapture() {
      stroke.current = undefined;
    },
    onClick(event: MouseEvent) {
      // by mouse it was painted already; keys count no clicks
      const cell = cellOf(event.target);
      if (cell === undefined || isReadOnly) return;
      onFocus(cell);
      if (isFinger.current || event.detail === 0) toggle(cell);
    },
    onKeyDown(event: KeyboardEvent) {
      const cell = cellOf(event.target);
      const step = MOVES[event.key];
      if (cell === undefined || step === undefined) return;
      event.preventDefault();
      const isTurned = matchMedia("(max-width: 40rem)").matches;
      move(cell, isTurned ? [step[1], step[0]] : step);
    },
  };
  return { grid, handlers };
}

function dayOf(row: number): number {
  return SHOWN_DAYS[row] ?? 0;
}

function cellOf(target: EventTarget | null): Cell | undefined {
  if (!(target instanceof HTMLElement) || target.dataset.hour === undefined) return undefined;
  return { row: Number(target.dataset.row), hour: Number(target.dataset.hour) };
}

/** The week with all hours between two corners recorded, or not. */
function block(week: Week, one: Cell, other: Cell, isOn: boolean): Week {
  const [firstHour, lastHour] = [Math.min(one.hour, other.hour), Math.max(one.hour, other.hour)];
  const [firstRow, lastRow] = [Math.min(one.row, other.row), Math.max(one.row, other.row)];
  const span = { from: hourSpan(firstHour).from, to: hourSpan(lastHour).to };
  return SHOWN_DAYS.slice(firstRow, lastRow + 1).reduce<Week>((before, day) => painted(before, day, span, isOn), week);
}
