import type { ErrorKind } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { errorForms } from "./errors.ts";
import { envelopeSchema, type Member, type SchemaObject, schemaObject, textMembers } from "./openapi-schema.ts";
import type { Deprecation, Route } from "./route.ts";

/** An OpenAPI 3.0 Operation Object. */
export type Operation = { readonly [member: string]: Json | undefined };

/** What may go wrong with any route: credentials are checked wherever they are given, under a name that must be ours. */
const EVERYWHERE: readonly ErrorKind[] = ["unauthenticated", "locked-out", "misdirected", "internal", "unavailable"];
const CHANGING: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH", "DELETE"]);
const DEFAULT_MAX_BODY = "1 MiB";

/** Describes a route. */
export function operation(route: Route): Operation {
  return {
    tags: [route.tag],
    summary: route.summary,
    description: description(route),
    operationId: operationId(route),
    ...(route.deprecated === undefined ? {} : { deprecated: true }),
    "x-permission": route.access,
    security: security(route),
    parameters: parameters(route),
    ...(route.body === undefined ? {} : { requestBody: requestBody(route, route.body) }),
    responses: { ...success(route), ...failures(route) },
  };
}

/** The path as OpenAPI writes it. */
export function documentedPath({ path }: Pick<Route, "path">): string {
  return path.replace(/:([^/]+)/g, "{$1}");
}

function description(route: Route): string {
  const { access, rate, carriesSecrets, deprecated, maxBodyBytes, body } = route;
  const path = documentedPath(route);
  return [
    permissionSentence(access),
    path.startsWith("/api/") ? `The same as \`${path.replace("/api/", "/api/v1/")}\`.` : "",
    rate === "media" ? "Counts against the limit for pictures, not against that for the API." : "",
    body === undefined
      ? ""
      : `The body has at most ${maxBodyBytes === undefined ? DEFAULT_MAX_BODY : `${maxBodyBytes} bytes`}.`,
    carriesSecrets ? "Carries secrets: over TLS only where `server.require_tls` is set." : "",
    deprecated === undefined ? "" : deprecationSentence(deprecated),
  ]
    .filter((sentence) => sentence !== "")
    .join(" ");
}

function permissionSentence(access: Route["access"]): string {
  if (access === "open") return "Needs no login.";
  return access === "login"
    ? "Needs a login; which one decides what is allowed."
    : `Needs the permission \`${access}\`.`;
}

function deprecationSentence({ since, sunset }: Deprecation): string {
  return `Deprecated since ${since}; goes on ${sunset}.`;
}

function operationId({ method, path }: Route): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return [method.toLowerCase(), ...words].map((word, index) => (index === 0 ? word : capitalized(word))).join("");
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function security({ access, rate, takesUrlToken }: Route): Json {
  const ways = ["bearer", "basic", "digest", "cookie", ...(rate === "media" || takesUrlToken ? ["token"] : [])];
  return [...(access === "open" ? [{}] : []), ...ways.map((way) => ({ [way]: [] }))];
}

function parameters(route: Route): Json {
  const names = [...route.path.matchAll(/:([^/]+)/g)].map(([, name]) => name ?? "");
  const declared = route.params === undefined ? [] : textMembers(route.params);
  const inPath = names.map((name) => {
    const { schema } = declared.find((member) => member.name === name) ?? { schema: { type: "string" } };
    return { name, in: "path", required: true, schema: { minLength: 1, ...schema } };
  });
  const inQuery = (route.query === undefined ? [] : textMembers(route.query)).map(queryParameter);
  return [...inPath, ...inQuery];
}

function queryParameter({ name, required, schema }: Member): SchemaObject {
  const { description: told, ...rest } = schema;
  return { name, in: "query", required, schema: rest, ...(told === undefined ? {} : { description: told }) };
}

function requestBody({ bodyForm = "json" }: Route, body: NonNullable<Route["body"]>): Json {
  if (bodyForm === "bytes")
    return {
      required: true,
      content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } },
    };
  const schema = schemaObject(body);
  if (bodyForm === "text") return { required: true, content: { "text/plain": { schema } } };
  return {
    // A missing body is read as an empty object.
    required: Array.isArray(schema.required) && schema.required.length > 0,
    description: "Read as JSON whatever its `Content-Type` says.",
    content: { "application/json": { schema } },
  };
}

const PARTIAL_CONTENT = 206;

function success({ success: declared, method }: Route): Readonly<Record<string, Json>> {
  if ("data" in declared) {
    const beside = Object.entries(declared.beside ?? {}).map(([name, schema]) => [name, schemaObject(schema)]);
    const enveloped = envelopeSchema(schemaObject(declared.data), Object.fromEntries(beside));
    const bare = method === "GET" ? " With `?envelope=none` the bare `data`." : "";
    return { [declared.status ?? 200]: answer(`Done.${bare}`, "application/json", enveloped) };
  }
  if ("bare" in declared) {
    const statuses = [200, ...(declared.also ?? [])];
    return Object.fromEntries(
      statuses.map((status) => [
        status,
        answer("Without the envelope.", "application/json", schemaObject(declared.bare)),
      ]),
    );
  }
  if ("mediaType" in declared) {
    const content = Object.fromEntries(
      [declared.mediaType].flat().map((mediaType) => {
        const binary = mediaType.startsWith("text/") ? {} : { format: "binary" };
        return [mediaType, { schema: { type: "string", ...binary } }];
      }),
    );
    const further = (declared.also ?? []).map((status) => [
      status,
      status === PARTIAL_CONTENT ? { description: "A part.", content } : { description: "Without a body." },
    ]);
    return { [declared.status ?? 200]: { description: "Done.", content }, ...Object.fromEntries(further) };
  }
  return { 204: { description: "Done; there is nothing to say." } };
}

function failures(route: Route): Readonly<Record<string, Json>> {
  const byStatus = new Map<number, ErrorKind[]>();
  for (const kind of new Set(errorKinds(route))) {
    const { status } = errorForms(kind);
    byStatus.set(status, [...(byStatus.get(status) ?? []), kind]);
  }
  const taken = new Set(Object.keys(success(route)));
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      // A health check answers 503 in its own form and in that of errors.
      .map(([status, kinds]) => [
        status,
        taken.has(String(status))
          ? eitherForm(route, kinds)
          : { $ref: `#/components/responses/${responseName(kinds)}` },
      ]),
  );
}

function eitherForm({ success: declared }: Route, kinds: readonly ErrorKind[]): Json {
  const own = "bare" in declared ? [schemaObject(declared.bare)] : [];
  return answer("In its own form, or an error.", "application/json", { anyOf: [...own, errorSchema(kinds)] });
}

/** Every kind of error that a route may answer. */
export function errorKinds(route: Route): readonly ErrorKind[] {
  const { access, rate, method, path, query, params, body, errors = [] } = route;
  return [
    ...EVERYWHERE,
    ...(rate === "unlimited" ? [] : (["rate-limited"] as const)),
    ...((access !== "open" && access !== "login") || CHANGING.has(method) ? (["forbidden"] as const) : []),
    ...(path.includes(":") ? (["not-found"] as const) : []),
    ...(query !== undefined || params !== undefined || body !== undefined ? (["bad-request"] as const) : []),
    ...(body === undefined ? [] : (["too-large"] as const)),
    ...errors,
  ];
}

/** Name of the shared response for some kinds that have one status. */
export function responseName(kinds: readonly ErrorKind[]): string {
  return [...kinds]
    .sort()
    .map((kind) => kind.split("-").map(capitalized).join(""))
    .join("Or");
}

/** The shared responses that routes refer to, by name. */
export function sharedResponses(routes: readonly Route[]): Readonly<Record<string, Json>> {
  const found = new Map<string, Json>();
  for (const route of routes) {
    const kinds = [...new Set(errorKinds(route))];
    for (const status of new Set(kinds.map((kind) => errorForms(kind).status))) {
      const ofStatus = kinds.filter((kind) => errorForms(kind).status === status);
      found.set(responseName(ofStatus), errorResponse(status, ofStatus));
    }
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function errorResponse(status: number, kinds: readonly ErrorKind[]): Json {
  const header = HEADERS[status];
  return {
    ...(answer(DESCRIPTIONS[status] ?? "An error.", "application/json", errorSchema(kinds)) as SchemaObject),
    ...(header === undefined ? {} : { headers: { [header]: { schema: { type: "string" } } } }),
  };
}

const HEADERS: Readonly<Record<number, string>> = { 401: "WWW-Authenticate", 429: "Retry-After" };

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: "Malformed, an unknown key or a value that is not allowed; nothing was applied.",
  401: "No or wrong credentials.",
  403: "The permission is lacking, or a web page of another origin asked.",
  404: "There is no such resource.",
  406: "Nothing that both sides know.",
  409: "Contradicts the present state, or this device cannot do it.",
  412: "The resource is no longer as `If-Match` says.",
  413: "The body is too large.",
  421: "The device does not answer to that host name.",
  426: "This is a WebSocket; ask for an upgrade.",
  428: "`If-Match` is missing.",
  429: "Too many requests or failed logins; `retry_after` tells how many seconds to wait.",
  500: "A defect of the device; its log has the details under `request_id`.",
  503: "Camera, storage or a free place is not there right now.",
};

function errorSchema(kinds: readonly ErrorKind[]): SchemaObject {
  const codes = [...new Set(kinds.flatMap((kind) => errorForms(kind).codes))].sort();
  return {
    allOf: [
      { $ref: "#/components/schemas/Error" },
      { type: "object", properties: { code: { type: "string", enum: codes } } },
    ],
  };
}

function answer(told: string, mediaType: string, schema: SchemaObject): Json {
  return { description: told, content: { [mediaType]: { schema } } };
}
