import { expect, test } from "bun:test";
import { number, object, optional, string, union, unknown } from "valibot";
import { route } from "../../../src/http/route.ts";

const described = { tag: "system", summary: "A test", success: { data: unknown() } } as const;

// What is expected to be an error here is checked by TypeScript itself, in test/style/tools.test.ts.

test("a route without a permission or a rate class does not compile", () => {
  const answer = () => null;
  // @ts-expect-error: `access` is missing
  route({ method: "GET", path: "/api/x", rate: "api", ...described, answer });
  // @ts-expect-error: `rate` is missing
  route({ method: "GET", path: "/api/x", access: "open", ...described, answer });
  // @ts-expect-error: no such permission
  route({ method: "GET", path: "/api/x", access: "Media", rate: "api", ...described, answer });
  // @ts-expect-error: paths begin with a slash
  route({ method: "GET", path: "api/x", access: "open", rate: "api", ...described, answer });
  expect(route({ method: "GET", path: "/api/x", access: "open", rate: "api", ...described, answer })).toMatchObject({
    access: "open",
  });
});

test("a route whose body or answer holds a secret does not compile without saying so", () => {
  const base = { method: "POST", path: "/api/x", access: "login", rate: "api", ...described } as const;
  const answer = () => null;
  // @ts-expect-error: a password comes in
  route({ ...base, body: object({ password: optional(string()) }), answer });
  // @ts-expect-error: in one of two forms
  route({ ...base, body: union([object({ level: number() }), object({ passphrase: string() })]), answer });
  // @ts-expect-error: a token goes out
  route({ ...base, success: { status: 201, data: object({ token: string() }) }, answer });
  const body = object({ password: string() });
  expect(route({ ...base, body, carriesSecrets: true, answer }).carriesSecrets).toBe(true);
});

test("query and body have the types of their schemas", () => {
  const declared = route({
    method: "POST",
    path: "/api/x",
    access: "Device_rw",
    rate: "api",
    ...described,
    body: object({ level: number() }),
    answer: ({ body, query }) => {
      const level: number = body.level;
      // @ts-expect-error: no query schema, no query members
      const other = query.level;
      return { level, other: other === undefined };
    },
  });
  const identity = { user: undefined, permissions: new Set<never>() };
  const unasked = () => {
    throw new Error("nobody asks");
  };
  expect(
    declared.answer({
      identity,
      origin: "http://localhost",
      host: "cam",
      address: "192.0.2.1",
      isSecure: false,
      cookieName: "rd_80",
      signal: new AbortController().signal,
      login: { byHeader: unasked, byProof: unasked, digestChallenge: unasked },
      method: "POST",
      headers: new Headers(),
      params: {},
      query: {},
      body: { level: 3 },
    }),
  ).toEqual({
    level: 3,
    other: true,
  });
});
