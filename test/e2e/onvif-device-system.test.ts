import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findChildren, findPath } from "../../src/soap/xml-element.ts";
import { testWithSchemas } from "../support/conditional-tests.ts";
import { OnvifClient, subcodes } from "../support/onvif-client.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const answers: string[] = [];
const folders: string[] = [];
const LOGIN = { user: "admin", password: "password" };
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
  folders.push(folder);
  return folder;
}

async function start(folder: string, environment: Record<string, string> = {}) {
  const server = await startServer(["--data-dir", folder], environment);
  return { server, client: new OnvifClient(server.http, LOGIN, answers) };
}

/** A client of the server after its next start. */
async function again(server: TestServer): Promise<OnvifClient> {
  const starts = () => server.log.flatMap(({ message }, index) => (message === "started" ? [index] : []));
  const listening = () =>
    server.log.slice(starts()[1]).find(({ message, service }) => message === "listening" && service === "http");
  await until(() => starts().length > 1 && listening() !== undefined);
  return new OnvifClient(new URL(String(listening()?.url)).origin, LOGIN, answers);
}

async function scopes(client: OnvifClient, definition: "Fixed" | "Configurable"): Promise<readonly string[]> {
  return findChildren(await client.ask("tds:GetScopes"), "tds:Scopes")
    .filter((scope) => findPath(scope, "tt:ScopeDef")?.text === definition)
    .map((scope) => findPath(scope, "tt:ScopeItem")?.text ?? "");
}

const items = (element: "Scopes" | "ScopeItem", ...all: readonly string[]) =>
  all.map((one) => `<tds:${element}>${one}</tds:${element}>`).join("");

test("scopes are set, added and removed, survive a restart, and fixed ones stay", async () => {
  const folder = dataFolder();
  const first = await start(folder);
  const { client } = first;
  const fixed = await scopes(client, "Fixed");
  for (const category of ["Profile/Streaming", "Profile/T", "hardware/RotorDream", "type/video_encoder"])
    expect(fixed).toContain(`onvif://www.onvif.org/${category}`);
  expect((await scopes(client, "Configurable")).map((scope) => scope.split("/")[3])).toEqual(["name", "location"]);

  const [name, place] = ["onvif://www.onvif.org/name/Front%20door", "onvif://www.onvif.org/location/Hall"];
  await client.ask("tds:SetScopes", items("Scopes", name, fixed[0] ?? ""));
  await client.ask("tds:AddScopes", items("ScopeItem", place, name));
  expect(await scopes(client, "Configurable")).toEqual([name, place]);
  const removed = await client.ask("tds:RemoveScopes", items("ScopeItem", place));
  expect(findChildren(removed, "tds:ScopeItem").map(({ text }) => text)).toEqual([place]);

  const many = Array.from({ length: 17 }, (_, index) => `onvif://www.onvif.org/x/${index}`);
  for (const [operation, content, ...expected] of [
    ["tds:RemoveScopes", items("ScopeItem", name, fixed[0] ?? ""), "ter:OperationProhibited", "ter:FixedScope"],
    ["tds:RemoveScopes", items("ScopeItem", name, place), "ter:InvalidArgVal", "ter:NoScope"],
    ["tds:SetScopes", items("Scopes", ...many), "ter:Action", "ter:TooManyScopes"],
    ["tds:AddScopes", items("ScopeItem", ...many), "ter:Action", "ter:TooManyScopes"],
    ["tds:AddScopes", items("ScopeItem", "no uri"), "ter:InvalidArgVal"],
    ["tds:AddScopes", items("ScopeItem", "relative"), "ter:InvalidArgVal"],
    ["tds:SetScopes", items("Scopes", `onvif://x/${"y".repeat(130)}`), "ter:InvalidArgVal"],
    ["tds:SetScopes", "", "ter:InvalidArgs"],
    ["tds:SetScopes", items("ScopeItem", place), "ter:InvalidArgs"],
    ["tds:SetDiscoveryMode", "<tds:DiscoveryMode>Shy</tds:DiscoveryMode>", "ter:InvalidArgVal"],
  ] as const)
    expect(subcodes(await client.call(operation, content))).toEqual([...expected]);
  expect(await scopes(client, "Configurable")).toEqual([name]);

  const mode = "<tds:DiscoveryMode>NonDiscoverable</tds:DiscoveryMode>";
  await client.ask("tds:SetDiscoveryMode", mode);
  const endpoint = async (one: OnvifClient) =>
    findPath(await one.as("anonymous").ask("tds:GetEndpointReference"), "tds:GUID")?.text;
  const before = await endpoint(client);
  expect(before).toMatch(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  await first.server.stop();

  await using second = (await start(folder)).server;
  const later = new OnvifClient(second.http, LOGIN, answers);
  expect(await scopes(later, "Configurable")).toEqual([name]);
  expect(findPath(await later.ask("tds:GetDiscoveryMode"), "tds:DiscoveryMode")?.text).toBe("NonDiscoverable");
  expect(await endpoint(later)).toBe(before);
});

test("the light is an auxiliary command, and relays there are none", async () => {
  const { server, client } = await start(dataFolder());
  const command = (text: string) => `<tds:AuxiliaryCommand>${text}</tds:AuxiliaryCommand>`;
  const light = async () => {
    const headers = { Authorization: `Basic ${btoa("admin:password")}` };
    return ((await (await fetch(`${server.http}/api/settings/cam1-light`, { headers })).json()) as { data: unknown })
      .data;
  };
  await client.ask("tds:SendAuxiliaryCommand", command("tt:IRLamp|On"));
  expect(await light()).toEqual({ "cam1-light": true });
  await client.ask("tds:SendAuxiliaryCommand", command("tt:IRLamp|Off"));
  expect(await light()).toEqual({ "cam1-light": false });
  for (const text of ["tt:IRLamp|Auto", "tt:Wiper|On", "constructor", ""])
    expect(subcodes(await client.call("tds:SendAuxiliaryCommand", command(text)))).toEqual([
      "ter:InvalidArgVal",
      "ter:AuxiliaryDataNotSupported",
    ]);
  expect(subcodes(await client.call("tds:SendAuxiliaryCommand", command("x".repeat(129))))).toEqual([
    "ter:InvalidArgs",
  ]);
  const relay = "<tds:RelayOutputToken>relay_1</tds:RelayOutputToken>";
  const state = `${relay}<tds:LogicalState>active</tds:LogicalState>`;
  const settings = `${relay}<tds:Properties><tt:Mode>Bistable</tt:Mode><tt:DelayTime>PT1S</tt:DelayTime><tt:IdleState>open</tt:IdleState></tds:Properties>`;
  expect((await client.ask("tds:GetRelayOutputs")).children).toEqual([]);
  const unknown = ["ter:InvalidArgVal", "ter:RelayToken"];
  expect(subcodes(await client.call("tds:SetRelayOutputState", state))).toEqual(unknown);
  expect(subcodes(await client.call("tds:SetRelayOutputSettings", settings))).toEqual(unknown);
  expect(subcodes(await client.call("tds:SetRelayOutputState", relay))).toEqual(["ter:InvalidArgs"]);
  await server.stop();
});

test("the time zone is the machine's, as POSIX writes it", async () => {
  const { server, client } = await start(dataFolder(), { TZ: "Europe/Berlin" });
  const told = findPath(await client.ask("tds:GetSystemDateAndTime"), "tds:SystemDateAndTime");
  expect(findPath(told, "tt:TimeZone", "tt:TZ")?.text).toBe("CET-1CEST,M3.5.0,M10.5.0/3");
  const now = `<tds:DateTimeType>NTP</tds:DateTimeType><tds:DaylightSavings>false</tds:DaylightSavings>`;
  const refused = await client.call("tds:SetSystemDateAndTime", now);
  expect([refused.status, subcodes(refused)]).toEqual([500, ["ter:ActionNotSupported"]]);
  await server.stop();
});

test("a reboot answers and starts the server anew", async () => {
  const { server, client } = await start(dataFolder());
  const answer = await client.ask("tds:SystemReboot");
  expect(findPath(answer, "tds:Message")?.text).toBe("The server starts anew");
  await (await again(server)).ask("tds:GetScopes");
  await server.stop();
});

test("a soft factory default forgets settings and keeps users; a hard one forgets all but who the device is", async () => {
  const extent = (word: string) => `<tds:FactoryDefault>${word}</tds:FactoryDefault>`;
  const guest = `<tds:User><tt:Username>olga</tt:Username><tt:Password>a good password</tt:Password><tt:UserLevel>Operator</tt:UserLevel></tds:User>`;
  const name = items("Scopes", "onvif://www.onvif.org/name/mine");
  for (const [word, left] of [
    ["Soft", ["admin", "olga"]],
    ["Hard", ["admin"]],
  ] as const) {
    const { server, client } = await start(dataFolder());
    await client.ask("tds:CreateUsers", guest);
    await client.ask("tds:SetScopes", name);
    await client.ask("tds:SetDiscoveryMode", "<tds:DiscoveryMode>NonDiscoverable</tds:DiscoveryMode>");
    const operator = client.as({ user: "olga", password: "a good password" });
    expect((await operator.call("tds:SetSystemFactoryDefault", extent(word))).status).toBe(403);
    expect(subcodes(await client.call("tds:SetSystemFactoryDefault", extent("Firm")))).toEqual(["ter:InvalidArgVal"]);
    const before = await client.ask("tds:GetEndpointReference");
    await client.ask("tds:SetSystemFactoryDefault", extent(word));
    const later = await again(server);
    const users = findChildren(await later.ask("tds:GetUsers"), "tds:User");
    expect(users.map((user) => findPath(user, "tt:Username")?.text)).toEqual([...left]);
    expect(await scopes(later, "Configurable")).not.toContain("onvif://www.onvif.org/name/mine");
    expect(findPath(await later.ask("tds:GetDiscoveryMode"), "tds:DiscoveryMode")?.text).toBe("Discoverable");
    expect((await later.ask("tds:GetEndpointReference")).children[0]?.text).toBe(before.children[0]?.text ?? "");
    await server.stop();
  }
});

testWithSchemas("every answer passes ONVIF's schemas", () => {
  expect(new OnvifClient("http://127.0.0.1", LOGIN, answers).schemaErrors()).toEqual([]);
});
