import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { QualifiedName } from "../../src/soap/namespaces.ts";
import { findChild, findChildren, findPath, type XmlElement } from "../../src/soap/xml-element.ts";
import { testWith, testWithSchemas } from "../support/conditional-tests.ts";
import { OnvifClient, type OnvifReply, subcodes } from "../support/onvif-client.ts";
import { PixelViewer, type Samples } from "../support/pixel-viewer.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const PATH = "/onvif/ptz_service";
const PROFILE = "<tptz:ProfileToken>profile_1</tptz:ProfileToken>";
const LIMIT_MS = 15_000;
const ADMIN = { Authorization: `Basic ${btoa("admin:password")}` };
/** Between samples of one colour, after coding. */
const SAME = 24;

let server: TestServer;
let client: OnvifClient;
beforeAll(async () => {
  server = await startServer([], { ROTORDREAM_LIMITS_ONVIF_PER_MINUTE: "0", ROTORDREAM_LIMITS_API_PER_MINUTE: "0" });
  client = new OnvifClient(server.http);
});
afterAll(async () => {
  await server.stop();
});

const call = (name: string, content = PROFILE) => client.call(`tptz:${name}` as QualifiedName, content, PATH);
const ask = (name: string, content = PROFILE) => client.ask(`tptz:${name}` as QualifiedName, content, PATH);
const absolute = (pan: number, tilt: number, zoom: number, more = "") =>
  `${PROFILE}<tptz:Position><tt:PanTilt x="${pan}" y="${tilt}"/><tt:Zoom x="${zoom}"/></tptz:Position>${more}`;
const continuous = (parts: string, timeout?: string) =>
  `${PROFILE}<tptz:Velocity>${parts}</tptz:Velocity>${timeout === undefined ? "" : `<tptz:Timeout>${timeout}</tptz:Timeout>`}`;
const named = (name: string) => `${PROFILE}<tptz:PresetName>${name}</tptz:PresetName>`;
const preset = (token: string) => `${PROFILE}<tptz:PresetToken>${token}</tptz:PresetToken>`;

async function status() {
  const found = findChild(await ask("GetStatus"), "tptz:PTZStatus");
  const panTilt = findPath(found, "tt:Position", "tt:PanTilt")?.attributes;
  return {
    pan: Number(panTilt?.get("x")),
    tilt: Number(panTilt?.get("y")),
    zoom: Number(findPath(found, "tt:Position", "tt:Zoom")?.attributes.get("x")),
    space: panTilt?.get("space"),
    moving: [findPath(found, "tt:MoveStatus", "tt:PanTilt")?.text, findPath(found, "tt:MoveStatus", "tt:Zoom")?.text],
    time: findChild(found ?? ({} as XmlElement), "tt:UtcTime")?.text ?? "",
  };
}

const rest = async <Data = unknown>(path: string) =>
  ((await (await fetch(server.http + path, { headers: ADMIN })).json()) as { readonly data: Data }).data;
const isIdle = async () => (await status()).moving.every((state) => state === "IDLE");
const arrive = () => until(isIdle, LIMIT_MS);
const isNear = (a: readonly number[] = [], b: readonly number[] = []) =>
  a.every((value, part) => Math.abs(value - (b[part] ?? Number.POSITIVE_INFINITY)) < SAME);
const isOneColour = (samples: Samples) => samples.every((each) => isNear(each, samples[0]));

test("the node and its configuration tell everything that a client needs to move", async () => {
  const node = findChild(await ask("GetNodes", ""), "tptz:PTZNode");
  expect([...(node?.attributes ?? [])]).toContainEqual(["token", "PTZNode_1"]);
  const spaces = findChild(node ?? ({} as XmlElement), "tt:SupportedPTZSpaces");
  expect(spaces?.children.map(({ name }) => name)).toEqual([
    "AbsolutePanTiltPositionSpace",
    "AbsoluteZoomPositionSpace",
    "RelativePanTiltTranslationSpace",
    "RelativePanTiltTranslationSpace",
    "RelativeZoomTranslationSpace",
    "ContinuousPanTiltVelocitySpace",
    "ContinuousZoomVelocitySpace",
    "PanTiltSpeedSpace",
    "ZoomSpeedSpace",
  ]);
  expect(findPath(await ask("GetNode", "<tptz:NodeToken>PTZNode_1</tptz:NodeToken>"), "tptz:PTZNode")).toEqual(node);
  const all = findChild(await ask("GetConfigurations", ""), "tptz:PTZConfiguration");
  expect(findPath(all, "tt:UseCount")?.text).toBe("3");
  const one = await ask("GetConfiguration", "<tptz:PTZConfigurationToken>PTZConfig_1</tptz:PTZConfigurationToken>");
  expect(findChild(one, "tptz:PTZConfiguration")).toEqual(all);
  expect(findChild(await ask("GetCompatibleConfigurations"), "tptz:PTZConfiguration")).toEqual(all);
  const options = await ask(
    "GetConfigurationOptions",
    "<tptz:ConfigurationToken>PTZConfig_1</tptz:ConfigurationToken>",
  );
  const timeout = findPath(options, "tptz:PTZConfigurationOptions", "tt:PTZTimeout");
  expect(timeout?.children.map(({ text }) => text)).toEqual(["PT0.1S", "PT10S"]);
  expect(findPath(options, "tptz:PTZConfigurationOptions", "tt:Spaces")?.children).toHaveLength(9);
  const services = await client.as("anonymous").ask("tptz:GetServiceCapabilities", "", PATH);
  expect(findChild(services, "tptz:Capabilities")?.attributes.get("MoveStatus")).toBe("true");
  const capabilities = await client.ask("tds:GetCapabilities", "<tds:Category>PTZ</tds:Category>");
  expect(findPath(capabilities, "tds:Capabilities", "tt:PTZ", "tt:XAddr")?.text).toBe(server.http + PATH);
});

test("the configuration is set and read back", async () => {
  const change = (name: string, timeout: string) =>
    `<tptz:PTZConfiguration token="PTZConfig_1"><tt:Name>${name}</tt:Name><tt:UseCount>1</tt:UseCount><tt:NodeToken>PTZNode_1</tt:NodeToken><tt:DefaultPTZTimeout>${timeout}</tt:DefaultPTZTimeout></tptz:PTZConfiguration><tptz:ForcePersistence>false</tptz:ForcePersistence>`;
  const read = async (name: QualifiedName) =>
    findPath(await ask("GetConfigurations", ""), "tptz:PTZConfiguration", name)?.text;
  await ask("SetConfiguration", change("Mast &amp; Co", "PT2S"));
  expect([await read("tt:Name"), await read("tt:DefaultPTZTimeout")]).toEqual(["Mast & Co", "PT2S"]);
  expect(subcodes(await call("SetConfiguration", change("Mast", "PT1H")))).toEqual([
    "ter:InvalidArgVal",
    "ter:ConfigModify",
  ]);
  expect(await read("tt:Name")).toBe("Mast & Co");
  await ask("SetConfiguration", change("PTZ", "PT10S"));
});

testWith("ffmpeg")("moves are seen in decoded pixels, and agree with REST", async () => {
  const viewer = new PixelViewer(`${server.rtsp}/stream1`);
  try {
    await viewer.waitFor((samples) => !isOneColour(samples), LIMIT_MS);
    await ask("AbsoluteMove", absolute(-1, 0, 1));
    await arrive();
    expect(await status()).toMatchObject({ pan: -1, tilt: 0, zoom: 1, moving: ["IDLE", "IDLE"] });
    expect([await rest("/api/settings/pan"), await rest("/api/settings/zoom")]).toEqual([{ pan: -1 }, { zoom: 10 }]);
    const left = await viewer.waitFor(isOneColour, LIMIT_MS);
    await ask("ContinuousMove", continuous('<tt:PanTilt x="1" y="0"/>'));
    expect((await status()).moving).toEqual(["MOVING", "IDLE"]);
    await viewer.waitFor((samples) => !isNear(samples[0], left[0]), LIMIT_MS);
    const { pan } = await status();
    expect(pan).toBeGreaterThan(-1);
    await ask("Stop");
    expect(await isIdle()).toBe(true);
    await ask("GotoHomePosition");
    await viewer.waitFor((samples) => !isOneColour(samples), LIMIT_MS);
  } finally {
    await viewer.close();
  }
});

test("the state tells of a move while it lasts, and when that was", async () => {
  await ask("AbsoluteMove", absolute(0, 0, 0));
  await arrive();
  const speed = '<tptz:Speed><tt:PanTilt x="0.2" y="0.2"/><tt:Zoom x="1"/></tptz:Speed>';
  await ask("AbsoluteMove", absolute(0.2, -0.2, 0, speed));
  const first = await status();
  expect(first.moving).toEqual(["MOVING", "IDLE"]);
  expect(first.space).toBe("http://www.onvif.org/ver10/tptz/PanTiltSpaces/PositionGenericSpace");
  await until(async () => (await status()).pan > first.pan, LIMIT_MS);
  await arrive();
  const last = await status();
  expect([last.pan, last.tilt]).toEqual([0.2, -0.2]);
  expect(Date.parse(last.time)).toBeGreaterThan(Date.parse(first.time));
  await ask("RelativeMove", `${PROFILE}<tptz:Translation><tt:PanTilt x="-0.1" y="0"/></tptz:Translation>`);
  await until(async () => (await status()).pan === 0.1, LIMIT_MS);
});

test("a continuous move ends by itself", async () => {
  await ask("ContinuousMove", continuous('<tt:Zoom x="0.1"/>', "PT0.5S"));
  expect((await status()).moving).toEqual(["IDLE", "MOVING"]);
  await until(isIdle, LIMIT_MS);
  expect((await status()).zoom).toBeLessThan(0.1);
});

test("presets and home are those of REST", async () => {
  await ask("AbsoluteMove", absolute(0.5, 0.25, 0.5));
  await arrive();
  const token = findChild(await ask("SetPreset", named("Tor &lt;1&gt;")), "tptz:PresetToken")?.text ?? "";
  expect(await rest("/api/ptz/presets")).toEqual([{ id: token, name: "Tor <1>", pan: 0.5, tilt: 0.25, zoom: 5.5 }]);
  await ask("SetHomePosition");
  await ask("AbsoluteMove", absolute(0, 0, 0));
  await arrive();
  await ask("GotoPreset", preset(token));
  await arrive();
  expect(await status()).toMatchObject({ pan: 0.5, tilt: 0.25, zoom: 0.5 });
  await ask("AbsoluteMove", absolute(0, 0, 0.1));
  await arrive();
  await ask("SetPreset", preset(token));
  const [listed] = findChildren(await ask("GetPresets"), "tptz:Preset");
  expect(findPath(listed, "tt:Name")?.text).toBe("Tor <1>");
  expect(findPath(listed, "tt:PTZPosition", "tt:Zoom")?.attributes.get("x")).toBe("0.1");
  await ask("GotoHomePosition");
  await arrive();
  expect(await status()).toMatchObject({ pan: 0.5, zoom: 0.5 });
  const unnamed = findChild(await ask("SetPreset"), "tptz:PresetToken")?.text ?? "";
  const names = async () => (await rest<{ readonly name: string }[]>("/api/ptz/presets")).map(({ name }) => name);
  expect(await names()).toEqual(["home", "Tor <1>", "Preset 1"]);
  await ask("RemovePreset", preset(token));
  await ask("RemovePreset", preset(unnamed));
  expect(await names()).toEqual(["home"]);
  expect(findChildren(await ask("GetPresets"), "tptz:Preset")).toEqual([]);
});

test("who may only look sees where the camera looks, and moves nothing", async () => {
  const login = { user: "guard", password: "looks, never touches" };
  const body = JSON.stringify({ name: login.user, password: login.password, role: "viewer" });
  const made = await fetch(`${server.http}/api/users`, { method: "POST", headers: ADMIN, body });
  expect(made.status).toBe(201);
  const guard = client.as(login);
  await guard.ask("tptz:GetStatus", PROFILE, PATH);
  const before = await status();
  for (const [name, content] of [
    ["tptz:AbsoluteMove", absolute(1, 1, 1)],
    ["tptz:SetPreset", named("guard")],
    ["tptz:SetHomePosition", PROFILE],
  ] as const) {
    const reply = await guard.call(name, content, PATH);
    expect([reply.status, ...subcodes(reply)]).toEqual([403, "ter:NotAuthorized"]);
  }
  expect({ ...(await status()), time: "" }).toEqual({ ...before, time: "" });
});

describe("refused by name, with nothing moved or kept", () => {
  const fault = (reply: OnvifReply) => `${reply.status} ${subcodes(reply).at(-1)}`;
  const OTHER = 'space="http://www.onvif.org/ver10/tptz/PanTiltSpaces/SphericalPositionSpaceDegrees"';
  const numbers = ["NaN", "INF", "-INF", "", "abc", "1.01", "-1.01", "0x1", "1e999"];
  const cases: readonly (readonly [string, string, string])[] = [
    ...numbers.map((x) => ["AbsoluteMove", absolute(0, 0, 0).replace('x="0"', `x="${x}"`), "InvalidPosition"] as const),
    ...numbers.map((x) => ["ContinuousMove", continuous(`<tt:Zoom x="${x}"/>`), "InvalidVelocity"] as const),
    ...numbers.map(
      (x) =>
        [
          "RelativeMove",
          `${PROFILE}<tptz:Translation><tt:PanTilt x="0" y="${x}"/></tptz:Translation>`,
          "InvalidTranslation",
        ] as const,
    ),
    ["AbsoluteMove", absolute(0, 0, -0.1), "InvalidPosition"],
    ["AbsoluteMove", absolute(0, 0, 0.2, '<tptz:Speed><tt:Zoom x="-1"/></tptz:Speed>'), "InvalidSpeed"],
    [
      "AbsoluteMove",
      absolute(0, 0, 0.2, '<tptz:Speed><tt:Zoom x="1" space="urn:x"/></tptz:Speed>'),
      "SpaceNotSupported",
    ],
    ["AbsoluteMove", absolute(0, 0, 0).replace("<tt:PanTilt", `<tt:PanTilt ${OTHER}`), "SpaceNotSupported"],
    ["AbsoluteMove", absolute(0, 0, 0).replace(' y="0"', ""), "InvalidArgs"],
    ["AbsoluteMove", absolute(0, 0, 0).replaceAll("tt:", "tds:"), "InvalidPosition"],
    ["AbsoluteMove", PROFILE, "InvalidArgs"],
    ["ContinuousMove", continuous('<tt:Zoom x="1"/>', "PT11S"), "TimeoutNotSupported"],
    ["ContinuousMove", continuous('<tt:Zoom x="1"/>', "PT0S"), "TimeoutNotSupported"],
    ["ContinuousMove", continuous('<tt:Zoom x="1"/>', "-PT1S"), "TimeoutNotSupported"],
    ["ContinuousMove", continuous('<tt:Zoom x="1"/>', ""), "TimeoutNotSupported"],
    ["ContinuousMove", continuous('<tt:Zoom x="1" space="urn:x"/>'), "SpaceNotSupported"],
    ["ContinuousMove", continuous('<tt:Zoom x="1"/>').replace("profile_1", "x".repeat(65)), "InvalidArgs"],
    ["ContinuousMove", continuous('<tt:Zoom x="1"/>').replace("profile_1", "nope"), "NoProfile"],
    ["Stop", `${PROFILE}<tptz:PanTilt>maybe</tptz:PanTilt>`, "InvalidArgVal"],
    ["SetPreset", named("x".repeat(65)), "InvalidPresetName"],
    ["SetPreset", named(""), "InvalidPresetName"],
    ["SetPreset", named("home"), "InvalidPresetName"],
    ["SetPreset", preset("99"), "NoToken"],
    ["GotoPreset", preset("home"), "NoToken"],
    ["RemovePreset", preset("99"), "NoToken"],
    ["GetNode", "<tptz:NodeToken>nope</tptz:NodeToken>", "NoEntity"],
    ["GetConfiguration", "<tptz:PTZConfigurationToken>nope</tptz:PTZConfigurationToken>", "NoConfig"],
    ["GetConfigurationOptions", "<tptz:ConfigurationToken>nope</tptz:ConfigurationToken>", "NoConfig"],
  ];

  test.each(cases)("%s %s", async (name, content, expected) => {
    const before = await status();
    expect(fault(await call(name, content))).toBe(`400 ter:${expected}`);
    expect({ ...(await status()), time: "" }).toEqual({ ...before, time: "" });
  });

  test("a name that another preset has", async () => {
    await ask("SetPreset", named("one"));
    expect(fault(await call("SetPreset", named("one")))).toBe("400 ter:PresetExist");
    const [one] = findChildren(await ask("GetPresets"), "tptz:Preset");
    await ask("RemovePreset", preset(one?.attributes.get("token") ?? ""));
  });

  test("while the camera moves, a preset", async () => {
    await ask("ContinuousMove", continuous('<tt:Zoom x="0.1"/>', "PT5S"));
    expect(fault(await call("SetPreset", named("moving")))).toBe("500 ter:MovingPTZ");
    await ask("Stop");
  });
});

testWithSchemas("every answer passes ONVIF's schemas", () => {
  expect(client.schemaErrors()).toEqual([]);
});
