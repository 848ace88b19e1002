/** Days are told by their local midnight, Unix milliseconds, in the viewer's time zone. */
export function dayOf(atMs: number): number {
  return new Date(atMs).setHours(0, 0, 0, 0);
}

/** Another day; days of 23 and 25 hours count as one. */
export function daysLater(day: number, days: number): number {
  const date = new Date(day);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime();
}

/** The first day of a month, counted from that of `day`. */
export function monthsLater(day: number, months: number): number {
  const date = new Date(day);
  return new Date(date.getFullYear(), date.getMonth() + months, 1).getTime();
}

/** All days of the month of `day`. */
export function daysOfMonth(day: number): readonly number[] {
  const first = monthsLater(day, 0);
  const next = monthsLater(day, 1);
  return Array.from({ length: 31 }, (_, index) => daysLater(first, index)).filter((each) => each < next);
}

/** As addresses name it: `2026-11-30`. */
export function dayName(day: number): string {
  const date = new Date(day);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The day that an address names; undefined: none. */
export function dayNamed(name: string): number | undefined {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(name) ?? [];
  if (year === undefined) return undefined;
  const day = new Date(Number(year), Number(month) - 1, Number(date)).getTime();
  return dayName(day) === name ? day : undefined;
}
