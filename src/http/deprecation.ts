import type { Deprecation } from "./route.ts";

const DAY_MS = 86_400_000;
/** Six months at their shortest. */
const MIN_NOTICE_DAYS = 181;

/** The headers that tell of it (RFC 9745, RFC 8594). Throws Error for dates that are none, or closer than the contract's six months: a defect of the declaration. */
export function deprecationHeaders({ since, sunset }: Deprecation): Readonly<Record<string, string>> {
  const [sinceMs, sunsetMs] = [Date.parse(since), Date.parse(sunset)];
  if (!(sunsetMs - sinceMs >= MIN_NOTICE_DAYS * DAY_MS))
    throw new Error(`a route goes on ${sunset}, less than six months after ${since}`);
  return { Deprecation: `@${sinceMs / 1000}`, Sunset: new Date(sunsetMs).toUTCString() };
}
