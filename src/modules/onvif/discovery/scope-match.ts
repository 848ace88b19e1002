import { DISCOVERY } from "../../../soap/discovery-message.ts";

/** Whether one scope that is asked for is among those of the device; undefined: a rule that is not known here. */
export type ScopeRule = (asked: string, own: string) => boolean;

const RULES: Readonly<Record<string, ScopeRule>> = {
  rfc2396: isPrefix,
  // the name that ONVIF uses
  rfc3986: isPrefix,
  strcmp0: (asked, own) => asked === own,
};
const HIERARCHICAL = /^([a-z][a-z0-9+.-]*):(?:\/\/([^/?#]*))?([^?#]*)/i;

/** The rule of this URI (WS-Discovery §5.1). */
export function scopeRule(uri: string): ScopeRule | undefined {
  const start = `${DISCOVERY.d}/`;
  return uri.startsWith(start) && Object.hasOwn(RULES, uri.slice(start.length))
    ? RULES[uri.slice(start.length)]
    : undefined;
}

/** Scheme and authority without regard to case, the path by whole segments from its beginning; queries and fragments count for nothing. */
function isPrefix(asked: string, own: string): boolean {
  const [a, b] = [partsOf(asked), partsOf(own)];
  if (a === undefined || b === undefined || a.base !== b.base) return false;
  return a.segments.length <= b.segments.length && a.segments.every((segment, index) => segment === b.segments[index]);
}

/** Undefined: no URI, or one with dots that would have to be resolved first. */
function partsOf(uri: string): { readonly base: string; readonly segments: readonly string[] } | undefined {
  const [, scheme = "", authority = "", path] = HIERARCHICAL.exec(uri) ?? [];
  if (path === undefined) return undefined;
  const segments = path.replace(/\/$/, "").split("/").map(unescaped);
  if (segments.some((segment) => segment === "." || segment === "..")) return undefined;
  return { base: `${scheme}://${authority}`.toLowerCase(), segments };
}

function unescaped(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
