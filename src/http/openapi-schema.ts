import { toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import type { Json } from "../core/json.ts";

/** An OpenAPI 3.0 Schema Object. */
export type SchemaObject = { readonly [member: string]: Json | undefined };

/** A member of an object schema. */
export interface Member {
  readonly name: string;
  readonly required: boolean;
  readonly schema: SchemaObject;
}

/** What a schema accepts, as it travels; what JSON Schema cannot say is left out. */
export function schemaObject(schema: GenericSchema): SchemaObject {
  const { $schema, ...rest } = toJsonSchema(schema, {
    target: "openapi-3.0",
    typeMode: "input",
    errorMode: "ignore",
    // Patterns have no flags in JSON Schema, and mean something else without.
    overrideAction: ({ valibotAction, jsonSchema: { pattern, ...others } }) =>
      isFlaggedPattern((valibotAction as Parts).requirement) ? others : undefined,
  });
  return tidied(rest as SchemaObject) as SchemaObject;
}

function isFlaggedPattern(requirement: unknown): boolean {
  return requirement instanceof RegExp && requirement.flags !== "";
}

/** OpenAPI 3.0 takes no empty list of required members, and null only among words that name it. */
function tidied(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((each: Json) => tidied(each) ?? null);
  if (typeof value !== "object" || value === null) return value;
  const { required, ...members } = Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, tidied(member)]),
  );
  const { enum: words, nullable } = members;
  return {
    ...members,
    ...(required === undefined || (Array.isArray(required) && required.length === 0) ? {} : { required }),
    ...(nullable === true && Array.isArray(words) ? { enum: [...new Set([...words, null])] } : {}),
  };
}

/** Members of an object schema whose values arrive as text, such as a query or the parameters of a path. */
export function textMembers(schema: GenericSchema): readonly Member[] {
  const { properties = {}, required = [] } = schemaObject(schema) as Properties;
  return Object.entries(properties).map(([name, member]) => ({
    name,
    required: required.includes(name),
    schema: { ...member, ...numberForm(entryOf(schema, name), member) },
  }));
}

/** The envelope around `data`, with the members of an object `data` beside it. */
export function envelopeSchema(data: SchemaObject, beside: Readonly<Record<string, SchemaObject>> = {}): SchemaObject {
  if (Array.isArray(data.anyOf)) return { anyOf: data.anyOf.map((each) => envelopeSchema(each, beside)) };
  const { properties = {}, required = [], additionalProperties } = data as Properties;
  const own = {
    status: { type: "string", enum: ["success"] },
    data,
    timestamp: { type: "integer", description: "Unix milliseconds" },
  };
  return {
    type: "object",
    properties: { ...own, ...properties, ...beside, ...own },
    required: [...new Set([...Object.keys(own), ...required])],
    // Members of any name, such as settings, stand beside data too.
    ...(additionalProperties === undefined || additionalProperties === false ? {} : { additionalProperties }),
  };
}

type Properties = {
  readonly properties?: Readonly<Record<string, SchemaObject>>;
  readonly required?: string[];
  readonly additionalProperties?: boolean | SchemaObject;
};

/** As much of a Valibot schema as is looked into here. */
interface Parts {
  readonly type?: string;
  readonly pipe?: readonly Parts[];
  readonly wrapped?: Parts;
  readonly entries?: Readonly<Record<string, Parts>>;
  readonly operation?: unknown;
  readonly requirement?: unknown;
}

function entryOf(schema: Parts, name: string): Parts | undefined {
  const found = schema.entries ?? schema.pipe?.find(({ entries }) => entries !== undefined)?.entries;
  return found?.[name];
}

/** Digits that a pipe turns into a number are documented as the number that they are. */
function numberForm(entry: Parts | undefined, member: SchemaObject): SchemaObject {
  const inner = entry?.wrapped ?? entry;
  if (inner?.pipe?.some(({ operation }) => operation === Number) !== true) return {};
  const bound = (type: string) => inner.pipe?.find((each) => each.type === type)?.requirement as number | undefined;
  const { default: initial } = member;
  return {
    type: "integer",
    pattern: undefined,
    minimum: bound("min_value"),
    maximum: bound("max_value"),
    default: initial === undefined ? undefined : Number(initial),
  };
}
