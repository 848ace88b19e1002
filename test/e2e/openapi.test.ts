import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { sourceFiles } from "../style/sources.ts";
import { createDocumentCheck, type DocumentCheck, type DocumentedOperation } from "../support/api-document.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { EXAMPLES, PASSWORD } from "./openapi-examples.ts";

const LOGIN = { Authorization: `Basic ${btoa(`admin:${PASSWORD}`)}` };
const NO_LIMITS = { ROTORDREAM_LIMITS_API_PER_MINUTE: "0", ROTORDREAM_LIMITS_LOGIN_FAILURES: "0" };

let server: TestServer;
let document: Record<string, unknown>;
let check: DocumentCheck;
beforeAll(async () => {
  server = await startServer(["--admin-password", PASSWORD, "--anonymous", "guest"], NO_LIMITS);
  document = (await (await fetch(`${server.http}/swagger/json`)).json()) as Record<string, unknown>;
  check = createDocumentCheck(document);
  await until(async () => (await fetch(`${server.http}/health/ready`)).status === 200);
});
afterAll(() => server.stop());

/** Asks as an operation is documented; says what the answer has against the document. */
async function ask(
  operation: DocumentedOperation,
  headers: Record<string, string>,
  body: string | undefined,
): Promise<{ readonly status: number; readonly problems: readonly string[] }> {
  const name = `${operation.method} ${operation.path}`;
  const example = EXAMPLES[name] ?? {};
  const path = operation.path.replace(/\{(\w+)\}/g, (_, parameter: string) =>
    encodeURIComponent(example.path?.[parameter] ?? "nothing"),
  );
  const sent = body ?? example.text ?? (example.body === undefined ? undefined : JSON.stringify(example.body));
  const answer = await fetch(`${server.http}${path}${example.query ?? ""}`, {
    method: operation.method,
    headers,
    ...(sent === undefined ? {} : { body: sent }),
  });
  return { status: answer.status, problems: check.problems(operation, answer, await textOf(answer)) };
}

/** Of an answer that ends; one in parts goes on for ever. */
async function textOf(answer: Response): Promise<string> {
  if (!answer.headers.get("content-type")?.startsWith("multipart/")) return answer.text();
  await answer.body?.cancel();
  return "";
}

function exampleStatuses({ method, path }: DocumentedOperation): readonly number[] {
  return [EXAMPLES[`${method} ${path}`]?.status ?? 200].flat();
}

async function problemsOf(
  operations: readonly DocumentedOperation[],
  headers: Record<string, string>,
  statuses: (operation: DocumentedOperation) => readonly number[],
  body?: string,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const operation of operations) {
    const { status, problems } = await ask(operation, headers, body);
    found.push(...problems);
    if (!statuses(operation).includes(status)) found.push(`${operation.method} ${operation.path} answered ${status}`);
  }
  return found;
}

describe("the executable's API document", () => {
  test("is a valid OpenAPI document", async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
  });

  test("has every route that the sources declare", () => {
    const declared = sourceFiles("src/http/*.ts", "src/modules/*/*.ts")
      .filter(({ text }) => /\broute\(/.test(text))
      .flatMap(({ text }) => [...text.matchAll(/\bpath: "(\/[^"]*)"/g)].map(([, path = ""]) => path));
    expect(declared).toContain("/api/info");
    const documented = check.operations.map(({ path }) => path);
    expect(
      declared.map((path) => path.replace(/:(\w+)/g, "{$1}")).filter((path) => !documented.includes(path)),
    ).toEqual([]);
  });

  test("names the methods that the server knows", async () => {
    for (const path of new Set(check.operations.map((operation) => operation.path))) {
      const { headers } = await fetch(server.http + path.replace(/\{\w+\}/g, "x"), { method: "OPTIONS" });
      const known = (headers.get("allow") ?? "")
        .split(", ")
        .filter((method) => method !== "HEAD" && method !== "OPTIONS");
      const documented = check.operations.filter((operation) => operation.path === path).map(({ method }) => method);
      expect([path, ...documented.sort()]).toEqual([path, ...known.sort()]);
    }
  });

  test("gives every operation words, a name of its own and a permission", () => {
    const ids = new Set(JSON.stringify(document).match(/"operationId":"\w+"/g));
    expect(ids.size).toBe(check.operations.length);
    for (const { permission, path } of check.operations) expect([path, permission]).not.toEqual([path, "undefined"]);
  });

  test("names no file, folder or internal error of the device", () => {
    expect(JSON.stringify(document)).not.toMatch(/node_modules|\.ts\b|\/(home|root|tmp|var)\/|stack/i);
  });
});

describe("answers are what the document says", () => {
  test("there is an example for every operation that needs a parameter or changes something, and no stale one", () => {
    const needing = check.operations.filter(
      ({ method, parameters, hasBody }) => method !== "GET" || hasBody || parameters.some(({ required }) => required),
    );
    const names = needing.map(({ method, path }) => `${method} ${path}`);
    expect(names.filter((name) => EXAMPLES[name] === undefined)).toEqual([]);
    const all = check.operations.map(({ method, path }) => `${method} ${path}`);
    expect(Object.keys(EXAMPLES).filter((name) => !all.includes(name))).toEqual([]);
  });

  test("to an administrator", async () => {
    const harmless = check.operations.filter(({ method, path }) => EXAMPLES[`${method} ${path}`]?.ends === undefined);
    expect(await problemsOf(harmless, LOGIN, exampleStatuses)).toEqual([]);
  });

  test("to someone who is not logged in", async () => {
    const expected = (operation: DocumentedOperation) =>
      operation.permission === "open" ? exampleStatuses(operation) : [401];
    const { operations } = check;
    expect(await problemsOf(operations, {}, expected)).toEqual([]);
  });

  test("to wrong credentials and to a foreign name", async () => {
    const { operations } = check;
    expect(await problemsOf(operations, { Authorization: "Basic YWRtaW46bm8=" }, () => [401])).toEqual([]);
    expect(await problemsOf(operations, { ...LOGIN, Host: "evil.example" }, () => [421])).toEqual([]);
  });

  test("to a body that is no JSON, one that is too deep and one that is too large", async () => {
    const withBody = check.operations.filter(({ hasBody, isJson }) => hasBody && isJson);
    expect(withBody.length).toBeGreaterThan(0);
    for (const [body, status] of [
      ["{", 400],
      ["[".repeat(100), 400],
      ["1".repeat(4 * 1024 * 1024), 413],
    ] as const) {
      const found = await problemsOf(withBody, LOGIN, () => [status], body);
      expect(found).toEqual([]);
    }
  });

  test("to a web page of another origin", async () => {
    const changing = check.operations.filter(({ method }) => method !== "GET");
    expect(await problemsOf(changing, { ...LOGIN, Origin: "http://evil.example" }, () => [403])).toEqual([]);
  });
});
