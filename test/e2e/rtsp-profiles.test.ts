import { afterAll, beforeAll, describe, expect } from "bun:test";
import { testWith } from "../support/conditional-tests.ts";
import { describePath, overTcp, sessionOf } from "../support/described-path.ts";
import { areConsecutive, playWithFfmpeg, playWithGstreamer } from "../support/players.ts";
import { rebuildJpeg } from "../support/rtp-jpeg.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { readStrip } from "../support/strip.ts";
import { until } from "../support/until.ts";

const JPEG_SIZE = { width: 640, height: 360 } as const;
const FRAMES = 30;
/** The bars of the test picture are this bright; the text above them is left out. */
const BARS = { from: 40, to: 200 } as const;

let server: TestServer;
beforeAll(async () => {
  server = await startServer([], { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" });
});
afterAll(() => server.stop());

/** The capture times that JPEGs show in their strips, Unix milliseconds. */
async function timesShown(jpegs: Buffer): Promise<readonly (number | undefined)[]> {
  const gray = ["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "gray", "-"];
  const child = Bun.spawn(["ffmpeg", "-v", "error", "-f", "mjpeg", "-i", "-", ...gray], {
    stdin: jpegs,
    stdout: "pipe",
  });
  const pictures = new Uint8Array(await new Response(child.stdout).arrayBuffer());
  const { width, height } = JPEG_SIZE;
  const size = width * height;
  return Array.from(
    { length: pictures.length / size },
    (_, index) => readStrip(pictures.subarray(index * size, (index + 1) * size), width, height)?.unixMs,
  );
}

/** Every brightness that the picture's bars have, in order. */
function brightnessOf(picture: Uint8Array): readonly number[] {
  const { width } = JPEG_SIZE;
  return [...new Set(picture.subarray(BARS.from * width, BARS.to * width))].sort((one, other) => one - other);
}

for (const { name, play } of [
  { name: "ffmpeg", play: playWithFfmpeg },
  { name: "gstreamer", play: playWithGstreamer },
] as const) {
  describe(name, () => {
    for (const transport of ["tcp", "udp"] as const) {
      testWith("ffmpeg", name)(`plays JPEG over ${transport}, each picture once and in order`, async () => {
        const url = `${server.rtsp}/onvif/profile_jpeg`;
        const played = await play({ url, ...JPEG_SIZE, transport, frames: FRAMES, codec: "jpeg" });
        expect(played.counters.length, played.words).toBe(FRAMES);
        const steps = played.counters.slice(1).map((counter, index) => (counter ?? 0) - (played.counters[index] ?? 0));
        expect(Math.min(...steps), `${steps}`).toBeGreaterThan(0);
        const brightness = brightnessOf(played.lastPicture);
        expect(Math.min(...brightness)).toBeLessThan(5);
        expect(Math.max(...brightness)).toBeGreaterThan(250);
      });
    }
  });
}

testWith("ffmpeg")("JPEGs carry the time of the picture that they show, ten a second", async () => {
  const { client, base, setUp, packets, frames } = await describePath(server, "onvif/profile_jpeg");
  const session = { Session: sessionOf(await setUp(0, overTcp(0))) };
  await client.request("PLAY", base, session);
  const ends = () => packets(0).filter(({ marker }) => marker).length;
  await until(() => ends() >= 10);
  client.end();
  const report = frames.get(1)?.[0] ?? Buffer.alloc(0);
  const reportMs = (report.readUInt32BE(8) - 2_208_988_800) * 1000 + (report.readUInt32BE(12) / 2 ** 32) * 1000;
  const jpegs: Buffer[] = [];
  const toldMs: number[] = [];
  let payloads: Buffer[] = [];
  for (const { payload, marker, timestamp } of packets(0)) {
    payloads.push(payload);
    if (!marker) continue;
    jpegs.push(rebuildJpeg(payloads));
    toldMs.push(reportMs + ((timestamp - report.readUInt32BE(16)) | 0) / 90);
    payloads = [];
  }
  const shownMs = await timesShown(Buffer.concat(jpegs));
  expect(shownMs.length).toBe(jpegs.length);
  // the strip is drawn before the picture is complete; that it is this picture's time, to the microsecond, test/native shows
  for (const [index, told] of toldMs.entries()) expect(Math.abs(told - (shownMs[index] ?? 0))).toBeLessThan(100);
  // of 30 pictures a second; on a busy machine some are late
  expect(((shownMs.at(-1) ?? 0) - (shownMs[0] ?? 0)) / (shownMs.length - 1)).toBeGreaterThan(75);
});

testWith("ffmpeg")("profile_1 and profile_2 play the H.264 streams, every frame once and in order", async () => {
  for (const [profile, width, height] of [
    ["profile_1", 1920, 1080],
    ["profile_2", 640, 360],
  ] as const) {
    for (const transport of ["tcp", "udp"] as const) {
      const url = `${server.rtsp}/onvif/${profile}`;
      const played = await playWithFfmpeg({ url, width, height, transport, frames: FRAMES });
      expect(areConsecutive(played.counters), `${played.counters} ${played.words}`).toBe(true);
    }
  }
});

testWith("ffmpeg")("ffprobe sees the video and beside it metadata", async () => {
  for (const [profile, codec] of [
    ["profile_1", "h264"],
    ["profile_jpeg", "mjpeg"],
  ]) {
    const entries = ["-show_entries", "stream=codec_name,codec_type", "-of", "csv=p=0"];
    const probe = Bun.spawn(["ffprobe", "-v", "error", ...entries, `${server.rtsp}/onvif/${profile}`]);
    const lines = (await new Response(probe.stdout).text()).trim().split("\n");
    expect(lines).toEqual([`${codec},video`, "unknown,data"]);
  }
});

testWith("gstreamer")("GStreamer receives the metadata track by itself", async () => {
  const child = Bun.spawn(
    [
      "gst-launch-1.0",
      "-q",
      "rtspsrc",
      `location=${server.rtsp}/onvif/profile_1`,
      "protocols=udp",
      "latency=200",
      "name=src",
      ..."src. ! application/x-rtp,media=application ! fakesink dump=true sync=false async=false".split(" "),
      ..."src. ! application/x-rtp,media=video ! fakesink sync=false async=false".split(" "),
    ],
    { stdout: "pipe", stderr: "ignore" },
  );
  const timer = setTimeout(() => child.kill("SIGKILL"), 15_000);
  let dump = "";
  for await (const chunk of child.stdout) {
    dump += new TextDecoder().decode(chunk);
    if (dump.includes("tt:MetadataS")) break;
  }
  clearTimeout(timer);
  child.kill("SIGKILL");
  await child.exited;
  expect(dump).toContain("tt:MetadataS");
});
