import { describe, expect, test } from "bun:test";
import { testWith, testWithNetwork } from "../support/conditional-tests.ts";
import { Viewer } from "../support/load/viewer.ts";
import { createNetwork } from "../support/network.ts";
import { areConsecutive, playWithFfmpeg } from "../support/players.ts";
import { startServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const FRAMES = 45;
const SUB = { width: 640, height: 360, frames: FRAMES };
const PASSWORD = "network test 7";

describe("IPv6", () => {
  for (const transport of ["tcp", "udp"] as const) {
    testWith("ffmpeg")(`plays over ${transport}`, async () => {
      await using server = await startServer();
      const url = `${server.rtsp.replace("127.0.0.1", "[::1]")}/stream2`;
      const played = await playWithFfmpeg({ ...SUB, url, transport });
      expect(played.counters.length, played.words).toBe(FRAMES);
      expect(areConsecutive(played.counters)).toBe(true);
    });
  }
});

describe("across a network", () => {
  for (const transport of ["udp", "tcp", "udp_multicast"] as const) {
    testWithNetwork("ffmpeg")(`plays over ${transport} after a login`, async () => {
      using network = createNetwork();
      const args = ["--listen", network.camera.address, "--admin-password", PASSWORD];
      await using server = await startServer(args, {}, network.camera.prefix);
      const url = `${server.rtsp.replace("rtsp://", `rtsp://admin:${encodeURIComponent(PASSWORD)}@`)}/stream2`;
      const played = await playWithFfmpeg({ ...SUB, url, transport: transport as "udp" }, network.viewer.prefix);
      expect(played.counters.length, played.words).toBe(FRAMES);
      expect(areConsecutive(played.counters)).toBe(true);
    });
  }
});

testWithNetwork("ffmpeg")("a profile's JPEG and metadata go to the group, each at a pair of ports", async () => {
  using network = createNetwork();
  const args = ["--listen", network.camera.address, "--admin-password", PASSWORD];
  await using server = await startServer(args, {}, network.camera.prefix);
  const login = `admin:${encodeURIComponent(PASSWORD)}@`;
  const url = `${server.rtsp.replace("rtsp://", `rtsp://${login}`)}/onvif/profile_jpeg`;
  const transport = "udp_multicast" as "udp";
  const played = await playWithFfmpeg({ ...SUB, url, transport }, network.viewer.prefix);
  expect(played.counters.length, played.words).toBe(FRAMES);
  expect(played.counters, played.words).not.toContain(undefined);
});

describe("a UDP viewer that vanishes", () => {
  test("is forgotten ten seconds after its last report", async () => {
    await using server = await startServer([], { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" });
    const count = async () => {
      const answer = (await (await fetch(`${server.http}/api/streams`)).json()) as {
        data: { viewers: { rtsp_udp: number } }[];
      };
      return answer.data[1]?.viewers.rtsp_udp;
    };
    const viewer = new Viewer({ url: `${server.rtsp}/stream2`, transport: "udp" });
    await viewer.play();
    await viewer.started;
    expect(await count()).toBe(1);
    const vanished = performance.now();
    viewer.vanish();
    await until(async () => (await count()) === 0, 20_000);
    expect(performance.now() - vanished).toBeGreaterThan(5000);
  }, 30_000);

  test("gives its slot to a player that comes from the same address", async () => {
    await using server = await startServer();
    const url = `${server.rtsp}/stream2`;
    const crashed = Array.from({ length: 10 }, () => new Viewer({ url, transport: "udp" }));
    await Promise.all(crashed.map((viewer) => viewer.play()));
    const refused = new Viewer({ url, transport: "udp" });
    await expect(refused.play()).rejects.toThrow("453");
    for (const viewer of crashed) viewer.vanish();
    const restarted = Array.from({ length: 10 }, () => new Viewer({ url, transport: "udp" }));
    for (const viewer of restarted) {
      await viewer.play();
      await viewer.started;
    }
    for (const viewer of restarted) await viewer.leave();
  });
});
