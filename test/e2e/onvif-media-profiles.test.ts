import { afterAll, beforeAll, expect, test } from "bun:test";
import { findChildren, type XmlElement } from "../../src/soap/xml-element.ts";
import { testWithSchemas } from "../support/conditional-tests.ts";
import { OnvifClient, subcodes } from "../support/onvif-client.ts";
import {
  askFor,
  encoder,
  faultOf,
  numberAt,
  only,
  rewritten,
  textAt,
  tokensOf,
  written,
} from "../support/onvif-media.ts";
import { startServer, type TestServer } from "../support/server.ts";

const FIXED = ["profile_1", "profile_2", "profile_jpeg"];
const ENCODERS = ["VideoEncoderConfig_1", "VideoEncoderConfig_2", "VideoEncoderConfig_jpeg"];

let server: TestServer;
let client: OnvifClient;
beforeAll(async () => {
  server = await startServer([], { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" });
  client = new OnvifClient(server.http);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

async function profiles(): Promise<readonly XmlElement[]> {
  return findChildren(await client.ask("trt:GetProfiles"), "trt:Profiles");
}

test("both media services are among the services, with their capabilities", async () => {
  const services = findChildren(
    await client.as("anonymous").ask("tds:GetServices", "<tds:IncludeCapability>true</tds:IncludeCapability>"),
    "tds:Service",
  ).map((service) => textAt(service, "tds:XAddr"));
  expect(services).toContain(`${server.http}/onvif/media_service`);
  expect(services).toContain(`${server.http}/onvif/media2_service`);
  const capabilities = await client.as("anonymous").ask("tds:GetCapabilities");
  expect(textAt(capabilities, "tds:Capabilities", "tt:Media", "tt:XAddr")).toBe(`${server.http}/onvif/media_service`);
});

test("fixed profiles come first, H.264 before JPEG, each whole", async () => {
  const found = await profiles();
  expect(found.map(({ attributes }) => attributes.get("token"))).toEqual(FIXED);
  for (const profile of found) {
    expect(profile.attributes.get("fixed")).toBe("true");
    expect(numberAt(profile, "tt:VideoEncoderConfiguration", "tt:Resolution", "tt:Width")).toBeGreaterThan(0);
    expect(textAt(profile, "tt:VideoSourceConfiguration", "tt:SourceToken")).toBe("VideoSource_1");
    expect(numberAt(profile, "tt:VideoSourceConfiguration", "tt:UseCount")).toBe(3);
    expect(numberAt(profile, "tt:VideoEncoderConfiguration", "tt:UseCount")).toBe(1);
  }
  expect(found.map((profile) => textAt(profile, "tt:VideoEncoderConfiguration", "tt:Encoding"))).toEqual([
    "H264",
    "H264",
    "JPEG",
  ]);
});

test("tokens of configurations lead to the same configurations", async () => {
  for (const kind of ["VideoSource", "VideoEncoder", "VideoAnalytics", "Metadata"] as const) {
    const listed = findChildren(await client.ask(`trt:Get${kind}Configurations`), "trt:Configurations");
    expect(listed.length).toBe(kind === "VideoEncoder" ? 3 : 1);
    for (const configuration of listed) {
      const token = configuration.attributes.get("token") ?? "";
      const one = only(
        await askFor(client, `trt:Get${kind}Configuration`, { ConfigurationToken: token }),
        "trt:Configuration",
      );
      expect(rewritten(one, "x")).toBe(rewritten(configuration, "x"));
    }
    expect(
      await faultOf(client, `trt:Get${kind}Configuration`, "<trt:ConfigurationToken>none</trt:ConfigurationToken>"),
    ).toEqual(["ter:InvalidArgVal", "ter:NoConfig"]);
    expect(
      await faultOf(client, `trt:GetCompatible${kind}Configurations`, "<trt:ProfileToken>none</trt:ProfileToken>"),
    ).toEqual(["ter:InvalidArgVal", "ter:NoProfile"]);
    for (const profile of FIXED) {
      const compatible = await askFor(client, `trt:GetCompatible${kind}Configurations`, { ProfileToken: profile });
      expect(tokensOf(compatible, "trt:Configurations").length).toBe(1);
    }
  }
  expect(await faultOf(client, "trt:GetVideoEncoderConfiguration", "")).toEqual(["ter:InvalidArgs"]);
});

test("a profile is created, changed and deleted, and the fixed ones stay", async () => {
  const content = "<trt:Name>Wall</trt:Name><trt:Token>wall</trt:Token>";
  const created = only(await client.ask("trt:CreateProfile", content), "trt:Profile");
  expect(created.attributes.get("token")).toBe("wall");
  expect(created.attributes.get("fixed")).toBe("false");
  expect(await faultOf(client, "trt:CreateProfile", content)).toEqual(["ter:InvalidArgVal", "ter:ProfileExists"]);
  expect(await faultOf(client, "trt:CreateProfile", "<trt:Name>x</trt:Name><trt:Token>a/b</trt:Token>")).toEqual([
    "ter:InvalidArgVal",
  ]);
  expect(await faultOf(client, "trt:CreateProfile", `<trt:Name>${"x".repeat(65)}</trt:Name>`)).toEqual([
    "ter:InvalidArgs",
  ]);

  const at = { ProfileToken: "wall" };
  const compatible = await askFor(client, "trt:GetCompatibleVideoEncoderConfigurations", at);
  expect(tokensOf(compatible, "trt:Configurations")).toEqual(ENCODERS);
  for (const [kind, token] of [
    ["VideoEncoder", "VideoEncoderConfig_2"],
    ["VideoSource", "VideoSourceConfig_1"],
    ["PTZ", "PTZConfig_1"],
    ["Metadata", "MetadataConfig_1"],
    ["VideoAnalytics", "AnalyticsConfig_1"],
  ] as const) {
    const addition = written("trt:x", { ...at, ConfigurationToken: token });
    await client.ask(`trt:Add${kind}Configuration`, addition);
    expect(await faultOf(client, `trt:Add${kind}Configuration`, addition.replace(token, "none"))).toEqual([
      "ter:InvalidArgVal",
      "ter:NoConfig",
    ]);
    expect(await faultOf(client, `trt:Add${kind}Configuration`, addition.replace("wall", "none"))).toEqual([
      "ter:InvalidArgVal",
      "ter:NoProfile",
    ]);
    const profile = only(await askFor(client, "trt:GetProfile", at), "trt:Profile");
    expect(findChildren(profile, `tt:${kind}Configuration`)[0]?.attributes.get("token")).toBe(token);
  }
  expect(numberAt(await encoder(client, "VideoEncoderConfig_2"), "tt:UseCount")).toBe(2);

  await askFor(client, "trt:RemoveVideoEncoderConfiguration", at);
  await askFor(client, "trt:RemoveVideoEncoderConfiguration", at);
  expect(numberAt(await encoder(client, "VideoEncoderConfig_2"), "tt:UseCount")).toBe(1);
  const setup =
    "<trt:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol></tt:Transport></trt:StreamSetup>";
  expect(await faultOf(client, "trt:GetStreamUri", `${setup}<trt:ProfileToken>wall</trt:ProfileToken>`)).toEqual([
    "ter:Action",
    "ter:IncompleteConfiguration",
  ]);
  for (const profile of FIXED) {
    expect(await faultOf(client, "trt:DeleteProfile", `<trt:ProfileToken>${profile}</trt:ProfileToken>`)).toEqual([
      "ter:Action",
      "ter:DeletionOfFixedProfile",
    ]);
    for (const kind of ["VideoEncoder", "VideoSource"] as const)
      expect(
        await faultOf(client, `trt:Remove${kind}Configuration`, `<trt:ProfileToken>${profile}</trt:ProfileToken>`),
      ).toEqual(["ter:Action", "ter:ConfigurationConflict"]);
  }
  await askFor(client, "trt:DeleteProfile", at);
  expect(await faultOf(client, "trt:GetProfile", "<trt:ProfileToken>wall</trt:ProfileToken>")).toEqual([
    "ter:InvalidArgVal",
    "ter:NoProfile",
  ]);
  expect((await profiles()).length).toBe(3);
});

test("as many profiles can be created as the capabilities say, and no more", async () => {
  const capabilities = only(await client.ask("trt:GetServiceCapabilities"), "trt:Capabilities");
  const most = Number(only(capabilities, "trt:ProfileCapabilities").attributes.get("MaximumNumberOfProfiles"));
  const tokens: string[] = [];
  for (let count = 3; count < most; count++) {
    const created = await client.ask("trt:CreateProfile", `<trt:Name>extra ${count}</trt:Name>`);
    tokens.push(only(created, "trt:Profile").attributes.get("token") ?? "");
  }
  expect(await faultOf(client, "trt:CreateProfile", "<trt:Name>one more</trt:Name>")).toEqual([
    "ter:Action",
    "ter:MaxNVTProfiles",
  ]);
  const listed = await profiles();
  expect(listed.length).toBe(most);
  for (const profile of listed)
    expect(numberAt(profile, "tt:VideoEncoderConfiguration", "tt:Resolution", "tt:Width")).toBeGreaterThan(0);
  for (const token of tokens) await askFor(client, "trt:DeleteProfile", { ProfileToken: token });
});

test("profiles, names and metadata are there again after a restart", async () => {
  const folder = (await import("node:fs")).mkdtempSync("/tmp/rotordream-media-");
  const args = ["--data-dir", folder];
  {
    await using first = await startServer(args);
    const one = new OnvifClient(first.http);
    await one.ask("trt:CreateProfile", "<trt:Name>Kept</trt:Name><trt:Token>kept</trt:Token>");
    await askFor(one, "trt:RemovePTZConfiguration", { ProfileToken: "profile_1" });
    const metadata = only(
      await askFor(one, "trt:GetMetadataConfiguration", { ConfigurationToken: "MetadataConfig_1" }),
      "trt:Configuration",
    );
    const changed = { Name: "Track", Analytics: "true", Events: undefined };
    await one.ask("trt:SetMetadataConfiguration", rewritten(metadata, "trt:Configuration", changed));
  }
  await using second = await startServer(args);
  const two = new OnvifClient(second.http);
  const kept = only(await askFor(two, "trt:GetProfile", { ProfileToken: "kept" }), "trt:Profile");
  expect(textAt(kept, "tt:Name")).toBe("Kept");
  const main = only(await askFor(two, "trt:GetProfile", { ProfileToken: "profile_1" }), "trt:Profile");
  expect(findChildren(main, "tt:PTZConfiguration")).toEqual([]);
  const metadata = only(main, "tt:MetadataConfiguration");
  expect([textAt(metadata, "tt:Name"), textAt(metadata, "tt:Analytics")]).toEqual(["Track", "false"]);
  expect(findChildren(metadata, "tt:Events")).toEqual([]);
}, 30_000);

test("there is no audio: lists are empty, tokens unknown, options not supported", async () => {
  expect((await client.ask("trt:GetAudioSources")).children).toEqual([]);
  expect((await client.ask("trt:GetAudioOutputs")).children).toEqual([]);
  const both = "<trt:ProfileToken>profile_1</trt:ProfileToken><trt:ConfigurationToken>x</trt:ConfigurationToken>";
  for (const [kind, reason] of [
    ["AudioSource", "ter:AudioNotSupported"],
    ["AudioEncoder", "ter:AudioNotSupported"],
    ["AudioOutput", "ter:AudioOutputNotSupported"],
    ["AudioDecoder", "ter:AudioDecodingNotSupported"],
  ] as const) {
    expect((await client.ask(`trt:Get${kind}Configurations`)).children).toEqual([]);
    expect((await client.ask(`trt:GetCompatible${kind}Configurations`, both)).children).toEqual([]);
    expect((await client.ask(`trt:Remove${kind}Configuration`, both)).children).toEqual([]);
    for (const verb of ["Get", "Set", "Add"] as const)
      expect(await faultOf(client, `trt:${verb}${kind}Configuration`, both)).toEqual([
        "ter:InvalidArgVal",
        "ter:NoConfig",
      ]);
    expect(await faultOf(client, `trt:Get${kind}ConfigurationOptions`, "")).toEqual(["ter:ActionNotSupported", reason]);
  }
});

test("viewers may look, and what changes needs the permission for it", async () => {
  const viewer = { user: "eva", password: "geheim geheim" };
  const headers = { Authorization: `Basic ${btoa("admin:password")}` };
  const body = JSON.stringify({ name: viewer.user, password: viewer.password, role: "viewer", onvif: true });
  expect((await fetch(`${server.http}/api/users`, { method: "POST", headers, body })).status).toBe(201);
  const eva = client.as(viewer);
  for (const operation of ["trt:GetProfiles", "tr2:GetProfiles", "trt:GetVideoEncoderConfigurations"] as const)
    await eva.ask(operation);
  for (const operation of [
    "trt:CreateProfile",
    "tr2:AddConfiguration",
    "trt:SetVideoEncoderConfiguration",
    "tr2:SetMetadataConfiguration",
    "tr2:CreateOSD",
    "trt:SetSynchronizationPoint",
    "trt:SetVideoSourceMode",
  ] as const) {
    const reply = await eva.call(operation);
    expect([reply.status, ...subcodes(reply)], operation).toEqual([403, "ter:NotAuthorized"]);
    expect((await client.as("anonymous").call(operation)).status).toBe(401);
  }
  expect((await client.as("anonymous").call("trt:GetProfiles")).status).toBe(401);
});

testWithSchemas("every answer passes ONVIF's schemas", () => {
  expect(client.schemaErrors()).toEqual([]);
});
