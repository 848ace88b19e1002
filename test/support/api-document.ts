import { Ajv, type ErrorObject } from "ajv";
import addFormats from "ajv-formats";

type JsonObject = { readonly [member: string]: unknown };

/** One operation of an OpenAPI document. */
export interface DocumentedOperation {
  /** `GET`. */
  readonly method: string;
  /** `/api/users/{name}`. */
  readonly path: string;
  readonly permission: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly hasBody: boolean;
  readonly isJson: boolean;
  readonly statuses: readonly number[];
}

/** Checks answers against an OpenAPI document. */
export interface DocumentCheck {
  readonly operations: readonly DocumentedOperation[];
  /** What is wrong with an answer: an undocumented status or type, a form that does not fit, members nobody announced. Empty when nothing is. */
  problems(operation: DocumentedOperation, answer: Response, text: string): readonly string[];
}

/** Reads a document. Objects are closed for the check: a member that the document does not name is a problem. */
export function createDocumentCheck(document: JsonObject): DocumentCheck {
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false });
  addFormats.default(ajv, ["date-time", "binary"]);
  ajv.addSchema(closed(document) as JsonObject, "document");
  const paths = document.paths as Record<string, Record<string, JsonObject>>;
  const resolve = (value: unknown): JsonObject => {
    const found = value as JsonObject;
    if (typeof found.$ref !== "string") return found;
    return found.$ref
      .split("/")
      .slice(1)
      .reduce((at, key) => at[unescaped(key)] as JsonObject, document);
  };
  return {
    operations: Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        permission: String(operation["x-permission"]),
        parameters: operation.parameters as DocumentedOperation["parameters"],
        hasBody: operation.requestBody !== undefined,
        isJson: JSON.stringify(operation.requestBody ?? {}).includes("application/json"),
        statuses: Object.keys(operation.responses as object).map(Number),
      })),
    ),
    problems({ method, path }, answer, text) {
      const place = `${method} ${path} ${answer.status}`;
      const responses = paths[path]?.[method.toLowerCase()]?.responses as JsonObject | undefined;
      const documented = responses?.[answer.status];
      if (documented === undefined) return [`${place} is not documented: ${text.slice(0, 200)}`];
      const content = Object.entries((resolve(documented).content ?? {}) as Record<string, JsonObject>);
      if (content.length === 0) return text === "" ? [] : [`${place} has a body`];
      const type = (answer.headers.get("content-type") ?? "").split(";")[0] ?? "";
      const entry = content.find(([name]) => name === type || name === "*/*");
      if (entry === undefined) return [`${place} has the undocumented type ${type}`];
      if (type !== "application/json") return [];
      const reference =
        (documented as JsonObject).$ref ??
        `#/paths/${escaped(path)}/${method.toLowerCase()}/responses/${answer.status}`;
      const validate = ajv.compile({ $ref: `document${reference}/content/${escaped(entry[0])}/schema` });
      if (validate(JSON.parse(text))) return [];
      return (validate.errors ?? []).map((error) => `${place}: ${described(error)} in ${text.slice(0, 400)}`);
    },
  };
}

function described({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath} ${message} ${JSON.stringify(params)}`;
}

function escaped(key: string): string {
  return encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1"));
}

function unescaped(key: string): string {
  return decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~");
}

/** Errors are put together by `allOf`, whose parts cannot be closed one by one; everything else is. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, name === "allOf" ? member : closed(member)]),
  );
  const isOpen =
    members.type === "object" && members.properties !== undefined && members.additionalProperties === undefined;
  return isOpen && !isError(members.properties) ? { ...members, additionalProperties: false } : members;
}

function isError(properties: unknown): boolean {
  return typeof properties === "object" && properties !== null && "request_id" in properties;
}
