import type { Json } from "../../../core/json.ts";

/** Values under a name. */
export interface Preset {
  readonly id: string;
  readonly name: string;
  /** By setting, also of such that this view does not set. */
  readonly values: Readonly<Record<string, Json>>;
}

/** Whatever way a name is written, what stands around it keeps its own (UAX #9, FSI and PDI). */
export function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}
