import type { DocumentedOperation } from "./api-document.ts";

type JsonObject = { readonly [member: string]: unknown };

const SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
/** Deeper members of an example say no more. */
const MAX_EXAMPLE_DEPTH = 5;

/** An OpenAPI document as a Postman collection (v2.1): one folder for each tag, one request for each operation, logged in by Basic. */
export function postmanCollection(document: JsonObject): JsonObject {
  const { title, version, description } = document.info as JsonObject;
  const tags = document.tags as readonly { readonly name: string; readonly description: string }[];
  const operations = Object.entries(document.paths as Record<string, Record<string, JsonObject>>).flatMap(
    ([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  return {
    info: { name: title, description: `${description}\n\nVersion ${version}.`, schema: SCHEMA },
    auth: basicAuth(),
    variable: [
      { key: "baseUrl", value: "http://localhost:8080", type: "string" },
      { key: "username", value: "admin", type: "string" },
      { key: "password", value: "password", type: "string" },
    ],
    item: tags.map((tag) => ({
      name: tag.name,
      description: tag.description,
      item: operations
        .filter(({ operation }) => (operation.tags as readonly string[]).includes(tag.name))
        .map(({ path, method, operation }) => ({
          name: operation.summary,
          request: request(path, method.toUpperCase(), operation),
          response: [],
        })),
    })),
  };
}

function basicAuth(): JsonObject {
  const entry = (key: string) => ({ key, value: `{{${key}}}`, type: "string" });
  return { type: "basic", basic: [entry("username"), entry("password")] };
}

function request(path: string, method: string, operation: JsonObject): JsonObject {
  const body = requestBody(operation);
  return {
    method,
    header: body === undefined ? [] : [{ key: "Content-Type", value: body.mediaType }],
    url: url(path, operation.parameters as Parameters),
    ...(body === undefined ? {} : { body: body.body }),
    description: operation.description,
  };
}

type Parameters = readonly (DocumentedOperation["parameters"][number] & { readonly schema: JsonObject })[];

function url(path: string, parameters: Parameters): JsonObject {
  const segments = path
    .slice(1)
    .split("/")
    .map((segment) => segment.replace(/^\{(.+)\}$/, ":$1"));
  const inQuery = parameters.filter((parameter) => parameter.in === "query");
  const query = inQuery.map(({ name, required, schema }) => ({
    key: name,
    value: String(example(schema) ?? ""),
    disabled: !required,
  }));
  const variable = parameters
    .filter((parameter) => parameter.in === "path")
    .map(({ name, schema }) => ({ key: name, value: String(example(schema) ?? "") }));
  const asked = query.filter(({ disabled }) => !disabled).map(({ key, value }) => `${key}=${value}`);
  return {
    raw: `{{baseUrl}}/${segments.join("/")}${asked.length === 0 ? "" : `?${asked.join("&")}`}`,
    host: ["{{baseUrl}}"],
    path: segments,
    ...(query.length === 0 ? {} : { query }),
    ...(variable.length === 0 ? {} : { variable }),
  };
}

function requestBody(operation: JsonObject): { readonly mediaType: string; readonly body: JsonObject } | undefined {
  const content = (operation.requestBody as { content?: Record<string, { schema: JsonObject }> } | undefined)?.content;
  const [entry] = Object.entries(content ?? {});
  if (entry === undefined) return undefined;
  const [mediaType, { schema }] = entry;
  if (mediaType === "application/octet-stream") return { mediaType, body: { mode: "file", file: {} } };
  const value = example(schema);
  if (mediaType !== "application/json") return { mediaType, body: { mode: "raw", raw: String(value ?? "") } };
  const raw = JSON.stringify(value ?? {}, null, 2);
  return { mediaType, body: { mode: "raw", raw, options: { raw: { language: "json" } } } };
}

/** A value of the form of a schema. */
function example(schema: JsonObject, depth = 0): unknown {
  const { default: initial, enum: words, anyOf, type, properties, items, minimum, minLength } = schema;
  if (initial !== undefined) return initial;
  if (Array.isArray(words)) return words[0];
  if (Array.isArray(anyOf)) return example(anyOf[0] as JsonObject, depth);
  if (depth > MAX_EXAMPLE_DEPTH) return null;
  if (type === "object") {
    const members = Object.entries((properties ?? {}) as Record<string, JsonObject>);
    return Object.fromEntries(members.map(([name, member]) => [name, example(member, depth + 1)]));
  }
  if (type === "array") return items === undefined ? [] : [example(items as JsonObject, depth + 1)];
  if (type === "integer" || type === "number") return minimum ?? 0;
  if (type === "boolean") return true;
  return type === "string" ? "text".padEnd(Number(minLength ?? 0), "-") : null;
}
