import { afterAll, beforeAll, expect, test } from "bun:test";
import { testWithSchemas } from "../support/conditional-tests.ts";
import { describePath, documentsOf, overTcp, sessionOf } from "../support/described-path.ts";
import { OnvifClient, schemaErrors } from "../support/onvif-client.ts";
import { turnRotor, watchRotor } from "../support/rotor.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const LIMIT_MS = 60_000;
const METADATA_TRACK = 1;

let server: TestServer;
let client: OnvifClient;
const documents: string[] = [];
beforeAll(async () => {
  server = await startServer([], { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" });
  client = new OnvifClient(server.http);
});
afterAll(() => server.stop());

test(
  "the metadata track begins with the states that hold, and tells of motion when it happens",
  async () => {
    await watchRotor(server);
    const { client: player, base, setUp, packets } = await describePath(server, "onvif/profile_2");
    const session = { Session: sessionOf(await setUp(METADATA_TRACK, overTcp(0))) };
    expect((await player.request("PLAY", base, session)).status).toBe(200);
    const told = (...words: readonly string[]) =>
      documentsOf(packets(0)).some((document) => words.every((word) => document.includes(word)));
    await until(() => told("tns1:VideoSource/MotionAlarm", 'PropertyOperation="Initialized"'), LIMIT_MS);
    await turnRotor(server, true);
    await until(() => told("tns1:VideoSource/MotionAlarm", 'PropertyOperation="Changed"', 'Value="true"'), LIMIT_MS);
    documents.push(...documentsOf(packets(0)));
    player.end();
  },
  LIMIT_MS,
);

test("a profile without its metadata configuration has no such track", async () => {
  const path = "/onvif/media_service";
  const content = `<trt:ProfileToken>profile_2</trt:ProfileToken>`;
  await client.ask("trt:RemoveMetadataConfiguration", content, path);
  const { described, client: player } = await describePath(server, "onvif/profile_2");
  expect(described.body).not.toContain("m=application");
  player.end();
  const token = "<trt:ConfigurationToken>MetadataConfig_1</trt:ConfigurationToken>";
  await client.ask("trt:AddMetadataConfiguration", content + token, path);
});

testWithSchemas("every document is a stream of ONVIF's schema", () => {
  expect(documents.length).toBeGreaterThan(1);
  expect(schemaErrors(documents)).toEqual([]);
});
