import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { testWith } from "../support/conditional-tests.ts";
import { type RtspAnswer, RtspClient } from "../support/load/rtsp-client.ts";
import { areConsecutive, playWithFfmpeg, playWithGstreamer } from "../support/players.ts";
import { type RtpPacket, readRtp, rebuildJpeg } from "../support/rtp-jpeg.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { readStrip } from "../support/strip.ts";
import { until } from "../support/until.ts";

const JPEG_SIZE = { width: 640, height: 360 } as const;
/** Of 30 pictures a second every third is sent. */
const JPEG_STEP = 3;
const FRAMES = 30;
/** The bars of the test picture are this bright; the text above them is left out. */
const BARS = { from: 40, to: 200 } as const;

const header = (answer: RtspAnswer, name: string) => answer.headers.get(name)?.[0] ?? "";
const sessionOf = (answer: RtspAnswer) => header(answer, "session").split(";")[0] ?? "";
const tcp = (channel: number) => ({ Transport: `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}` });

let server: TestServer;
beforeAll(async () => {
  server = await startServer([], { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" });
});
afterAll(() => server.stop());

/** A client that has described `path` and keeps what comes on each channel. */
async function describePath(path: string) {
  const frames = new Map<number, Buffer[]>();
  const order: number[] = [];
  const client = await RtspClient.connect({
    url: `${server.rtsp}/${path}`,
    onFrame: (channel, bytes, start, end) => {
      order.push(channel);
      frames.set(channel, [...(frames.get(channel) ?? []), Buffer.from(bytes.subarray(start, end))]);
    },
  });
  const described = await client.request("DESCRIBE", client.url, { Accept: "application/sdp" });
  const base = header(described, "content-base");
  const setUp = (track: number, headers: Record<string, string>) =>
    client.request("SETUP", `${base}trackID=${track}`, headers);
  const packets = (channel: number): RtpPacket[] => (frames.get(channel) ?? []).map(readRtp);
  return { client, described, base, setUp, packets, frames, order };
}

/** Whole documents of a metadata track. */
function documentsOf(packets: readonly RtpPacket[]): string[] {
  const documents: string[] = [];
  let text = "";
  for (const { payload, marker } of packets) {
    text += payload.toString();
    if (!marker) continue;
    documents.push(text);
    text = "";
  }
  return documents;
}

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
      testWith("ffmpeg", name)(
        `plays JPEG over ${transport}, ten pictures a second, each once and in order`,
        async () => {
          const url = `${server.rtsp}/onvif/profile_jpeg`;
          const played = await play({ url, ...JPEG_SIZE, transport, frames: FRAMES, codec: "jpeg" });
          expect(played.counters.length, played.words).toBe(FRAMES);
          const steps = played.counters
            .slice(1)
            .map((counter, index) => (counter ?? 0) - (played.counters[index] ?? 0));
          // on a busy machine pictures are late, never more, twice or out of order
          expect(Math.min(...steps), `${steps}`).toBeGreaterThan(0);
          const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
          expect(mean, `${steps}`).toBeGreaterThan(JPEG_STEP - 0.5);
          const brightness = brightnessOf(played.lastPicture);
          expect(Math.min(...brightness)).toBeLessThan(5);
          expect(Math.max(...brightness)).toBeGreaterThan(250);
        },
      );
    }
  });
}

testWith("ffmpeg")("JPEGs carry the time of the picture that they show", async () => {
  const { client, base, setUp, packets, frames } = await describePath("onvif/profile_jpeg");
  const session = { Session: sessionOf(await setUp(0, tcp(0))) };
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
  // the strip is drawn a few milliseconds before the picture is complete
  for (const [index, told] of toldMs.entries()) expect(Math.abs(told - (shownMs[index] ?? 0))).toBeLessThan(30);
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

describe("a session of two tracks", () => {
  test("is described, set up track by track, and told where each begins", async () => {
    const { client, described, base, setUp, packets, frames, order } = await describePath("onvif/profile_2");
    const sections = described.body.split(/(?=^m=)/m);
    expect(sections[1]).toMatch(/^m=video 0 RTP\/AVP 96\r\n[\s\S]*a=control:trackID=0\r\n$/);
    expect(sections[2]).toBe(
      "m=application 0 RTP/AVP 107\r\na=rtpmap:107 vnd.onvif.metadata/90000\r\na=control:trackID=1\r\n",
    );
    const video = await setUp(0, tcp(0));
    const session = { Session: sessionOf(video) };
    expect((await setUp(1, { ...session, ...tcp(0) })).status).toBe(461);
    const metadata = await setUp(1, { ...session, Transport: "RTP/AVP/TCP;unicast" });
    expect(sessionOf(metadata)).toBe(session.Session);
    expect(header(metadata, "transport")).toContain("interleaved=2-3");
    const played = await client.request("PLAY", base, session);
    const starts = header(played, "rtp-info").split(",");
    expect(starts.map((start) => start.replace(/seq=\d+;rtptime=\d+/, ""))).toEqual([
      `url=${base}trackID=0;`,
      `url=${base}trackID=1;`,
    ]);
    await until(() => packets(2).length >= 3);
    for (const [index, channel] of [0, 2].entries()) {
      const [first] = packets(channel);
      expect(starts[index]).toContain(`seq=${first?.sequence};`);
      const report = frames.get(channel + 1)?.[0];
      expect([report?.[1], report?.readUInt32BE(4)]).toEqual([200, first?.ssrc ?? 0]);
      // both clocks are the capture's: RTP time says the same of both tracks
      const ageMs = (((report?.readUInt32BE(16) ?? 0) - (first?.timestamp ?? 0)) | 0) / 90;
      expect(Math.abs(ageMs)).toBeLessThan(2500);
    }
    expect(order.slice(0, 2).sort()).toEqual([1, 3]);
    for (const document of documentsOf(packets(2)))
      expect(document).toContain('<tt:MetadataStream xmlns:tt="http://www.onvif.org/ver10/schema"/>');
    expect((await client.request("TEARDOWN", `${base}trackID=1`, session)).status).toBe(200);
    const [left, seen] = [packets(2).length, packets(0).length];
    await until(() => packets(0).length > seen + 40);
    expect(packets(2).length).toBe(left);
    expect((await client.request("TEARDOWN", base, session)).status).toBe(200);
    expect((await client.request("PLAY", base, session)).status).toBe(454);
    client.end();
  });

  test("may have the metadata alone", async () => {
    const { client, base, setUp, packets } = await describePath("onvif/profile_1");
    const session = { Session: sessionOf(await setUp(1, tcp(4))) };
    const played = await client.request("PLAY", base, session);
    expect(header(played, "rtp-info")).toMatch(/^url=[^,]*trackID=1;seq=\d+;rtptime=\d+$/);
    await until(() => documentsOf(packets(4)).length >= 2);
    client.end();
  });

  test("pauses and goes on with both", async () => {
    const { client, base, setUp, packets } = await describePath("onvif/profile_jpeg");
    const session = { Session: sessionOf(await setUp(0, tcp(0))) };
    await setUp(1, { ...session, ...tcp(2) });
    await client.request("PLAY", base, session);
    await until(() => packets(0).length > 10 && packets(2).length > 0);
    expect((await client.request("PAUSE", base, session)).status).toBe(200);
    const [pictures, documents] = [packets(0).length, packets(2).length];
    const again = await client.request("PLAY", base, session);
    await until(() => packets(0).length > pictures && packets(2).length > documents);
    const [first] = packets(0).slice(pictures);
    expect(header(again, "rtp-info")).toContain(`seq=${first?.sequence};`);
    client.end();
  });

  test("is of one presentation", async () => {
    const { client, setUp } = await describePath("stream1");
    const session = { Session: sessionOf(await setUp(0, tcp(0))) };
    const profile = `${server.rtsp}/onvif/profile_1`;
    expect((await client.request("SETUP", `${profile}/trackID=1`, { ...session, ...tcp(2) })).status).toBe(459);
    for (const path of [
      "onvif",
      "onvif/nothing",
      "onvif/profile_1/x",
      "cam1/onvif/profile_1",
      "onvif/profile_1/trackID=2",
    ])
      expect((await client.request("DESCRIBE", `${server.rtsp}/${path}`)).status).toBe(404);
    expect((await client.request("SETUP", `${server.rtsp}/stream1/trackID=1`, tcp(6))).status).toBe(404);
    client.end();
  });
});

test("viewers count at the stream that they see, those of JPEG apart", async () => {
  const viewers = async () => {
    const answer = (await (await fetch(`${server.http}/api/streams`)).json()) as {
      data: readonly { readonly viewers: Readonly<Record<string, number>> }[];
    };
    return answer.data.map(({ viewers: { rtsp_tcp, rtsp_jpeg, total } }) => [rtsp_tcp, rtsp_jpeg, total]);
  };
  await until(async () => `${await viewers()}` === "0,0,0,0,0,0");
  for (const [profile, expected] of [
    [
      "profile_jpeg",
      [
        [0, 0, 0],
        [0, 1, 1],
      ],
    ],
    [
      "profile_2",
      [
        [0, 0, 0],
        [1, 0, 1],
      ],
    ],
  ] as const) {
    const { client, base, setUp } = await describePath(`onvif/${profile}`);
    const session = { Session: sessionOf(await setUp(0, tcp(0))) };
    await setUp(1, { ...session, ...tcp(2) });
    await client.request("PLAY", base, session);
    expect(await viewers()).toEqual(expected as unknown as number[][]);
    client.end();
    await until(async () => `${await viewers()}` === "0,0,0,0,0,0");
  }
});
