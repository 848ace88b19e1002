/** Put in by `build.ts`; missing where the sources run as they are. */
declare const ROTORDREAM_BUILD_DATE: string | undefined;

/** The day before which nothing of this program was built. */
const FIRST_DAY = "2026-11-25";

/** When this program was built, Unix milliseconds at the beginning of that day in UTC. */
export function buildDateMs(): number {
  return Date.parse(typeof ROTORDREAM_BUILD_DATE === "string" ? ROTORDREAM_BUILD_DATE : FIRST_DAY);
}
