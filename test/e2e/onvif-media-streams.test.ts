import { afterAll, beforeAll, expect, test } from "bun:test";
import { testWith, testWithSchemas } from "../support/conditional-tests.ts";
import { envelope, OnvifClient } from "../support/onvif-client.ts";
import { askFor, faultOf, setEncoder, textAt, tokensOf, written } from "../support/onvif-media.ts";
import { areConsecutive, playWithFfmpeg } from "../support/players.ts";
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

async function streamUri(stream: string, protocol: string, profile: string, path?: string): Promise<string> {
  const answer = await client.ask("trt:GetStreamUri", streamSetup(stream, protocol, profile), path);
  return textAt(answer, "trt:MediaUri", "tt:Uri");
}

function streamSetup(stream: string, protocol: string, profile: string): string {
  return `<trt:StreamSetup><tt:Stream>${stream}</tt:Stream><tt:Transport><tt:Protocol>${protocol}</tt:Protocol></tt:Transport></trt:StreamSetup><trt:ProfileToken>${profile}</trt:ProfileToken>`;
}

test("stream URIs name the profile and the host that the client used", async () => {
  for (const profile of FIXED) {
    for (const protocol of ["UDP", "RTSP"])
      expect(await streamUri("RTP-Unicast", protocol, profile)).toBe(`${server.rtsp}/onvif/${profile}`);
    expect(await streamUri("RTP-Unicast", "HTTP", profile)).toBe(
      `${server.rtsp.replace("rtsp:", "http:")}/onvif/${profile}`,
    );
  }
  const port = server.http.split(":").at(-1);
  const rtspPort = server.rtsp.split(":").at(-1);
  expect(await streamUri("RTP-Unicast", "RTSP", "profile_1", `http://[::1]:${port}/onvif/media_service`)).toBe(
    `rtsp://[::1]:${rtspPort}/onvif/profile_1`,
  );
  expect(await faultOf(client, "trt:GetStreamUri", streamSetup("RTP-Unicast", "RTSP", "none"))).toEqual([
    "ter:InvalidArgVal",
    "ter:NoProfile",
  ]);
  for (const wrong of [
    streamSetup("RTP-Multicast", "RTSP", "profile_1"),
    streamSetup("RTP-Unicast", "SRT", "profile_1"),
    streamSetup("toString", "", "profile_1"),
  ])
    expect(await faultOf(client, "trt:GetStreamUri", wrong)).toEqual(["ter:InvalidArgVal", "ter:InvalidStreamSetup"]);
  // on loopback there is nobody to send to
  expect(await faultOf(client, "trt:GetStreamUri", streamSetup("RTP-Multicast", "UDP", "profile_1"))).toEqual([
    "ter:InvalidArgVal",
    "ter:InvalidMulticastSettings",
  ]);
  expect(
    await faultOf(client, "trt:StartMulticastStreaming", "<trt:ProfileToken>profile_1</trt:ProfileToken>"),
  ).toEqual(["ter:ActionNotSupported"]);
  await askFor(client, "trt:StopMulticastStreaming", { ProfileToken: "profile_1" });
});

testWith("curl")("who comes over TLS tunnels over TLS", () => {
  const uriOf = (protocol: string) => {
    const body = envelope(`<trt:GetStreamUri>${streamSetup("RTP-Unicast", protocol, "profile_1")}</trt:GetStreamUri>`);
    const login = ["--digest", "-u", "admin:password"];
    const { stdout } = Bun.spawnSync(["curl", "-ksS", ...login, "-d", body, `${server.https}/onvif/media_service`]);
    return /<tt:Uri>(.*)<\/tt:Uri>/.exec(stdout.toString())?.[1];
  };
  expect(uriOf("HTTP")).toBe(`${server.rtsps.replace("rtsps:", "https:")}/onvif/profile_1`);
  expect(uriOf("RTSP")).toBe(`${server.rtsp}/onvif/profile_1`);
});

testWith("ffmpeg")("what GetStreamUri names plays, also a profile that was created", async () => {
  await client.ask("trt:CreateProfile", "<trt:Name>Played</trt:Name><trt:Token>played</trt:Token>");
  const use = { ProfileToken: "played", ConfigurationToken: "VideoEncoderConfig_2" };
  await askFor(client, "trt:AddVideoEncoderConfiguration", use);
  for (const [profile, protocol, transport] of [
    ["profile_2", "UDP", "udp"],
    ["played", "RTSP", "tcp"],
  ] as const) {
    const url = await streamUri("RTP-Unicast", protocol, profile);
    const played = await playWithFfmpeg({ url, transport, width: 640, height: 360, frames: 15 });
    expect(played.counters.length, played.words).toBe(15);
    expect(areConsecutive(played.counters)).toBe(true);
  }
  await askFor(client, "trt:DeleteProfile", { ProfileToken: "played" });
});

test("snapshot URIs give JPEGs", async () => {
  for (const profile of FIXED) {
    const answer = await askFor(client, "trt:GetSnapshotUri", { ProfileToken: profile });
    const response = await fetch(textAt(answer, "trt:MediaUri", "tt:Uri"));
    expect(response.headers.get("Content-Type")).toBe("image/jpeg");
    expect((await response.bytes()).subarray(0, 2)).toEqual(new Uint8Array([0xff, 0xd8]));
  }
  expect(await faultOf(client, "trt:GetSnapshotUri", "<trt:ProfileToken>none</trt:ProfileToken>")).toEqual([
    "ter:InvalidArgVal",
    "ter:NoProfile",
  ]);
});

testWith("ffmpeg")("a synchronisation point is a keyframe at once", async () => {
  const gop = async (frames: string) => setEncoder(client, "VideoEncoderConfig_1", { "H264/GovLength": frames });
  expect((await gop("300")).status).toBe(200);
  const url = await streamUri("RTP-Unicast", "RTSP", "profile_2");
  const show = ["-select_streams", "v", "-show_entries", "packet=flags", "-of", "csv=p=0"];
  const probe = Bun.spawn(["ffprobe", "-v", "error", "-rtsp_transport", "tcp", ...show, url], { stdout: "pipe" });
  try {
    const flags: string[] = [];
    let asked: number | undefined;
    let rest = "";
    for await (const chunk of probe.stdout) {
      const lines = (rest + new TextDecoder().decode(chunk)).split("\n");
      rest = lines.pop() ?? "";
      flags.push(...lines);
      // a second without a keyframe, then another: the next would come after ten
      if (asked === undefined && flags.slice(-30).length === 30 && !flags.slice(-30).some(isKey)) {
        asked = flags.length;
        await askFor(client, "trt:SetSynchronizationPoint", { ProfileToken: "profile_2" });
      }
      if (asked !== undefined && flags.length > asked + 60) break;
    }
    expect(flags.slice(asked).filter(isKey).length).toBe(1);
  } finally {
    probe.kill();
    await gop("30");
  }
});

function isKey(flags: string): boolean {
  return flags.startsWith("K");
}

test("a synchronisation point is set, and video source modes are told", async () => {
  for (const profile of FIXED) await askFor(client, "trt:SetSynchronizationPoint", { ProfileToken: profile });
  expect(await faultOf(client, "trt:SetSynchronizationPoint", "<trt:ProfileToken>none</trt:ProfileToken>")).toEqual([
    "ter:InvalidArgVal",
    "ter:NoProfile",
  ]);
  const modes = await askFor(client, "trt:GetVideoSourceModes", { VideoSourceToken: "VideoSource_1" });
  const [mode = ""] = tokensOf(modes, "trt:VideoSourceModes");
  const wish = { VideoSourceToken: "VideoSource_1", VideoSourceModeToken: mode };
  expect(textAt(await askFor(client, "trt:SetVideoSourceMode", wish), "trt:Reboot")).toBe("false");
  const other = written("trt:x", { ...wish, VideoSourceModeToken: "none" });
  expect(await faultOf(client, "trt:SetVideoSourceMode", other)).toEqual([
    "ter:InvalidArgVal",
    "ter:NoVideoSourceMode",
  ]);
});

testWithSchemas("every answer passes ONVIF's schemas", () => {
  expect(client.schemaErrors()).toEqual([]);
});
