import { afterAll, beforeAll, expect, test } from "bun:test";
import type { QualifiedName } from "../../src/soap/namespaces.ts";
import { findChildren } from "../../src/soap/xml-element.ts";
import { testWithSchemas } from "../support/conditional-tests.ts";
import { OnvifClient, subcodes } from "../support/onvif-client.ts";
import {
  askFor,
  encoder,
  faultOf,
  numberAt,
  only,
  rangeAt,
  rewritten,
  setEncoder,
  settingsOf,
  sizesAt,
  textAt,
} from "../support/onvif-media.ts";
import { startServer, type TestServer } from "../support/server.ts";

const FIXED = ["profile_1", "profile_2", "profile_jpeg"];

let server: TestServer;
let client: OnvifClient;
beforeAll(async () => {
  server = await startServer([], { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" });
  client = new OnvifClient(server.http);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

for (const [token, stream] of [
  ["VideoEncoderConfig_1", "stream1"],
  ["VideoEncoderConfig_2", "stream2"],
] as const) {
  test(`Set takes all that the options of ${stream} offer and nothing beyond, and settings follow`, async () => {
    const before = rewritten(await encoder(client, token), "trt:Configuration");
    const options = only(
      await askFor(client, "trt:GetVideoEncoderConfigurationOptions", { ConfigurationToken: token }),
      "trt:Options",
    );
    const h264 = only(options, "tt:H264");
    expect(findChildren(options, "tt:JPEG")).toEqual([]);
    const sizes = sizesAt(h264, "tt:ResolutionsAvailable");
    expect(sizes.length).toBeGreaterThan(1);
    const key = stream === "stream1" ? "" : "stream2-";
    for (const size of sizes) {
      const [width, height] = size.split("x");
      const reply = await setEncoder(client, token, { "Resolution/Width": width, "Resolution/Height": height });
      expect(reply.status, reply.text).toBe(200);
      const set = await encoder(client, token);
      expect(sizesAt(set, "tt:Resolution")).toEqual([size]);
      expect((await settingsOf(server.http))[`${key}resolution`]).toBe(size);
    }
    await client.ask("trt:SetVideoEncoderConfiguration", before);

    const bitrates = rangeAt(options, "tt:Extension", "tt:H264", "tt:BitrateRange");
    for (const [path, [least, most], setting] of [
      ["RateControl/FrameRateLimit", rangeAt(h264, "tt:FrameRateRange"), `${key}fps`],
      ["RateControl/BitrateLimit", bitrates, `${key}bitrate`],
      ["RateControl/EncodingInterval", rangeAt(h264, "tt:EncodingIntervalRange"), undefined],
      ["H264/GovLength", rangeAt(h264, "tt:GovLengthRange"), stream === "stream1" ? "gop" : undefined],
      ["Quality", rangeAt(options, "tt:QualityRange"), undefined],
    ] as const) {
      for (const value of [least, most]) {
        // the rate moves the sub stream's own distance of keyframes
        await client.ask("trt:SetVideoEncoderConfiguration", before);
        const reply = await setEncoder(client, token, { [path]: String(value) });
        expect(reply.status, `${path} ${value} ${reply.text}`).toBe(200);
        if (setting !== undefined) expect((await settingsOf(server.http))[setting]).toBe(value);
      }
      await client.ask("trt:SetVideoEncoderConfiguration", before);
      const unchanged = await settingsOf(server.http);
      for (const value of [least - 1, most + 1]) {
        const reply = await setEncoder(client, token, { Name: "never", [path]: String(value) });
        expect(subcodes(reply), `${path} ${value}`).toEqual(["ter:InvalidArgVal", "ter:ConfigModify"]);
      }
      expect(await settingsOf(server.http)).toEqual(unchanged);
      expect(textAt(await encoder(client, token), "tt:Name")).not.toBe("never");
    }
    expect(rewritten(await encoder(client, token), "trt:Configuration")).toBe(before);
  }, 60_000);
}

test("JPEG has a size of one of the streams, a rate and a quality of its own", async () => {
  const token = "VideoEncoderConfig_jpeg";
  const before = rewritten(await encoder(client, token), "trt:Configuration");
  const options = only(
    await askFor(client, "trt:GetVideoEncoderConfigurationOptions", { ConfigurationToken: token }),
    "trt:Options",
  );
  const jpeg = only(options, "tt:JPEG");
  expect(sizesAt(jpeg, "tt:ResolutionsAvailable")).toEqual(["1920x1080", "640x360"]);
  for (const [path, [least, most]] of [
    ["RateControl/FrameRateLimit", rangeAt(jpeg, "tt:FrameRateRange")],
    ["Quality", rangeAt(options, "tt:QualityRange")],
  ] as const) {
    for (const value of [least, most]) {
      expect((await setEncoder(client, token, { [path]: String(value) })).status).toBe(200);
      expect(
        numberAt(await encoder(client, token), ...path.split("/").map((name): QualifiedName => `tt:${name}`)),
      ).toBe(value);
    }
    for (const value of [least - 1, most + 1])
      expect(subcodes(await setEncoder(client, token, { [path]: String(value) }))).toEqual([
        "ter:InvalidArgVal",
        "ter:ConfigModify",
      ]);
  }
  expect((await setEncoder(client, token, { "Resolution/Width": "1920", "Resolution/Height": "1080" })).status).toBe(
    200,
  );
  const uri = textAt(
    await askFor(client, "trt:GetSnapshotUri", { ProfileToken: "profile_jpeg" }),
    "trt:MediaUri",
    "tt:Uri",
  );
  expect(uri).toStartWith(`${server.http}/api/snapshot?stream=stream1&quality=`);
  await client.ask("trt:SetVideoEncoderConfiguration", before);
});

test("a wrong encoder configuration changes nothing and says why", async () => {
  const before = await settingsOf(server.http);
  const cases: readonly (readonly [
    changed: Readonly<Record<string, string | undefined>>,
    faults: readonly string[],
  ])[] = [
    [{ "@token": "none" }, ["ter:InvalidArgVal", "ter:NoConfig"]],
    [{ "@token": undefined }, ["ter:InvalidArgs"]],
    [{ Name: undefined }, ["ter:InvalidArgs"]],
    [{ Name: "x".repeat(65) }, ["ter:InvalidArgs"]],
    [{ Resolution: undefined }, ["ter:InvalidArgs"]],
    [{ Encoding: "JPEG" }, ["ter:InvalidArgVal", "ter:ConfigModify"]],
    [{ Encoding: "H265" }, ["ter:InvalidArgVal", "ter:ConfigModify"]],
    [{ "Resolution/Width": "1918" }, ["ter:InvalidArgVal", "ter:ConfigModify"]],
    [{ Quality: "NaN" }, ["ter:InvalidArgVal"]],
    [{ Quality: "INF" }, ["ter:InvalidArgVal"]],
    [{ "RateControl/BitrateLimit": "" }, ["ter:InvalidArgVal"]],
    [{ "RateControl/FrameRateLimit": "25.5" }, ["ter:InvalidArgVal"]],
    [{ "H264/H264Profile": "Extended" }, ["ter:InvalidArgVal", "ter:ConfigModify"]],
    [{ "Multicast/Address/IPv4Address": "239.1.1.1" }, ["ter:InvalidArgVal", "ter:ConfigModify"]],
    [{ SessionTimeout: "soon" }, ["ter:InvalidArgs"]],
  ];
  for (const [changed, expected] of cases) {
    const reply = await setEncoder(client, "VideoEncoderConfig_1", { "RateControl/BitrateLimit": "777", ...changed });
    expect(subcodes(reply), JSON.stringify(changed)).toEqual([...expected]);
  }
  expect(await faultOf(client, "trt:SetVideoEncoderConfiguration", "")).toEqual(["ter:InvalidArgs"]);
  const foreign = rewritten(await encoder(client, "VideoEncoderConfig_1"), "tds:Configuration");
  expect(await faultOf(client, "trt:SetVideoEncoderConfiguration", foreign)).toEqual(["ter:InvalidArgs"]);
  expect(await settingsOf(server.http)).toEqual(before);
});

test("options are asked for a configuration, a profile, or the device", async () => {
  for (const kind of ["VideoSource", "VideoEncoder", "Metadata"] as const) {
    const operation: QualifiedName = `trt:Get${kind}ConfigurationOptions`;
    await client.ask(operation);
    for (const profile of FIXED) await askFor(client, operation, { ProfileToken: profile });
    expect(await faultOf(client, operation, "<trt:ProfileToken>none</trt:ProfileToken>")).toEqual([
      "ter:InvalidArgVal",
      "ter:NoProfile",
    ]);
    expect(await faultOf(client, operation, "<trt:ConfigurationToken>none</trt:ConfigurationToken>")).toEqual([
      "ter:InvalidArgVal",
      "ter:NoConfig",
    ]);
  }
  const all = only(await client.ask("trt:GetVideoEncoderConfigurationOptions"), "trt:Options");
  expect(all.children.map(({ name }) => name)).toEqual(["QualityRange", "JPEG", "H264", "Extension"]);
  const instances = await askFor(client, "trt:GetGuaranteedNumberOfVideoEncoderInstances", {
    ConfigurationToken: "VideoSourceConfig_1",
  });
  expect((["trt:TotalNumber", "trt:JPEG", "trt:H264"] as const).map((name) => numberAt(instances, name))).toEqual([
    3, 1, 2,
  ]);
});

test("the video source can be turned, and the streams' sizes turn with it", async () => {
  const get = async () =>
    only(
      await askFor(client, "trt:GetVideoSourceConfiguration", { ConfigurationToken: "VideoSourceConfig_1" }),
      "trt:Configuration",
    );
  const before = await get();
  const set = async (content: string) => client.call("trt:SetVideoSourceConfiguration", content);
  const rotated = (mode: string, degrees: string) =>
    rewritten(before, "trt:Configuration").replace(
      "<tt:Mode>OFF</tt:Mode>",
      `<tt:Mode>${mode}</tt:Mode>${degrees === "" ? "" : `<tt:Degree>${degrees}</tt:Degree>`}`,
    );
  for (const [degrees, expected] of [
    ["90", 90],
    ["", 180],
    ["270", 270],
  ] as const) {
    expect((await set(rotated("ON", degrees))).status).toBe(200);
    expect((await settingsOf(server.http)).rotation).toBe(expected);
    const size = sizesAt(await encoder(client, "VideoEncoderConfig_1"), "tt:Resolution");
    expect(size).toEqual([expected === 180 ? "1920x1080" : "1080x1920"]);
  }
  const turned = only(
    await askFor(client, "trt:GetVideoEncoderConfigurationOptions", { ConfigurationToken: "VideoEncoderConfig_1" }),
    "trt:Options",
  );
  expect(sizesAt(only(turned, "tt:H264"), "tt:ResolutionsAvailable")).toContain("1080x1920");
  for (const wrong of [
    rotated("ON", "45"),
    rotated("AUTO", ""),
    rewritten(before, "trt:Configuration", { "Bounds/@x": "1" }),
    rewritten(before, "trt:Configuration", { "Bounds/@width": "100" }),
    rewritten(before, "trt:Configuration", { SourceToken: "other" }),
  ])
    expect(subcodes(await set(wrong))).toEqual(["ter:InvalidArgVal", "ter:ConfigModify"]);
  expect((await set(rewritten(before, "trt:Configuration"))).status).toBe(200);
  expect((await settingsOf(server.http)).rotation).toBe(0);
  const source = only(await client.ask("trt:GetVideoSources"), "trt:VideoSources");
  expect(sizesAt(source, "tt:Resolution")).toEqual(["3840x2160"]);
});

test("metadata carries what was chosen", async () => {
  const get = async () =>
    only(
      await askFor(client, "trt:GetMetadataConfiguration", { ConfigurationToken: "MetadataConfig_1" }),
      "trt:Configuration",
    );
  const before = await get();
  const set = (events: string) =>
    client.call(
      "trt:SetMetadataConfiguration",
      rewritten(before, "trt:Configuration", { "PTZStatus/Position": "false" }).replace(
        "<tt:Events></tt:Events>",
        `<tt:Events>${events}</tt:Events>`,
      ),
    );
  const topic = (text: string, prefix: string) =>
    `<tt:Filter><wsnt:TopicExpression xmlns:${prefix}="http://www.onvif.org/ver10/topics" Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">${text}</wsnt:TopicExpression></tt:Filter>`;
  expect((await set(topic("q:RuleEngine/CellMotionDetector//.", "q"))).status).toBe(200);
  const after = await get();
  expect(textAt(after, "tt:PTZStatus", "tt:Position")).toBe("false");
  expect(textAt(after, "tt:Events", "tt:Filter", "wsnt:TopicExpression")).toBe("tns1:RuleEngine/CellMotionDetector//.");
  const good = topic("q:RuleEngine//.", "q");
  for (const wrong of [
    topic("tt:Nothing", "q"),
    topic("boolean(x)", "q"),
    topic("a".repeat(2000), "q"),
    topic("q:RuleEngine//.|", "q"),
    topic("q:RuleEngine/", "q"),
    topic("", "q"),
    topic("q:Device|".repeat(70).slice(0, -1), "q"),
    good.replace("topicExpression/ConcreteSet", "topicExpression/Other"),
    good.replace(/ Dialect="[^"]*"/, ""),
    good.replace("ConcreteSet", "Concrete").replace("tev/topicExpression", "tev/unknown"),
  ])
    expect(subcodes(await set(wrong))).toEqual(["ter:InvalidArgVal", "ter:ConfigModify"]);
  await client.ask("trt:SetMetadataConfiguration", rewritten(before, "trt:Configuration"));
  expect(rewritten(await get(), "x")).toBe(rewritten(before, "x"));
});

testWithSchemas("every answer passes ONVIF's schemas", () => {
  expect(client.schemaErrors()).toEqual([]);
});
