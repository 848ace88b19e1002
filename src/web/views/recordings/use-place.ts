import { useEffect } from "preact/hooks";
import { usePage } from "../../app/page.ts";
import { hashOf } from "../../app/route.ts";
import { dayName, dayNamed, dayOf } from "./day.ts";
import type { Recording } from "./recording-time.ts";

/** What the address names: `#/recordings/2026-11-30/<id>`. */
export interface Place {
  readonly day: number;
  readonly id: string | undefined;
}

/** Follows the address. One without a day leads to the day of the newest recording. */
export function usePlace(): Place {
  const { route, http } = usePage();
  const [, name = "", id] = route.segments.value;
  const day = dayNamed(name);
  useEffect(() => {
    if (day !== undefined) return undefined;
    let isWanted = true;
    // whoever has opened something meanwhile stays there
    const asked = location.hash;
    http.list<Recording>("/api/recordings?limit=1").then(
      ({ items: [newest] }) => {
        if (isWanted && location.hash === asked)
          location.replace(hashOf("recordings", dayName(dayOf(newest?.start ?? Date.now()))));
      },
      () => undefined, // the day's own question fails likewise, and says so
    );
    return () => {
      isWanted = false;
    };
  }, [day, http]);
  return { day: day ?? dayOf(Date.now()), id };
}
