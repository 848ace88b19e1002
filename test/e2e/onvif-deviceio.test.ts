import { afterAll, beforeAll, expect, test } from "bun:test";
import type { QualifiedName } from "../../src/soap/namespaces.ts";
import { findChild, findPath } from "../../src/soap/xml-element.ts";
import { testWithSchemas } from "../support/conditional-tests.ts";
import { OnvifClient, subcodes } from "../support/onvif-client.ts";
import { startServer, type TestServer } from "../support/server.ts";

const PATH = "/onvif/deviceio_service";

let server: TestServer;
let client: OnvifClient;
beforeAll(async () => {
  server = await startServer();
  client = new OnvifClient(server.http);
});
afterAll(async () => {
  await server.stop();
});

const name = (operation: string) => `tmd:${operation}` as QualifiedName;

test("there is one video source and nothing else", async () => {
  const sources = await client.ask("tmd:GetVideoSources", "", PATH);
  expect(sources.children.map(({ text }) => text)).toEqual(["VideoSource_1"]);
  for (const operation of [
    "GetAudioSources",
    "GetAudioOutputs",
    "GetRelayOutputs",
    "GetRelayOutputOptions",
    "GetDigitalInputs",
  ])
    expect((await client.ask(name(operation), "", PATH)).children).toEqual([]);
  const capabilities = await client.as("anonymous").ask("tmd:GetServiceCapabilities", "", PATH);
  expect(findChild(capabilities, "tmd:Capabilities")?.attributes.get("VideoSources")).toBe("1");
  const all = await client.as("anonymous").ask("tds:GetCapabilities");
  const found = findPath(all, "tds:Capabilities", "tt:Extension", "tt:DeviceIO");
  expect(found?.children.map(({ text }) => text)).toEqual([server.http + PATH, "1", "0", "0", "0", "0"]);
});

test.each([
  ["GetRelayOutputOptions", "<tmd:RelayOutputToken>r</tmd:RelayOutputToken>", "ter:RelayToken"],
  ["SetRelayOutputSettings", '<tmd:RelayOutput token="r"/>', "ter:RelayToken"],
  ["SetRelayOutputState", "<tmd:RelayOutputToken>r</tmd:RelayOutputToken>", "ter:RelayToken"],
  ["GetDigitalInputConfigurationOptions", "<tmd:Token>i</tmd:Token>", "ter:NoConfig"],
  ["GetDigitalInputConfigurationOptions", "", "ter:NoConfig"],
  ["SetDigitalInputConfigurations", '<tmd:DigitalInputs token="i"/>', "ter:NoConfig"],
])("%s %s: there is none", async (operation, content, fault) => {
  const reply = await client.call(name(operation), content, PATH);
  expect([reply.status, ...subcodes(reply)]).toEqual([400, "ter:InvalidArgVal", fault]);
});

test("what is missing is told, and a login is needed", async () => {
  expect(subcodes(await client.call("tmd:SetRelayOutputSettings", "", PATH))).toEqual(["ter:InvalidArgs"]);
  expect(subcodes(await client.call("tmd:SetDigitalInputConfigurations", "", PATH))).toEqual(["ter:InvalidArgs"]);
  expect((await client.as("anonymous").call("tmd:GetRelayOutputOptions", "", PATH)).status).toBe(401);
});

testWithSchemas("every answer passes ONVIF's schemas", () => {
  expect(client.schemaErrors()).toEqual([]);
});
