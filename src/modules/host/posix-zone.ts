const NAME = "(?:[A-Za-z]{3,10}|<[A-Za-z0-9+-]{3,10}>)";
const OFFSET = "[+-]?\\d{1,3}(?::[0-5]?\\d){0,2}";
const RULE = `(?:J?\\d{1,3}|M\\d{1,2}\\.[1-5]\\.[0-6])(?:/${OFFSET})?`;
/** POSIX 1003.1 §8.3, TZ: `CET-1CEST,M3.5.0,M10.5.0/3`. */
const POSIX_ZONE = new RegExp(`^${NAME}(${OFFSET})(?:(${NAME})(${OFFSET})?(?:,(${RULE}),(${RULE}))?)?$`);
/** What C libraries take where the zone says none. */
const [USUAL_START, USUAL_END] = ["M3.2.0", "M11.1.0"] as const;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** 29 February, as a day of the year that begins with 0. */
const LEAP_DAY = 59;

/** What a zone's clocks show at a moment. */
export interface LocalClock {
  /** To be added to UTC. */
  readonly offsetMs: number;
  /** The clocks are ahead of what they show in the other part of the year. */
  readonly isDaylightSaving: boolean;
}

/** Whether a text is a time zone as POSIX writes it. */
export function isPosixZone(text: string): boolean {
  return POSIX_ZONE.test(text);
}

/** What clocks of a zone of POSIX's form show; those of UTC where it is none. */
export function localClock(zone: string, utcMs: number): LocalClock {
  const [, standard = "0", alternative, ahead, start = USUAL_START, end = USUAL_END] = POSIX_ZONE.exec(zone) ?? [];
  // POSIX counts westwards
  const standardMs = -timeMs(standard);
  if (alternative === undefined) return { offsetMs: standardMs, isDaylightSaving: false };
  const alternativeMs = ahead === undefined ? standardMs + HOUR_MS : -timeMs(ahead);
  const year = new Date(utcMs + standardMs).getUTCFullYear();
  const startMs = ruleMs(start, year) - standardMs;
  const endMs = ruleMs(end, year) - alternativeMs;
  const isBetween = (from: number, to: number) => utcMs >= from && utcMs < to;
  // in the south it goes over the turn of the year
  const isAlternative = startMs < endMs ? isBetween(startMs, endMs) : !isBetween(endMs, startMs);
  const [offsetMs, otherMs] = isAlternative ? [alternativeMs, standardMs] : [standardMs, alternativeMs];
  // Ireland's alternative is the winter
  return { offsetMs, isDaylightSaving: offsetMs > otherMs };
}

/** When a rule's change is in this year, as its local time before the change would be in UTC. */
function ruleMs(rule: string, year: number): number {
  const [day = "", time = "2"] = rule.split("/");
  return dayMs(day, year) + timeMs(time);
}

function dayMs(day: string, year: number): number {
  const newYear = Date.UTC(year, 0, 1);
  if (!day.startsWith("M")) {
    const isLeap = new Date(Date.UTC(year, 1, 29)).getUTCDate() === 29;
    // J counts from 1 and leaves the leap day out
    const count = day.startsWith("J") ? Number(day.slice(1)) - 1 : Number(day);
    return newYear + (count + (day.startsWith("J") && isLeap && count >= LEAP_DAY ? 1 : 0)) * DAY_MS;
  }
  const [month = 1, week = 1, weekday = 0] = day.slice(1).split(".").map(Number);
  const first = new Date(Date.UTC(year, month - 1, 1));
  const date = 1 + ((weekday - first.getUTCDay() + 7) % 7) + (week - 1) * 7;
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  // the fifth is the last
  return Date.UTC(year, month - 1, date > length ? date - 7 : date);
}

/** Of hours, minutes and seconds with a sign. */
function timeMs(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.replace(/^[+-]/, "").split(":").map(Number);
  return (text.startsWith("-") ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds) * 1000;
}
