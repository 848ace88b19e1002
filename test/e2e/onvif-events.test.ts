import { afterAll, beforeAll, expect, test } from "bun:test";
import { once } from "node:events";
import { connect } from "node:net";
import { findChildren, findPath, type XmlElement } from "../../src/soap/xml-element.ts";
import { testLong, testWithSchemas } from "../support/conditional-tests.ts";
import { openControlSocket } from "../support/control-socket.ts";
import { DEMO_LOGIN, envelope, OnvifClient, securityHeader, subcodes } from "../support/onvif-client.ts";
import { createPullPoint, type PullPoint, topicFilter } from "../support/onvif-events.ts";
import { callApi } from "../support/recorder-client.ts";
import { turnRotor, watchRotor } from "../support/rotor.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const LIMIT_MS = 60_000;
const PATH = "/onvif/event_service";
const MOTION = "tns1:VideoSource/MotionAlarm";
const CELLS = "tns1:RuleEngine/CellMotionDetector/Motion";
const REGION = "tns1:RuleEngine/MotionRegionDetector/Motion";
const ALL = `${MOTION}|tns1:RuleEngine//.`;

let server: TestServer;
let client: OnvifClient;
beforeAll(async () => {
  const unlimited = { ROTORDREAM_LIMITS_API_PER_MINUTE: "0", ROTORDREAM_LIMITS_ONVIF_PER_MINUTE: "0" };
  server = await startServer([], unlimited);
  client = new OnvifClient(server.http);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const pulling = (seconds: number, limit = 100) =>
  `<tev:Timeout>PT${seconds}S</tev:Timeout><tev:MessageLimit>${limit}</tev:MessageLimit>`;

async function passed(ms: number): Promise<void> {
  const sinceMs = performance.now();
  await until(() => performance.now() - sinceMs > ms);
}

/** One that ends with the block. */
async function temporary(content = "", as = client): Promise<PullPoint & AsyncDisposable> {
  const point = await createPullPoint(as, content);
  return { ...point, [Symbol.asyncDispose]: async () => void (await point.call("wsnt:Unsubscribe")) };
}

function topicsOf(element: XmlElement, path = ""): readonly string[] {
  return element.children.flatMap((child) => {
    const own = path === "" ? `tns1:${child.name}` : `${path}/${child.name}`;
    const isTopic = child.attributes.get("{http://docs.oasis-open.org/wsn/t-1}topic") === "true";
    return [...(isTopic ? [own] : []), ...topicsOf(child, own)];
  });
}

test("the service says what it can do, and which topics there are", async () => {
  const capabilities = await client.as("anonymous").ask("tev:GetServiceCapabilities", "", PATH);
  const told = findPath(capabilities, "tev:Capabilities")?.attributes;
  expect(Number(told?.get("MaxPullPoints"))).toBeGreaterThanOrEqual(2);
  const category = await client.ask("tds:GetCapabilities", "<tds:Category>Events</tds:Category>");
  expect(findPath(category, "tds:Capabilities", "tt:Events", "tt:WSPullPointSupport")?.text).toBe("true");
  const properties = await client.ask("tev:GetEventProperties", "", PATH);
  const set = findPath(properties, "wstop:TopicSet");
  expect(set && topicsOf(set)).toEqual(expect.arrayContaining([MOTION, CELLS, "tns1:Media/ProfileChanged"]));
  expect(findChildren(properties, "wsnt:TopicExpressionDialect").length).toBe(2);
  expect((await client.as("anonymous").call("tev:GetEventProperties", "", PATH)).status).toBe(401);
});

test("a pull point begins with the states and answers with the Actions of the WSDL", async () => {
  await using point = await temporary();
  expect(point.address).toStartWith(`${server.http}/onvif/subscription/`);
  const states = await point.pull(5);
  expect(states.find(({ topic }) => topic === MOTION)).toMatchObject({
    operation: "Initialized",
    items: { Source: "VideoSource_1", State: "false" },
  });
  expect(states.find(({ topic }) => topic === CELLS)?.items).toEqual({
    VideoSourceConfigurationToken: "VideoSourceConfig_1",
    VideoAnalyticsConfigurationToken: "AnalyticsConfig_1",
    Rule: "MotionDetector",
    IsMotion: "false",
  });
  const action = "http://www.onvif.org/ver10/events/wsdl/PullPointSubscription/PullMessages";
  const header = `<wsa:Action>${action}Request</wsa:Action><wsa:MessageID>urn:uuid:1</wsa:MessageID>`;
  const reply = await client.call("tev:PullMessages", pulling(0), point.address, header);
  expect(reply.text).toContain(`<wsa:Action>${action}Response</wsa:Action>`);
  expect(reply.text).toContain("<wsa:RelatesTo>urn:uuid:1</wsa:RelatesTo>");
  const refused = await client.call("tev:PullMessages", pulling(3600), point.address, header);
  expect(refused.text).toContain(`<wsa:Action>${action}/Fault/PullMessagesFaultResponse</wsa:Action>`);
  expect(findPath(refused.body, "env:Detail", "tev:PullMessagesFaultResponse", "tev:MaxTimeout")?.text).toBe("PT120S");
});

test(
  "motion is pulled the moment it begins, and is the same on the WebSocket",
  async () => {
    await watchRotor(server);
    await using point = await temporary(topicFilter("tev", ALL));
    expect((await point.pull(1)).length).toBe(3);
    using socket = await openControlSocket(server);
    await socket.ask({ subscribe: ["events"] });
    // the background has to be one before anything differs from it
    await passed(3000);
    const waiting = point.pull(30);
    await turnRotor(server, true);
    const events = await waiting;
    const pulledMs = Date.now();
    expect(events.map(({ topic, operation }) => [topic, operation])).toEqual([
      [MOTION, "Changed"],
      [CELLS, "Changed"],
      [REGION, "Changed"],
    ]);
    expect(events.map(({ items }) => items.State ?? items.IsMotion)).toEqual(["true", "true", "true"]);
    const told = socket.heard.find(({ event }) => event === "motion-start");
    expect(told?.time).toBe(events[0]?.timeMs);
    expect(pulledMs - (events[0]?.timeMs ?? 0)).toBeLessThan(1000);
    await using late = await temporary(topicFilter("tev", MOTION));
    const [state] = await late.pull(1);
    expect(state).toMatchObject({ operation: "Initialized", timeMs: events[0]?.timeMs, items: { State: "true" } });
    await turnRotor(server, false);
    const ended = await point.pull(30);
    expect(ended.map(({ items }) => items.State ?? items.IsMotion)).toEqual(["false", "false", "false"]);
    await callApi(server, "POST", "/api/settings", { "motion-detection": false });
  },
  LIMIT_MS,
);

test("a synchronisation point repeats the states; ChangedOnly hears none", async () => {
  await using point = await temporary(topicFilter("tev", MOTION));
  expect((await point.pull(1)).length).toBe(1);
  expect((await point.call("tev:SetSynchronizationPoint")).status).toBe(200);
  expect((await point.pull(1)).map(({ operation }) => operation)).toEqual(["Initialized"]);
  const policy = "<tev:SubscriptionPolicy><tev:ChangedOnly/></tev:SubscriptionPolicy>";
  await using quiet = await temporary(policy);
  expect(await quiet.pull(0)).toEqual([]);
});

test("an empty pull waits for its time, gives no more than is asked for, and ends when another begins", async () => {
  await using point = await temporary();
  const count = (await point.pull(1, 1)).length;
  const rest = (await point.pull(1)).length;
  expect([count, rest > 1]).toEqual([1, true]);
  const beganMs = performance.now();
  expect(await point.pull(1)).toEqual([]);
  expect(performance.now() - beganMs).toBeGreaterThan(990);
  const first = point.pull(60);
  const second = point.pull(1);
  expect(await first).toEqual([]);
  expect(await second).toEqual([]);
});

test("who goes away in the middle of a pull loses nothing", async () => {
  await using point = await temporary(topicFilter("tev", MOTION));
  await point.pull(1);
  const body = envelope(`<tev:PullMessages>${pulling(60)}</tev:PullMessages>`, securityHeader(DEMO_LOGIN));
  const { hostname, port, pathname } = new URL(point.address);
  const leaving = connect(Number(port), hostname).resume();
  const head = `POST ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  leaving.write(head + body);
  await passed(300); // nothing outside shows that a request waits
  leaving.end();
  await once(leaving, "close"); // the server has seen it: its end is closed too
  await point.call("tev:SetSynchronizationPoint");
  expect((await point.pull(1)).length).toBe(1);
});

// the listener cuts idle connections after 30 s
testLong(
  "a long pull is not cut off by the listener",
  async () => {
    await using point = await temporary(topicFilter("tev", MOTION));
    await point.pull(1);
    expect(await point.pull(45)).toEqual([]);
  },
  LIMIT_MS,
);

test("filters choose by topic and by content", async () => {
  const content = (text: string) =>
    `<tev:Filter><wsnt:MessageContent Dialect="http://www.onvif.org/ver10/tev/messageContentFilter/ItemFilter">${text}</wsnt:MessageContent></tev:Filter>`;
  for (const [filter, expected] of [
    [topicFilter("tev", "tns1:VideoSource//."), ["VideoSource/MotionAlarm", "VideoSource/SignalLoss"]],
    [topicFilter("tev", CELLS), ["RuleEngine/CellMotionDetector/Motion"]],
    [
      content('boolean(//tt:SimpleItem[@Name="IsMotion" and @Value="false"])'),
      ["RuleEngine/CellMotionDetector/Motion"],
    ],
  ] as const) {
    await using point = await temporary(filter);
    const topics = (await point.pull(1)).map(({ topic }) => topic.replace("tns1:", ""));
    expect(topics.filter((topic) => !topic.includes("Image") && !topic.includes("Scene"))).toEqual([...expected]);
  }
});

test("a subscription lives as long as it was asked to, is renewed, and is unknown afterwards", async () => {
  await using short = await temporary("<tev:InitialTerminationTime>PT1S</tev:InitialTerminationTime>");
  await until(async () => (await short.call("tev:SetSynchronizationPoint")).status !== 200);
  const reply = await short.call("tev:PullMessages", pulling(0));
  expect([reply.status, ...subcodes(reply)]).toEqual([400, "wsrfr:ResourceUnknownFault"]);
  expect(findPath(reply.body, "env:Detail", "wsrfr:ResourceUnknownFault")).toBeDefined();
  await using long = await temporary("<tev:InitialTerminationTime>PT60S</tev:InitialTerminationTime>");
  expect(Math.abs(long.terminationMs - Date.now() - 60_000)).toBeLessThan(1000);
  const renewed = await long.call("wsnt:Renew", "<wsnt:TerminationTime>PT1H</wsnt:TerminationTime>");
  const endMs = Date.parse(findPath(renewed.body, "wsnt:TerminationTime")?.text ?? "");
  expect(Math.abs(endMs - Date.now() - 3_600_000)).toBeLessThan(1000);
  const absolute = new Date(Date.now() + 30_000).toISOString();
  expect((await long.call("wsnt:Renew", `<wsnt:TerminationTime>${absolute}</wsnt:TerminationTime>`)).status).toBe(200);
  for (const time of ["PT2H", "PT0S", "-PT1S", "soon", "2020-01-01T00:00:00Z"]) {
    const refused = await long.call("wsnt:Renew", `<wsnt:TerminationTime>${time}</wsnt:TerminationTime>`);
    expect(subcodes(refused)).toEqual(["wsnt:UnacceptableTerminationTimeFault"]);
    const initial = `<tev:InitialTerminationTime>${time}</tev:InitialTerminationTime>`;
    const create = await client.call("tev:CreatePullPointSubscription", initial, PATH);
    expect(subcodes(create)).toEqual(["wsnt:UnacceptableInitialTerminationTimeFault"]);
  }
  expect((await long.call("wsnt:Unsubscribe")).status).toBe(200);
  for (const name of ["wsnt:Unsubscribe", "tev:SetSynchronizationPoint"] as const)
    expect(subcodes(await long.call(name))).toEqual(["wsrfr:ResourceUnknownFault"]);
});

test("what cannot be subscribed to is refused by name", async () => {
  const topic = (text: string, dialect = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet") =>
    `<tev:Filter><wsnt:TopicExpression Dialect="${dialect}">${text}</wsnt:TopicExpression></tev:Filter>`;
  const content = (text: string) =>
    `<tev:Filter><wsnt:MessageContent Dialect="http://www.onvif.org/ver10/tev/messageContentFilter/ItemFilter">${text}</wsnt:MessageContent></tev:Filter>`;
  for (const [request, fault] of [
    [topic("tns1:VideoSource/"), "InvalidTopicExpressionFault"],
    [topic("none:VideoSource/MotionAlarm"), "InvalidTopicExpressionFault"],
    [topic("tns1:Nothing/Here"), "TopicNotSupportedFault"],
    [topic(MOTION, "http://example.org/dialect"), "TopicExpressionDialectUnknownFault"],
    [content("//tt:SimpleItem["), "InvalidMessageContentExpressionFault"],
    ["<tev:Filter><tds:Other/></tev:Filter>", "InvalidFilterFault"],
    ["<tev:SubscriptionPolicy><wsnt:UseRaw/></tev:SubscriptionPolicy>", "UnsupportedPolicyRequestFault"],
    ["<tev:SubscriptionPolicy><tds:Other/></tev:SubscriptionPolicy>", "UnrecognizedPolicyRequestFault"],
  ] as const) {
    const reply = await client.call("tev:CreatePullPointSubscription", request, PATH);
    expect([reply.status, ...subcodes(reply)]).toEqual([400, `wsnt:${fault}`]);
  }
  await using point = await temporary();
  for (const request of [
    "<tev:MessageLimit>1</tev:MessageLimit>",
    "<tev:Timeout>PT1S</tev:Timeout>",
    `<tev:Timeout>1</tev:Timeout><tev:MessageLimit>1</tev:MessageLimit>`,
    pulling(-1),
    pulling(1, 0),
    pulling(1, Number.NaN),
  ]) {
    expect((await point.call("tev:PullMessages", request)).status).toBe(400);
  }
});

test("there are ten subscriptions, each for its owner and administrators only", async () => {
  const viewer = { user: "eva", password: "geheim geheim" };
  await callApi(server, "POST", "/api/users", { name: viewer.user, password: viewer.password, role: "viewer" });
  await using own = await temporary("", client.as(viewer));
  expect((await client.call("tev:PullMessages", pulling(0), own.address)).status).toBe(200);
  const others = await Promise.all(Array.from({ length: 9 }, () => temporary()));
  expect((await client.as(viewer).call("tev:PullMessages", pulling(0), others[0]?.address)).status).toBe(403);
  expect((await client.as("anonymous").call("tev:PullMessages", pulling(0), own.address)).status).toBe(401);
  const full = await client.call("tev:CreatePullPointSubscription", "", PATH);
  expect(subcodes(full)).toEqual(["wsnt:SubscribeCreationFailedFault"]);
  await callApi(server, "DELETE", "/api/users/eva");
  expect(subcodes(await own.call("wsnt:Unsubscribe"))).toEqual(["ter:NotAuthorized"]);
  await temporary().then((freed) => freed.call("wsnt:Unsubscribe"));
  await Promise.all(others.map((other) => other.call("wsnt:Unsubscribe")));
});

test("a stop answers who waits", async () => {
  await using stopping = await startServer();
  const point = await createPullPoint(new OnvifClient(stopping.http), topicFilter("tev", MOTION));
  await point.pull(1);
  const waiting = point.pull(60);
  await passed(300);
  const beganMs = performance.now();
  expect(await stopping.stop()).toBe(0);
  expect(await waiting).toEqual([]);
  expect(performance.now() - beganMs).toBeLessThan(3000);
});

testWithSchemas("every answer passes ONVIF's schemas", () => {
  expect(client.schemaErrors()).toEqual([]);
});
