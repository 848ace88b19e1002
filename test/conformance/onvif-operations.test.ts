import { afterAll, beforeAll, describe, expect } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { testWithSchemas, testWithShared } from "../support/conditional-tests.ts";
import { OnvifClient, type OnvifLogin } from "../support/onvif-client.ts";
import { isOffered, listedOperations, makeReaders } from "../support/onvif-operations.ts";
import { readTable } from "../support/onvif-table.ts";
import { startServer, type TestServer } from "../support/server.ts";

const DOCUMENT = join(import.meta.dirname, "../../docs/integration/onvif-protocol.md");
const LISTED = listedOperations();
const REQUIRED = (LISTED ?? []).filter(({ profiles, access }) => /[ST]/.test(profiles) && access !== "");

const testWithOperations = testWithShared("onvif-schema/operations.json");

describe("operations of profiles S and T", () => {
  let server: TestServer;
  let client: OnvifClient;
  let readers: Readonly<Record<"guest" | "viewer", OnvifLogin>>;
  beforeAll(async () => {
    server = await startServer([], {
      ROTORDREAM_LIMITS_ONVIF_PER_MINUTE: "0",
      ROTORDREAM_LIMITS_LOGIN_FAILURES: "0",
    });
    client = new OnvifClient(server.http);
    readers = await makeReaders(server.http);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  testWithOperations("every one is there", async () => {
    expect(REQUIRED.length).toBeGreaterThan(150);
    const missing: string[] = [];
    for (const { name } of REQUIRED) if (!(await isOffered(client, readers.guest, name))) missing.push(name);
    expect(missing).toEqual([]);
  });

  testWithOperations("only what the contract lists is answered without a login", async () => {
    const wrong: string[] = [];
    for (const { name, access } of REQUIRED) {
      const { status } = await client.as("anonymous").call(name);
      if ((status === 401) === (access === "PRE_AUTH")) wrong.push(`${name} ${status}`);
    }
    expect(wrong).toEqual([]);
  });

  testWithOperations("viewers may read and change nothing, guests may do nothing", async () => {
    const wrong: string[] = [];
    for (const { name, access } of REQUIRED.filter((each) => each.access !== "PRE_AUTH")) {
      const reads = access === "READ_MEDIA" || access === "READ_SYSTEM";
      const [guest, viewer] = [await client.as(readers.guest).call(name), await client.as(readers.viewer).call(name)];
      if (guest.status !== 403 || (viewer.status === 403) === reads)
        wrong.push(`${name} ${guest.status} ${viewer.status}`);
    }
    expect(wrong).toEqual([]);
  });

  testWithOperations("the document's table has what is there, with a test for each that is required", async () => {
    const table = readTable(readFileSync(DOCUMENT, "utf8")); // written by: bun test/support/write-onvif-table.ts
    const wrong: string[] = [];
    for (const { name } of LISTED ?? [])
      if ((await isOffered(client, readers.guest, name)) !== table.has(name)) wrong.push(name);
    expect(wrong).toEqual([]);
    for (const { name } of REQUIRED) {
      const file = table.get(name) ?? "";
      expect(existsSync(join(import.meta.dirname, "..", file)) && file !== "", `${name} ${file}`).toBe(true);
    }
  });

  testWithSchemas("every answer passes ONVIF's schemas", () => {
    expect(client.schemaErrors()).toEqual([]);
  });
});
