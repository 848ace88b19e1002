import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createDocumentCheck } from "../support/api-document.ts";
import { postmanCollection } from "../support/postman.ts";
import { startServer, type TestServer } from "../support/server.ts";

const FILE = join(import.meta.dirname, "../../docs/api/postman/rotordream.postman_collection.json");

interface Item {
  readonly name: string;
  readonly item?: readonly Item[];
  readonly request?: {
    readonly method: string;
    readonly url: { readonly raw: string; readonly path: readonly string[] };
  };
}

let server: TestServer;
let document: Record<string, unknown>;
beforeAll(async () => {
  server = await startServer();
  document = (await (await fetch(`${server.http}/swagger/json`)).json()) as Record<string, unknown>;
});
afterAll(() => server.stop());

describe("the Postman collection", () => {
  test("is the one that the executable's document gives; `bun run docs` writes it", () => {
    expect(JSON.parse(readFileSync(FILE, "utf8"))).toEqual(postmanCollection(document));
  });

  test("has one request for every operation, and its URLs are the device's", () => {
    const { item } = JSON.parse(readFileSync(FILE, "utf8")) as Item;
    const requests = (item ?? []).flatMap((folder) => folder.item ?? []).map(({ request }) => request);
    const asked = requests.map(
      (request) => `${request?.method} /${request?.url.path.join("/").replace(/:(\w+)/g, "{$1}")}`,
    );
    const documented = createDocumentCheck(document).operations.map(({ method, path }) => `${method} ${path}`);
    expect(asked.sort()).toEqual(documented.sort());
    expect(requests.every((request) => request?.url.raw.startsWith("{{baseUrl}}/"))).toBe(true);
  });
});
