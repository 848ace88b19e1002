import { expect } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { QualifiedName } from "../../src/soap/namespaces.ts";
import { findPath } from "../../src/soap/xml-element.ts";
import { readXml } from "../../src/soap/xml-reader.ts";
import { testWithNetwork, testWithNetworkAndSchemas } from "../support/conditional-tests.ts";
import { createNetwork } from "../support/network.ts";
import { envelope, schemaErrors } from "../support/onvif-client.ts";
import { numberAt, textAt } from "../support/onvif-media.ts";
import { startServer } from "../support/server.ts";
import { readStrip } from "../support/strip.ts";

const PASSWORD = "network test 7";
const SUB = { width: 640, height: 360 };
const PICTURES = 15;
/** Longer than any pause between pictures, and between sender reports. */
const SILENCE_S = 6;

/** Of all visitors. */
const answers: string[] = [];

/** A player and a client that share a machine of their own. */
function visitor(prefix: readonly string[], http: string) {
  const run = (...command: readonly string[]) =>
    Bun.spawnSync([...prefix, ...command], { stdin: "ignore", stderr: "pipe" });
  const ask = (operation: QualifiedName, content: string) => {
    const body = envelope(`<${operation}>${content}</${operation}>`);
    const login = ["--digest", "-u", `admin:${PASSWORD}`];
    const { stdout } = run("curl", "-sS", ...login, "-d", body, `${http}/onvif/media_service`);
    answers.push(stdout.toString());
    return findPath(readXml(stdout.toString()), "env:Body")?.children[0];
  };
  return { run, ask };
}

/** Whether anything comes to the group before the silence is long enough. */
function hears(run: ReturnType<typeof visitor>["run"], address: string, port: number, own: string): boolean {
  const script = `
import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", ${port}))
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("${address}") + socket.inet_aton("${own}"))
s.settimeout(${SILENCE_S})
try: print(len(s.recv(2048)))
except TimeoutError: print(0)
`;
  return Number(run("/usr/bin/python3", "-c", script).stdout.toString()) > 0;
}

testWithNetwork(
  "ffmpeg",
  "curl",
  "python",
)("multicast starts without a viewer, goes on after a restart and stops", async () => {
  using network = createNetwork();
  const folder = mkdtempSync(join(tmpdir(), "rotordream-multicast-"));
  const args = ["--listen", network.camera.address, "--admin-password", PASSWORD, "--data-dir", folder];
  const start = () => startServer(args, {}, network.camera.prefix);
  const profile = "<trt:ProfileToken>profile_2</trt:ProfileToken>";
  try {
    await using first = await start();
    const { ask, run } = visitor(network.viewer.prefix, first.http);
    const read = () => {
      const found = ask("trt:GetProfile", profile);
      const multicast = findPath(found, "trt:Profile", "tt:VideoEncoderConfiguration", "tt:Multicast");
      const metadata = findPath(found, "trt:Profile", "tt:MetadataConfiguration", "tt:Multicast");
      return {
        address: textAt(multicast, "tt:Address", "tt:IPv4Address"),
        port: numberAt(multicast, "tt:Port"),
        metadataPort: numberAt(metadata, "tt:Port"),
        isStarted: [multicast, metadata].map((each) => textAt(each, "tt:AutoStart")),
      };
    };
    const before = read();
    expect(before).toMatchObject({ port: 5006, metadataPort: 5010, isStarted: ["false", "false"] });
    expect(hears(run, before.address, before.port, network.viewer.address)).toBe(false);
    const setup =
      "<trt:StreamSetup><tt:Stream>RTP-Multicast</tt:Stream><tt:Transport><tt:Protocol>UDP</tt:Protocol></tt:Transport></trt:StreamSetup>";
    const uri = textAt(ask("trt:GetStreamUri", setup + profile), "trt:MediaUri", "tt:Uri");
    expect(uri).toBe(`${first.rtsp}/onvif/profile_2`);

    expect(ask("trt:StartMulticastStreaming", profile)?.name).toBe("StartMulticastStreamingResponse");
    expect(read()).toEqual({ ...before, isStarted: ["true", "true"] });
    const sdp = join(folder, "group.sdp");
    writeFileSync(
      sdp,
      `v=0\no=- 0 0 IN IP4 ${before.address}\ns=-\nc=IN IP4 ${before.address}/1\nt=0 0\nm=video ${before.port} RTP/AVP 96\na=rtpmap:96 H264/90000\na=fmtp:96 packetization-mode=1\n`,
    );
    const input = ["-protocol_whitelist", "file,rtp,udp", "-i", sdp, "-frames:v", String(PICTURES)];
    const output = ["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "gray", "-"];
    const { stdout, stderr } = run("ffmpeg", "-v", "warning", "-nostdin", ...input, ...output);
    const bytes = SUB.width * SUB.height;
    const counters = Array.from({ length: Math.floor(stdout.length / bytes) }, (_, index) =>
      readStrip(stdout.subarray(index * bytes, (index + 1) * bytes), SUB.width, SUB.height),
    );
    expect(counters.filter((strip) => strip !== undefined).length, stderr.toString()).toBe(PICTURES);

    expect(hears(run, before.address, before.metadataPort, network.viewer.address)).toBe(true);
    // sender reports too
    expect(hears(run, before.address, before.port + 1, network.viewer.address)).toBe(true);

    await first.stop();
    await using second = await start();
    const again = visitor(network.viewer.prefix, second.http);
    expect(hears(again.run, before.address, before.port, network.viewer.address)).toBe(true);
    expect(again.ask("trt:StopMulticastStreaming", profile)?.name).toBe("StopMulticastStreamingResponse");
    for (const port of [before.port, before.metadataPort])
      expect(hears(again.run, before.address, port, network.viewer.address)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

testWithNetworkAndSchemas(
  "ffmpeg",
  "curl",
  "python",
)("every answer passes ONVIF's schemas", () => {
  expect(schemaErrors(answers)).toEqual([]);
});
