import { swagger } from "@elysiajs/swagger";
import { Elysia } from "elysia";
import type { Json } from "../core/json.ts";
import { documentedPath, operation, sharedResponses } from "./openapi-operation.ts";
import type { Route, RouteTag } from "./route.ts";

/** An OpenAPI 3.0 document. */
export type OpenApiDocument = { readonly [member: string]: Json };

const PATH = "/swagger";

/** What stands at the head of the document; Markdown. */
const INTRODUCTION = `
Every answer below \`/api/\` is JSON in an envelope: \`status\`, \`data\` and \`timestamp\`; the members of an object \`data\` also stand at the top level, and \`?envelope=none\` on a GET answers the bare \`data\`. Errors have \`error\`, a sentence, and \`code\`, a word of a closed list.

\`/api/v1/…\` is the same as \`/api/…\`. Every answer carries \`API-Version\`. HEAD works wherever GET does, OPTIONS names the methods, and a wrong method is 405 with \`Allow\`.

Log in by HTTP Basic or Digest, a bearer token, or \`POST /api/login\`, which also sets the session cookie. \`?auth=required\` on any route asks anonymous callers for a login.
`.trim();

const TAGS: Readonly<Record<RouteTag, string>> = {
  system: "The device and how it is doing",
  settings: "What can be changed",
  control: "WebSocket",
  streams: "Live video and stills",
  webrtc: "Live video in browsers",
  ptz: "Pan, tilt and zoom",
  recordings: "Recordings and stored snapshots",
  login: "Sessions",
  users: "Who may do what",
  tokens: "Bearer tokens",
  certificate: "TLS",
  events: "What happened",
  metrics: "For Prometheus",
  onvif: "SOAP, which has documents of its own",
  documentation: "This document",
};

const ERROR_SCHEMA = {
  type: "object",
  required: ["status", "error", "code", "timestamp"],
  properties: {
    status: { type: "string", enum: ["error"] },
    error: { type: "string", description: "A sentence that a person can act on" },
    code: { type: "string", description: "For programs" },
    timestamp: { type: "integer", description: "Unix milliseconds" },
    key: { type: "string", description: "What is at fault in the request" },
    permission: { type: "string", description: "What is lacking" },
    limit: { type: "integer" },
    period: { type: "string" },
    retry_after: { type: "integer", description: "Seconds" },
    request_id: { type: "string" },
  },
} as const;

const SECURITY_SCHEMES = {
  basic: { type: "http", scheme: "basic" },
  digest: { type: "http", scheme: "digest", description: "RFC 7616, SHA-256 or MD5" },
  bearer: { type: "http", scheme: "bearer", description: "A token of `POST /api/login` or `POST /api/tokens`" },
  cookie: {
    type: "apiKey",
    in: "cookie",
    name: "rd_80",
    description: "Set by `POST /api/login`. Its name carries the port; over TLS it is `__Host-rd_443`.",
  },
  token: {
    type: "apiKey",
    in: "query",
    name: "token",
    description: "A bearer token, for players that send no headers",
  },
} as const;

/** The document of a table of routes. The plugin would describe what is mounted on an Elysia, so it gets one with nothing else on it. */
export async function createOpenApiDocument(
  routes: readonly Route[],
  product: { readonly name: string; readonly version: string },
): Promise<OpenApiDocument> {
  const used = new Set(routes.map(({ tag }) => tag));
  const documentation = {
    info: { title: `${product.name} API`, version: product.version, description: INTRODUCTION },
    servers: [{ url: "/" }],
    tags: Object.entries(TAGS).flatMap(([name, description]) =>
      used.has(name as RouteTag) ? [{ name, description }] : [],
    ),
    paths: paths(routes),
    components: {
      schemas: { Error: ERROR_SCHEMA },
      responses: sharedResponses(routes),
      securitySchemes: SECURITY_SCHEMES,
    },
  };
  // The plugin's types know schemas of one library only.
  const plugin = swagger({ path: PATH, provider: "swagger-ui", documentation: documentation as object });
  const answer = await new Elysia().use(plugin).handle(new Request(`http://localhost${PATH}/json`));
  return (await answer.json()) as OpenApiDocument;
}

function paths(routes: readonly Route[]): Json {
  const found: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const path = documentedPath(route);
    found[path] = { ...found[path], [route.method.toLowerCase()]: operation(route) };
  }
  return found;
}
