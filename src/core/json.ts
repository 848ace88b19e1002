/** A value that JSON can carry; members that are undefined are left out. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined };

/** Whether two values are the same JSON, members in any order. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const [left, right] = [Object.entries(a), Object.entries(b)].map((list) =>
    list.filter(([, value]) => value !== undefined),
  );
  if (left === undefined || right === undefined || left.length !== right.length) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const members: Readonly<Record<string, Json | undefined>> = Object.fromEntries(right);
  return left.every(([name, value]) => Object.hasOwn(members, name) && sameJson(value, members[name]));
}
