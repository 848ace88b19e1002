import { expect, test } from "bun:test";
import {
  digits,
  maxLength,
  maxValue,
  minValue,
  nullable,
  number,
  object,
  optional,
  picklist,
  pipe,
  record,
  regex,
  strictObject,
  string,
  transform,
  union,
} from "valibot";
import { createOpenApiDocument } from "../../../src/http/openapi.ts";
import { schemaObject } from "../../../src/http/openapi-schema.ts";
import { type Route, route } from "../../../src/http/route.ts";

const QUALITY = "must be a whole number";
const BASE = { tag: "system", rate: "api", summary: "A test" } as const;

interface Operation {
  readonly description: string;
  readonly deprecated?: boolean;
  readonly "x-permission": string;
  readonly security: readonly object[];
  readonly parameters: readonly object[];
  readonly requestBody?: { readonly required: boolean; readonly content: Record<string, { schema: object }> };
  readonly responses: Record<
    string,
    { readonly $ref?: string; readonly content?: Record<string, { schema: unknown }> }
  >;
}

async function describeRoute(declared: Route): Promise<Operation> {
  const document = await createOpenApiDocument([declared], { name: "RotorDream", version: "1.2.3" });
  const [path = {}] = Object.values(document.paths as unknown as Record<string, Record<string, Operation>>);
  const [operation] = Object.values(path);
  if (operation === undefined) throw new Error("no operation");
  return operation;
}

const answer = () => null;

test("a text of digits that becomes a number is documented as that number", async () => {
  const { parameters } = await describeRoute(
    route({
      ...BASE,
      method: "GET",
      path: "/api/things/:id",
      access: "open",
      success: { data: number() },
      query: object({
        quality: optional(
          pipe(string(), digits(QUALITY), transform(Number), minValue(1, QUALITY), maxValue(100, QUALITY)),
          "85",
        ),
        name: string(),
      }),
      answer,
    }),
  );
  expect(parameters).toEqual([
    { name: "id", in: "path", required: true, schema: { type: "string", minLength: 1 } },
    {
      name: "quality",
      in: "query",
      required: false,
      schema: { type: "integer", minimum: 1, maximum: 100, default: 85 },
    },
    { name: "name", in: "query", required: true, schema: { type: "string" } },
  ]);
});

test("statuses follow from access, rate, parameters, body and the declared errors", async () => {
  const changing = await describeRoute(
    route({
      ...BASE,
      method: "POST",
      path: "/api/things/:id",
      access: "Device_rw",
      success: { status: 201, data: object({}) },
      errors: ["conflict", "not-supported"],
      body: object({ level: number() }),
      answer,
    }),
  );
  expect(Object.keys(changing.responses)).toEqual("201 400 401 403 404 409 413 421 429 500 503".split(" "));
  expect(changing["x-permission"]).toBe("Device_rw");
  expect(changing.description).toStartWith("Needs the permission `Device_rw`. The same as `/api/v1/things/{id}`.");
  expect(changing.security).not.toContainEqual({});
  expect(changing.requestBody?.required).toBe(true);

  const open = await describeRoute(
    route({
      ...BASE,
      method: "GET",
      path: "/health",
      access: "open",
      rate: "unlimited",
      success: { bare: object({}) },
      answer,
    }),
  );
  expect(Object.keys(open.responses)).toEqual("200 401 421 429 500 503".split(" "));
  expect(open.security[0]).toEqual({});
  expect(open.responses["429"]?.$ref).toBe("#/components/responses/LockedOut");
});

test("the envelope repeats the members of data, of each variant, and what stands beside", async () => {
  const data = union([object({ name: string(), timestamp: string() }), object({ id: number() })]);
  const { responses } = await describeRoute(
    route({
      ...BASE,
      method: "GET",
      path: "/api/things",
      access: "open",
      success: { data, beside: { next_cursor: string() } },
      answer,
    }),
  );
  const { anyOf = [] } = (responses["200"]?.content?.["application/json"]?.schema ?? {}) as {
    anyOf?: { properties: Record<string, object>; required: string[] }[];
  };
  expect(anyOf.map(({ properties }) => Object.keys(properties))).toEqual([
    ["status", "data", "timestamp", "name", "next_cursor"],
    ["status", "data", "timestamp", "id", "next_cursor"],
  ]);
  // The envelope's own members are never replaced.
  expect(anyOf[0]?.properties.timestamp).toMatchObject({ type: "integer" });
  expect(anyOf[0]?.required).toEqual(["status", "data", "timestamp", "name"]);
});

test("members of any name stand in data and beside it; null is one of the words; patterns with flags are left out", async () => {
  const { responses } = await describeRoute(
    route({
      ...BASE,
      method: "GET",
      path: "/api/things",
      access: "open",
      success: { data: record(string(), nullable(picklist(["a", "b"]))) },
      answer,
    }),
  );
  const word = { type: "string", enum: ["a", "b", null], nullable: true };
  expect(responses["200"]?.content?.["application/json"]?.schema).toMatchObject({
    properties: { data: { additionalProperties: word } },
    additionalProperties: word,
  });
  expect(schemaObject(pipe(string(), regex(/^\P{Cc}$/u), maxLength(4)))).toEqual({ type: "string", maxLength: 4 });
  expect(schemaObject(pipe(string(), regex(/^a$/)))).toEqual({ type: "string", pattern: "^a$" });
});

test("bodies that may be missing are not required; bytes and texts say so", async () => {
  const declared = (form: Partial<Route>) =>
    describeRoute({
      ...BASE,
      method: "POST",
      path: "/api/things",
      access: "login",
      success: { status: 204 },
      body: strictObject({ level: optional(number()) }),
      answer,
      ...form,
    });
  const json = await declared({});
  expect(json.requestBody).toMatchObject({ required: false, content: { "application/json": {} } });
  expect(json.responses["204"]?.content).toBeUndefined();
  expect((await declared({ bodyForm: "bytes" })).requestBody?.content).toHaveProperty(["application/octet-stream"]);
  expect((await declared({ bodyForm: "text", body: string() })).requestBody?.content).toHaveProperty(["text/plain"]);
});

test("a deprecated route says since when and until when", async () => {
  const { deprecated, description } = await describeRoute(
    route({
      ...BASE,
      method: "GET",
      path: "/api/old",
      access: "open",
      success: { data: object({}) },
      deprecated: { since: "2026-11-25", sunset: "2027-06-01" },
      answer,
    }),
  );
  expect(deprecated).toBe(true);
  expect(description).toEndWith("Deprecated since 2026-11-25; goes on 2027-06-01.");
});
