import { afterAll, beforeAll, expect, test } from "bun:test";
import type { QualifiedName } from "../../src/soap/namespaces.ts";
import { findChildren, type XmlElement } from "../../src/soap/xml-element.ts";
import { testWith, testWithSchemas } from "../support/conditional-tests.ts";
import { OnvifClient, subcodes } from "../support/onvif-client.ts";
import {
  askFor,
  faultOf,
  numberAt,
  only,
  rangeAt,
  rewritten,
  settingsOf,
  sizesAt,
  textAt,
  tokensOf,
  written,
} from "../support/onvif-media.ts";
import { areConsecutive, playWithFfmpeg } from "../support/players.ts";
import { startServer, type TestServer } from "../support/server.ts";

const FIXED = ["profile_1", "profile_2", "profile_jpeg"];
const NO_PROFILE = ["ter:InvalidArgVal", "ter:NoProfile"];
const NO_CONFIG = ["ter:InvalidArgVal", "ter:NoConfig"];
const MODIFY = ["ter:InvalidArgVal", "ter:ConfigModify"];
const CONFLICT = ["ter:Action", "ter:ConfigurationConflict"];

let server: TestServer;
let client: OnvifClient;
beforeAll(async () => {
  server = await startServer([], { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" });
  client = new OnvifClient(server.http);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

async function profile(token: string, ...types: readonly string[]): Promise<XmlElement> {
  const asked = types.map((type) => `<tr2:Type>${type}</tr2:Type>`).join("");
  return only(await client.ask("tr2:GetProfiles", `<tr2:Token>${token}</tr2:Token>${asked}`), "tr2:Profiles");
}

async function encoder2(token: string): Promise<XmlElement> {
  const found = await askFor(client, "tr2:GetVideoEncoderConfigurations", { ConfigurationToken: token });
  return only(found, "tr2:Configurations");
}

async function setEncoder2(token: string, changed: Readonly<Record<string, string | undefined>>) {
  return client.call(
    "tr2:SetVideoEncoderConfiguration",
    rewritten(await encoder2(token), "tr2:Configuration", changed),
  );
}

/** Names of the configurations in a profile. */
function partsOf(found: XmlElement): readonly string[] {
  return findChildren(found, "tr2:Configurations").flatMap(({ children }) => children.map(({ name }) => name));
}

function references(...wanted: readonly (readonly [type: string, token?: string])[]): string {
  return wanted
    .map(
      ([type, token]) =>
        `<tr2:Configuration>${written("tr2:x", { Type: type, ...(token && { Token: token }) })}</tr2:Configuration>`,
    )
    .join("");
}

test("profiles show the configurations that are asked for", async () => {
  const all = findChildren(await client.ask("tr2:GetProfiles"), "tr2:Profiles");
  expect(all.map(({ attributes }) => attributes.get("token"))).toEqual(FIXED);
  for (const found of all) expect(found.children.map(({ name }) => name)).toEqual(["Name"]);
  expect(partsOf(await profile("profile_1", "All"))).toEqual([
    "VideoSource",
    "VideoEncoder",
    "Analytics",
    "PTZ",
    "Metadata",
  ]);
  expect(partsOf(await profile("profile_jpeg", "VideoEncoder", "AudioEncoder"))).toEqual(["VideoEncoder"]);
  expect(await faultOf(client, "tr2:GetProfiles", "<tr2:Token>none</tr2:Token>")).toEqual(NO_PROFILE);
  expect(await faultOf(client, "tr2:GetProfiles", "<tr2:Type>Video</tr2:Type>")).toEqual(["ter:InvalidArgVal"]);
});

test("a profile is created with configurations, gets others, loses them and goes", async () => {
  const create = async (content: string) =>
    textAt(await client.ask("tr2:CreateProfile", `<tr2:Name>New</tr2:Name>${content}`), "tr2:Token");
  const token = await create(references(["VideoSource"], ["VideoEncoder", "VideoEncoderConfig_jpeg"]));
  const made = await profile(token, "All");
  expect(made.attributes.get("fixed")).toBe("false");
  expect(partsOf(made)).toEqual(["VideoSource", "VideoEncoder"]);
  expect(textAt(made, "tr2:Configurations", "tr2:VideoEncoder", "tt:Encoding")).toBe("JPEG");
  const at = `<tr2:ProfileToken>${token}</tr2:ProfileToken>`;
  const addition = `${at}<tr2:Name>Renamed</tr2:Name>${references(["Metadata"], ["PTZ"], ["Analytics"], ["VideoEncoder", "VideoEncoderConfig_2"])}`;
  await client.ask("tr2:AddConfiguration", addition);
  const grown = await profile(token, "All");
  expect(textAt(grown, "tr2:Name")).toBe("Renamed");
  expect(partsOf(grown).length).toBe(5);
  expect(textAt(grown, "tr2:Configurations", "tr2:VideoEncoder", "tt:UseCount")).toBe("2");
  for (const [content, expected] of [
    [at + references(["PTZ", "none"], ["Metadata"]), NO_CONFIG],
    [at + references(["AudioEncoder", "x"]), NO_CONFIG],
    [at + references(["All"]), ["ter:InvalidArgVal"]],
    [at + references(["Nonsense"]), ["ter:InvalidArgVal"]],
    [`<tr2:ProfileToken>none</tr2:ProfileToken>${references(["PTZ"])}`, NO_PROFILE],
    [`<tr2:ProfileToken>profile_1</tr2:ProfileToken>${references(["VideoEncoder", "VideoEncoderConfig_2"])}`, CONFLICT],
  ] as const)
    expect(await faultOf(client, "tr2:AddConfiguration", content)).toEqual([...expected]);
  await client.ask("tr2:RemoveConfiguration", at + references(["PTZ"], ["AudioEncoder"]));
  expect(partsOf(await profile(token, "All"))).toEqual(["VideoSource", "VideoEncoder", "Analytics", "Metadata"]);
  await client.ask("tr2:RemoveConfiguration", at + references(["All"]));
  expect(partsOf(await profile(token, "All"))).toEqual([]);
  const whole = "<tr2:ProfileToken>profile_1</tr2:ProfileToken>";
  expect(await faultOf(client, "tr2:RemoveConfiguration", whole + references(["All"]))).toEqual(CONFLICT);
  const uri = written("tr2:x", { Protocol: "RTSP", ProfileToken: token });
  expect(await faultOf(client, "tr2:GetStreamUri", uri)).toEqual(["ter:Action", "ter:IncompleteConfiguration"]);

  const simple = await create("");
  const listed = tokensOf(await client.ask("tr2:GetProfiles"), "tr2:Profiles");
  expect(listed).toEqual([...FIXED, simple, token]); // what cannot play comes last
  for (const one of [token, simple]) await askFor(client, "tr2:DeleteProfile", { Token: one });
  expect(await faultOf(client, "tr2:DeleteProfile", "<tr2:Token>profile_2</tr2:Token>")).toEqual([
    "ter:Action",
    "ter:DeletionOfFixedProfile",
  ]);
  expect(await faultOf(client, "tr2:DeleteProfile", `<tr2:Token>${token}</tr2:Token>`)).toEqual(NO_PROFILE);
});

test("as many profiles can be created as the capabilities say", async () => {
  const capabilities = only(await client.ask("tr2:GetServiceCapabilities"), "tr2:Capabilities");
  const most = Number(only(capabilities, "tr2:ProfileCapabilities").attributes.get("MaximumNumberOfProfiles"));
  const tokens: string[] = [];
  for (let count = FIXED.length; count < most; count++)
    tokens.push(textAt(await client.ask("tr2:CreateProfile", "<tr2:Name>n</tr2:Name>"), "tr2:Token"));
  expect(await faultOf(client, "tr2:CreateProfile", "<tr2:Name>n</tr2:Name>")).toEqual([
    "ter:Action",
    "ter:MaxNVTProfiles",
  ]);
  for (const token of tokens) await askFor(client, "tr2:DeleteProfile", { Token: token });
});

test("configurations are found by token and by profile", async () => {
  for (const kind of ["VideoSource", "VideoEncoder", "Analytics", "Metadata"] as const) {
    const operation: QualifiedName = `tr2:Get${kind}Configurations`;
    const all = tokensOf(await client.ask(operation), "tr2:Configurations");
    for (const token of all)
      expect(tokensOf(await askFor(client, operation, { ConfigurationToken: token }), "tr2:Configurations")).toEqual([
        token,
      ]);
    const own = tokensOf(await askFor(client, operation, { ProfileToken: "profile_2" }), "tr2:Configurations");
    expect(own.length).toBe(1);
    expect(await faultOf(client, operation, "<tr2:ConfigurationToken>none</tr2:ConfigurationToken>")).toEqual(
      NO_CONFIG,
    );
    expect(await faultOf(client, operation, "<tr2:ProfileToken>none</tr2:ProfileToken>")).toEqual(NO_PROFILE);
    if (kind === "Analytics") continue;
    const options: QualifiedName = `tr2:Get${kind}ConfigurationOptions`;
    await client.ask(options);
    expect(await faultOf(client, options, "<tr2:ConfigurationToken>none</tr2:ConfigurationToken>")).toEqual(NO_CONFIG);
    expect(await faultOf(client, options, "<tr2:ProfileToken>none</tr2:ProfileToken>")).toEqual(NO_PROFILE);
  }
  for (const kind of ["AudioSource", "AudioEncoder", "AudioOutput", "AudioDecoder"] as const) {
    expect((await client.ask(`tr2:Get${kind}Configurations`)).children).toEqual([]);
    expect(await faultOf(client, `tr2:Set${kind}Configuration`, "")).toEqual(NO_CONFIG);
    expect(await faultOf(client, `tr2:Get${kind}ConfigurationOptions`, "")).toEqual([
      "ter:ActionNotSupported",
      "ter:AudioNotSupported",
    ]);
  }
});

for (const [token, key] of [
  ["VideoEncoderConfig_1", ""],
  ["VideoEncoderConfig_2", "stream2-"],
  ["VideoEncoderConfig_jpeg", undefined],
] as const) {
  test(`Set takes what the options of ${token} offer and nothing beyond`, async () => {
    const before = rewritten(await encoder2(token), "tr2:Configuration");
    const options = only(
      await askFor(client, "tr2:GetVideoEncoderConfigurationOptions", { ConfigurationToken: token }),
      "tr2:Options",
    );
    const restore = () => client.ask("tr2:SetVideoEncoderConfiguration", before);
    for (const size of sizesAt(options, "tt:ResolutionsAvailable")) {
      const [width, height] = size.split("x");
      expect((await setEncoder2(token, { "Resolution/Width": width, "Resolution/Height": height })).status).toBe(200);
      expect(sizesAt(await encoder2(token), "tt:Resolution")).toEqual([size]);
      if (key !== undefined) expect((await settingsOf(server.http))[`${key}resolution`]).toBe(size);
    }
    await restore();
    const listed = (options.attributes.get("FrameRatesSupported") ?? "").split(" ").map(Number);
    expect(listed).toEqual(listed.toSorted((a, b) => b - a));
    const gops = options.attributes.get("GovLengthRange")?.split(" ").map(Number) ?? [];
    const ranges: readonly (readonly [path: string, least: number, most: number])[] = [
      ["RateControl/FrameRateLimit", listed.at(-1) ?? 0, listed[0] ?? 0],
      ["RateControl/BitrateLimit", ...rangeAt(options, "tt:BitrateRange")],
      ["Quality", ...rangeAt(options, "tt:QualityRange")],
      ...(gops.length === 2 ? [["@GovLength", gops[0] ?? 0, gops[1] ?? 0] as const] : []),
    ];
    for (const [path, least, most] of ranges) {
      for (const value of [least, most]) {
        const reply = await setEncoder2(token, { [path]: String(value) });
        expect(reply.status, `${path} ${value} ${reply.text}`).toBe(200);
        await restore();
      }
      const unchanged = await settingsOf(server.http);
      for (const value of [least - 1, most + 1])
        expect(subcodes(await setEncoder2(token, { Name: "never", [path]: String(value) })), path).toEqual(MODIFY);
      expect(await settingsOf(server.http)).toEqual(unchanged);
    }
    for (const [changed, expected] of [
      [{ Encoding: "H265" }, MODIFY],
      [{ "@Profile": "Simple" }, key === undefined ? [] : MODIFY],
      [{ "RateControl/FrameRateLimit": "7.5" }, MODIFY],
      [{ "RateControl/FrameRateLimit": "NaN" }, ["ter:InvalidArgVal"]],
      [{ "Resolution/Width": "" }, ["ter:InvalidArgVal"]],
      [{ "@token": "none" }, NO_CONFIG],
    ] as const)
      if (expected.length > 0)
        expect(subcodes(await setEncoder2(token, changed)), JSON.stringify(changed)).toEqual([...expected]);
    expect(rewritten(await encoder2(token), "tr2:Configuration")).toBe(before);
  }, 60_000);
}

test("both media services show one state", async () => {
  await setEncoder2("VideoEncoderConfig_1", { Name: "Both", "RateControl/BitrateLimit": "2345" });
  const old = only(
    await askFor(client, "trt:GetVideoEncoderConfiguration", { ConfigurationToken: "VideoEncoderConfig_1" }),
    "trt:Configuration",
  );
  expect([textAt(old, "tt:Name"), numberAt(old, "tt:RateControl", "tt:BitrateLimit")]).toEqual(["Both", 2345]);
  expect((await settingsOf(server.http)).bitrate).toBe(2345);
  const instances = await askFor(client, "tr2:GetVideoEncoderInstances", { ConfigurationToken: "VideoSourceConfig_1" });
  expect(numberAt(instances, "tr2:Info", "tr2:Total")).toBe(3);
  const modes = await askFor(client, "tr2:GetVideoSourceModes", { VideoSourceToken: "VideoSource_1" });
  const mode = only(modes, "tr2:VideoSourceModes");
  expect(mode.attributes.get("Enabled")).toBe("true");
  expect(await faultOf(client, "tr2:GetVideoSourceModes", "<tr2:VideoSourceToken>x</tr2:VideoSourceToken>")).toEqual([
    "ter:InvalidArgVal",
    "ter:NoVideoSource",
  ]);
  const wish = { VideoSourceToken: "VideoSource_1", VideoSourceModeToken: mode.attributes.get("token") ?? "" };
  expect(textAt(await askFor(client, "tr2:SetVideoSourceMode", wish), "tr2:Reboot")).toBe("false");
  const other = written("tr2:x", { ...wish, VideoSourceModeToken: "none" });
  expect(await faultOf(client, "tr2:SetVideoSourceMode", other)).toEqual([
    "ter:InvalidArgVal",
    "ter:NoVideoSourceMode",
  ]);
});

test("what is set of the video source and of metadata is what the older service shows", async () => {
  for (const [kind, path, value, shown] of [
    ["VideoSource", "Name", "Front", ["tt:Name"]],
    ["Metadata", "PTZStatus/Position", "false", ["tt:PTZStatus", "tt:Position"]],
  ] as const) {
    const before = only(await client.ask(`tr2:Get${kind}Configurations`), "tr2:Configurations");
    const token = before.attributes.get("token") ?? "";
    const set = (changed: Readonly<Record<string, string>>) =>
      client.call(`tr2:Set${kind}Configuration`, rewritten(before, "tr2:Configuration", changed));
    expect((await set({ [path]: value })).status, path).toBe(200);
    const old = await askFor(client, `trt:Get${kind}Configuration`, { ConfigurationToken: token });
    expect(textAt(only(old, "trt:Configuration"), ...shown)).toBe(value);
    expect(subcodes(await set({ "@token": "none" }))).toEqual(NO_CONFIG);
    expect((await set({})).status).toBe(200);
  }
});

testWith("ffmpeg")("stream and snapshot URIs", async () => {
  const uri = async (protocol: string, token: string, path?: string) =>
    textAt(
      await client.ask("tr2:GetStreamUri", written("tr2:x", { Protocol: protocol, ProfileToken: token }), path),
      "tr2:Uri",
    );
  for (const protocol of ["RtspUnicast", "RTSP"])
    expect(await uri(protocol, "profile_jpeg")).toBe(`${server.rtsp}/onvif/profile_jpeg`);
  expect(await uri("RtspOverHttp", "profile_1")).toBe(`${server.rtsp.replace("rtsp", "http")}/onvif/profile_1`);
  for (const [content, expected] of [
    [{ Protocol: "RtspsUnicast", ProfileToken: "profile_1" }, ["ter:InvalidArgVal", "ter:InvalidStreamSetup"]],
    [{ Protocol: "RtspMulticast", ProfileToken: "profile_1" }, ["ter:InvalidArgVal", "ter:InvalidMulticastSettings"]],
    [{ Protocol: "RTSP", ProfileToken: "none" }, NO_PROFILE],
  ] as const)
    expect(await faultOf(client, "tr2:GetStreamUri", written("tr2:x", content))).toEqual([...expected]);
  const played = await playWithFfmpeg({
    url: await uri("RTSP", "profile_2"),
    transport: "tcp",
    width: 640,
    height: 360,
    frames: 12,
  });
  expect(areConsecutive(played.counters), played.words).toBe(true);
  const snapshot = textAt(await askFor(client, "tr2:GetSnapshotUri", { ProfileToken: "profile_1" }), "tr2:Uri");
  expect((await fetch(snapshot)).headers.get("Content-Type")).toBe("image/jpeg");
  await askFor(client, "tr2:SetSynchronizationPoint", { ProfileToken: "profile_1" });
});

testWithSchemas("every answer passes ONVIF's schemas", () => {
  expect(client.schemaErrors()).toEqual([]);
});
