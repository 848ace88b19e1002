import { expect, test } from "bun:test";
import { scopeRule } from "../../../../../src/modules/onvif/discovery/scope-match.ts";
import { DISCOVERY } from "../../../../../src/soap/discovery-message.ts";

test("a scope holds by whole segments of its path, without regard to case before it", () => {
  const matches = scopeRule(`${DISCOVERY.d}/rfc3986`);
  const own = "onvif://www.onvif.org/name/Front%20door/two";
  for (const [asked, expected] of [
    ["onvif://www.onvif.org/name", true],
    ["ONVIF://WWW.onvif.ORG/name/", true],
    ["onvif://www.onvif.org", true],
    ["onvif://www.onvif.org/name/Front%20door/two?x#y", true],
    ["onvif://www.onvif.org/name/Fr%6Fnt%20door", true],
    ["onvif://www.onvif.org/nam", false],
    ["onvif://www.onvif.org/Name", false],
    ["onvif://www.onvif.org/name/Front%20door/two/three", false],
    ["onvif://www.example.org/name", false],
    ["http://www.onvif.org/name", false],
    ["onvif://www.onvif.org/x/../name", false],
    ["onvif://www.onvif.org/name/%ZZ", false],
    ["no uri", false],
  ] as const)
    expect([asked, matches?.(asked, own)]).toEqual([asked, expected]);
  expect(scopeRule(`${DISCOVERY.d}/rfc2396`)?.("urn:a", "urn:a")).toBe(true);
});

test("strcmp0 compares whole texts, and unknown rules are none", () => {
  const matches = scopeRule(`${DISCOVERY.d}/strcmp0`);
  expect([matches?.("a:b", "a:b"), matches?.("A:b", "a:b")]).toEqual([true, false]);
  for (const uri of ["", "strcmp0", `${DISCOVERY.d}/ldap`, `${DISCOVERY.d}/uuid`, `${DISCOVERY.d}/constructor`])
    expect(scopeRule(uri)).toBeUndefined();
});
