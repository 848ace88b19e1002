import { describe, expect } from "bun:test";
import type { Page } from "playwright-core";
import { testWithNetwork } from "../support/conditional-tests.ts";
import { createRoutedNetwork, type RoutedNetwork } from "../support/routed-network.ts";
import { startServer, type TestServer, webrtcPortOf } from "../support/server.ts";
import { startTurnServer, TURN_SECRET, type TurnServer } from "../support/turn-server.ts";
import { until } from "../support/until.ts";
import { explained, launchBrowser, play, report } from "../support/webrtc-browser.ts";

const PASSWORD = "relay test 7";

/** WHEP by aiortc: prints our server-reflexive address and the sizes of the frames that it decoded. */
const AIORTC_VIEWER = `
import asyncio, base64, re, sys, urllib.request
from aiortc import RTCPeerConnection, RTCSessionDescription

async def main(url, password):
    connection = RTCPeerConnection()
    arrived = asyncio.get_running_loop().create_future()
    connection.on("track", lambda track: arrived.set_result(track))
    connection.addTransceiver("video", direction="recvonly")
    await connection.setLocalDescription(await connection.createOffer())
    headers = {"Content-Type": "application/sdp", "Authorization": "Basic " + base64.b64encode(b"admin:" + password.encode()).decode()}
    request = urllib.request.Request(url + "/api/whep/stream2", connection.localDescription.sdp.encode(), headers)
    answer = await asyncio.to_thread(lambda: urllib.request.urlopen(request).read().decode())
    print("srflx", *re.findall(r"udp \\d+ (\\S+) \\d+ typ srflx", answer))
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    track = await arrived
    for _ in range(45):
        frame = await track.recv()
        print(frame.width, frame.height, flush=True)
    await connection.close()

asyncio.run(asyncio.wait_for(main(sys.argv[1], sys.argv[2]), 30))
`;

interface Explained {
  readonly state: string;
  readonly ice: {
    readonly servers: readonly { url: string; server_reflexive: string[]; relay?: string; failure?: string }[];
    readonly pairs: readonly { selected: boolean; local: { type: string }; remote: { type: string } }[];
  };
}

function startCamera(
  { camera }: RoutedNetwork,
  servers: string,
  { secret = TURN_SECRET, authorities = "" } = {},
): Promise<TestServer> {
  const environment = {
    ROTORDREAM_LIMITS_API_PER_MINUTE: "0",
    ...(authorities === "" ? {} : { NODE_EXTRA_CA_CERTS: authorities }),
    ...(servers === "" ? {} : { ROTORDREAM_WEBRTC_ICE_SERVERS: servers, ROTORDREAM_WEBRTC_TURN_SECRET: secret }),
  };
  return startServer(["--listen", camera.address, "--admin-password", PASSWORD], environment, camera.prefix);
}

function httpPortOf({ http }: TestServer): number {
  return Number(new URL(http).port);
}

async function login(page: Page): Promise<void> {
  const body = JSON.stringify(JSON.stringify({ username: "admin", password: PASSWORD }));
  await page.evaluate(
    `fetch("/api/login", { method: "POST", headers: { "X-Requested-With": "rotordream" }, body: ${body} })`,
  );
}

/** A browser that reaches the camera's HTTP port only, with coturn on the router. */
async function watchThroughRelay(
  serversOf: (address: string) => string,
  body: (parts: { network: RoutedNetwork; server: TestServer; page: Page; turn: TurnServer }) => Promise<void>,
) {
  using network = createRoutedNetwork();
  await using turn = await startTurnServer(network.router);
  await using server = await startCamera(network, serversOf(network.router.address), { authorities: turn.authorities });
  network.allowOnly(httpPortOf(server));
  await using browser = await launchBrowser(network.viewer.prefix);
  const page = await browser.open(server.http);
  await login(page);
  await body({ network, server, page, turn });
}

/** Frames go on coming. */
async function demandPlaying(page: Page, index = 0): Promise<void> {
  const { framesDecoded } = await report(page, index);
  await until(async () => (await report(page, index)).framesDecoded > framesDecoded + 60);
}

function countOf(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

async function explanationOf(page: Page): Promise<Explained> {
  return (await explained(page)) as unknown as Explained;
}

async function selectedOf(page: Page): Promise<Explained["ice"]["pairs"][number] | undefined> {
  return (await explanationOf(page)).ice.pairs.find(({ selected }) => selected);
}

describe("where only a TURN server is reached by both", () => {
  for (const way of ["whep", "offered"] as const)
    testWithNetwork("nft", "coturn", "chromium")(
      `Chromium plays by ${way} through the camera's relay, which is given back at the end`,
      () =>
        watchThroughRelay(
          (address) => `turn:${address}`,
          async ({ network, server, page, turn }) => {
            await play(page, way);
            await demandPlaying(page);
            expect((await selectedOf(page))?.local.type).toBe("relay");
            const { ice } = await explanationOf(page);
            expect(ice.servers[0]).toMatchObject({
              url: `turn:${network.router.address}`,
              relay: expect.stringMatching(/^198\.18\.2\.1:\d+$/),
            });
            expect(JSON.stringify([ice, server.log])).not.toContain(TURN_SECRET);
            // with the last viewer, or with the camera
            if (way === "whep") await page.evaluate("fetch(viewers[0].session, { method: 'DELETE' })");
            else await server.stop();
            await until(async () => /refreshed.*lifetime=0/.test(await turn.log()));
            expect(countOf(await turn.log(), /ALLOCATE processed, success/g)).toBe(1);
          },
        ),
      60_000,
    );

  testWithNetwork("nft", "coturn", "chromium")(
    "Chromium plays relay to relay, with an answer that names no candidates",
    () =>
      watchThroughRelay(
        (address) => `turn:${address}`,
        async ({ network, page }) => {
          network.blockCameraUdp(3478);
          await page.evaluate(`(async () => {
            const { ice_servers: iceServers } = await (await fetch("/api/webrtc/offer")).json();
            await play("offered", "stream1", "", { iceServers, iceTransportPolicy: "relay" });
          })()`);
          await demandPlaying(page);
          expect(await selectedOf(page)).toMatchObject({ local: { type: "relay" } });
        },
      ),
    60_000,
  );

  for (const [name, urlOf] of [
    ["TCP", (address: string) => `turn:${address}?transport=tcp`],
    ["TLS", (address: string) => `turns:${address}`],
  ] as const)
    testWithNetwork("nft", "coturn", "chromium")(
      `Chromium plays twice over the camera's one ${name} connection to it, where UDP is blocked`,
      () =>
        watchThroughRelay(urlOf, async ({ network, page, turn }) => {
          network.blockCameraUdp();
          await play(page, "whep");
          await play(page, "offered", "stream2");
          for (const index of [0, 1]) await demandPlaying(page, index);
          expect(countOf(await turn.log(), /ALLOCATE processed, success/g)).toBe(1);
          const { ice } = await explanationOf(page);
          expect([ice.servers[0]?.failure, ice.pairs.find(({ selected }) => selected)?.local.type]).toEqual([
            undefined,
            "relay",
          ]);
        }),
      60_000,
    );

  testWithNetwork(
    "nft",
    "coturn",
    "chromium",
  )("a session goes on over another relay when coturn was started anew", async () => {
    using network = createRoutedNetwork();
    await using first = await startTurnServer(network.router);
    await using server = await startCamera(network, `turn:${network.router.address}`);
    network.allowOnly(httpPortOf(server));
    await using browser = await launchBrowser(network.viewer.prefix);
    const page = await browser.open(server.http);
    await login(page);
    await play(page, "whep");
    await first[Symbol.asyncDispose]();
    await using second = await startTurnServer(network.router);
    await until(async () => /ALLOCATE processed, success/.test(await second.log()), 30_000);
    await demandPlaying(page);
    expect((await explanationOf(page)).ice.pairs.map(({ local }) => local.type)).toEqual(["relay"]);
  });
});

describe("servers that are of no use", () => {
  for (const [name, url, secret, reason] of [
    ["that refuses our secret", "turn:198.18.2.1", "another secret", /error 401.*turn_secret/],
    ["that is silent", "turn:198.18.2.77", TURN_SECRET, undefined],
    [
      "whose certificate nobody vouches for",
      "turns:198.18.2.1",
      TURN_SECRET,
      /no connection to the server: .*certificate/,
    ],
    ["whose name nobody knows", "stun:nowhere.invalid", TURN_SECRET, /not known to DNS/],
  ] as const)
    testWithNetwork(
      "nft",
      "coturn",
      "chromium",
    )(`one ${name} delays nothing beyond half a second, and the session tells`, async () => {
      using network = createRoutedNetwork();
      await using _turn = await startTurnServer(network.router);
      await using server = await startCamera(network, url, { secret });
      await using browser = await launchBrowser(network.viewer.prefix);
      const page = await browser.open(server.http);
      await login(page);
      expect(await play(page, "whep")).toBeLessThan(4000);
      await demandPlaying(page);
      if (reason === undefined) {
        // what the last test of this file counts
        expect(network.strayPackets()).toBeGreaterThan(0);
        return;
      }
      await until(async () => reason.test((await explanationOf(page)).ice.servers[0]?.failure ?? ""));
      const told = () => server.log.filter(({ message }) => message === "a STUN or TURN server is of no use");
      await until(() => told().length > 0);
      expect(told().map((line) => line.url)).toEqual([url]);
      expect(JSON.stringify(server.log)).not.toContain(secret);
    });
});

describe("a camera behind a NAT", () => {
  testWithNetwork(
    "nft",
    "coturn",
    "chromium",
  )("is reached at its server-reflexive address, by a browser that named no candidates", async () => {
    using network = createRoutedNetwork();
    await using _stun = await startTurnServer(network.viewer);
    await using server = await startCamera(network, `stun:${network.viewer.address}`);
    network.hideCamera(httpPortOf(server), { udpPort: webrtcPortOf(server) });
    await using browser = await launchBrowser(network.viewer.prefix);
    const page = await browser.open(server.http.replace(network.camera.address, network.router.address));
    await login(page);
    await play(page, "offered");
    await demandPlaying(page);
    const { ice } = await explanationOf(page);
    const seen = `${network.router.address}:${webrtcPortOf(server)}`;
    expect(ice.servers).toEqual([{ url: `stun:${network.viewer.address}`, server_reflexive: [seen] }]);
    expect(ice.pairs.find(({ selected }) => selected)?.local.type).toBe("host");
  });

  testWithNetwork(
    "nft",
    "coturn",
    "aiortc",
  )("opens it by its own checks for a viewer that named its candidates", async () => {
    using network = createRoutedNetwork();
    await using _stun = await startTurnServer(network.viewer);
    await using server = await startCamera(network, `stun:${network.viewer.address}`);
    network.hideCamera(httpPortOf(server));
    const url = server.http.replace(network.camera.address, network.router.address);
    const client = Bun.spawn([...network.viewer.prefix, "/usr/bin/python3", "-c", AIORTC_VIEWER, url, PASSWORD], {
      stdout: "pipe",
      stderr: "pipe",
    });
    const [printed, complaints] = await Promise.all([
      new Response(client.stdout).text(),
      new Response(client.stderr).text(),
    ]);
    expect(printed, complaints).toMatch(new RegExp(`srflx ${network.router.address}\n(640 360\n){45}$`));
  });
});

testWithNetwork(
  "nft",
  "coturn",
  "chromium",
)("without servers in the configuration nothing is sent but to the viewer", async () => {
  using network = createRoutedNetwork();
  await using server = await startCamera(network, "");
  await using browser = await launchBrowser(network.viewer.prefix);
  const page = await browser.open(server.http);
  await login(page);
  await play(page, "whep");
  await demandPlaying(page);
  expect(network.strayPackets()).toBe(0);
});
