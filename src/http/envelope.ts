import type { Json } from "../core/json.ts";

/** The body of every JSON success: members of an object `data` stand at the top level too, but never replace the envelope's own. */
export function successEnvelope(data: Json, wallMs: number, beside: Readonly<Record<string, Json>> = {}): Json {
  const envelope = { status: "success", data, timestamp: Math.trunc(wallMs) } as const;
  // Twice: the first decides the order, the second what nothing may replace.
  return { ...envelope, ...(isObject(data) ? data : {}), ...beside, ...envelope };
}

/** The body of every JSON error. */
export function errorEnvelope(members: Readonly<Record<string, string | number>>, wallMs: number): Json {
  return { status: "error", ...members, timestamp: Math.trunc(wallMs) };
}

function isObject(data: Json): data is { readonly [name: string]: Json | undefined } {
  return typeof data === "object" && data !== null && !Array.isArray(data);
}
