import { afterAll, beforeAll, describe, expect } from "bun:test";
import { testWith } from "../support/conditional-tests.ts";
import type { PeerName } from "../support/peers.ts";
import {
  areConsecutive,
  type Played,
  type PlayOptions,
  playWithFfmpeg,
  playWithGstreamer,
  playWithOpenCv,
  playWithVlc,
} from "../support/players.ts";
import { startServer, type TestServer } from "../support/server.ts";

const FRAMES = 60;
const PASSWORD = "Sesam-öffne-dich 7";
const STREAMS = [
  { name: "stream1", width: 1920, height: 1080 },
  { name: "stream2", width: 640, height: 360 },
];

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const PLAYERS: readonly { readonly name: PeerName; readonly play: (options: PlayOptions) => Promise<Played> }[] = [
  { name: "ffmpeg", play: playWithFfmpeg },
  { name: "gstreamer", play: playWithGstreamer },
  { name: "opencv", play: playWithOpenCv },
  { name: "vlc", play: playWithVlc },
];

for (const { name, play } of PLAYERS) {
  describe(name, () => {
    for (const stream of STREAMS) {
      for (const transport of ["tcp", "udp"] as const) {
        testWith("ffmpeg", name)(`plays ${stream.name} over ${transport}, every frame once and in order`, async () => {
          const played = await play({ ...stream, transport, frames: FRAMES, url: `${server.rtsp}/${stream.name}` });
          expect(played.counters.length, played.words).toBe(FRAMES);
          expect(areConsecutive(played.counters), `${played.counters} ${played.words}`).toBe(true);
        });
      }
    }

    for (const only of ["tcp", "udp"] as const) {
      const other = only === "tcp" ? "udp" : "tcp";
      if (name === "opencv") continue;
      testWith("ffmpeg", name)(`falls back by itself from ${other} when the URL says ?${only}`, async () => {
        const played = await play({ ...fallbackFor(name, other), url: `${server.rtsp}/stream2?${only}` });
        expect(played.counters.length, played.words).toBe(FRAMES);
        expect(areConsecutive(played.counters), `${played.counters} ${played.words}`).toBe(true);
      });
    }
  });
}

testWith("ffmpeg")("tells players its rate, so that none takes the RTP clock for it", async () => {
  for (const { name } of STREAMS) {
    const probe = Bun.spawn([
      "ffprobe",
      "-v",
      "error",
      "-show_entries",
      "stream=avg_frame_rate",
      "-of",
      "csv=p=0",
      `${server.rtsp}/${name}`,
    ]);
    expect((await new Response(probe.stdout).text()).trim()).toBe("30/1");
  }
});

testWith("ffmpeg", "vlc")("vlc logs in with Digest", async () => {
  await using guarded = await startServer(["--anonymous", "guest", "--admin-password", PASSWORD]);
  const url = `${guarded.rtsp.replace("//", `//admin:${encodeURIComponent(PASSWORD)}@`)}/stream2`;
  const played = await playWithVlc({ url, width: 640, height: 360, frames: FRAMES, transport: "udp" });
  expect(played.counters.length, played.words).toBe(FRAMES);
  expect(areConsecutive(played.counters), `${played.counters} ${played.words}`).toBe(true);
});

/**
 * Players that choose by themselves get both transports to try, so that the refused one makes them go on; VLC always
 * has both.
 */
function fallbackFor(name: PeerName, first: "tcp" | "udp"): Omit<PlayOptions, "url"> {
  const size = { width: 640, height: 360, frames: FRAMES };
  if (name === "vlc") return { ...size, transport: first };
  const both = name === "gstreamer" ? "udp+tcp" : `${first}+${first === "udp" ? "tcp" : "udp"}`;
  return { ...size, transport: both as "tcp" };
}
