import { afterAll, beforeAll, describe, expect } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBrowser } from "../support/browser.ts";
import { makeCameraMedia, showsTestSource } from "../support/camera-media.ts";
import { MachineServer, SERVER_PORTS } from "../support/machine-server.ts";
import { PEERS } from "../support/peers.ts";
import { isSlate, PixelViewer } from "../support/pixel-viewer.ts";
import { until } from "../support/until.ts";
import {
  BOOT_LIMIT_MS,
  describeWithMachine,
  MACHINE_LIMIT_MS,
  testInMachine,
  UVC_MODULES,
  UvcCamera,
  VirtualMachine,
} from "../support/virtual-machine.ts";
import { openPage } from "../support/web-page.ts";

const IS_LONG = process.env.RD_LONG === "1";
/** How often the plug is pulled. */
const ROUNDS = IS_LONG ? 20 : 3;
const STREAMS = ["stream1", "stream2", "stream2"] as const;
/** The promises: slate and pictures at the viewer, counted from the plug. */
const SLATE_LIMIT_MS = 1000;
const RESUME_LIMIT_MS = 3000;
const ROUND_LIMIT_MS = 15_000;

const CAMERAS = [
  { name: "a camera that sends JPEGs", kind: "mjpeg" },
  { name: "a camera whose own H.264 is passed through", kind: "h264" },
] as const;

describeWithMachine("unplugging under viewers", () => {
  for (const { name, kind } of CAMERAS) describe(name, () => unplugging(kind));
});

function unplugging(kind: "mjpeg" | "h264"): void {
  const folder = mkdtempSync(join(tmpdir(), "v4l2-unplug-"));
  let machine: VirtualMachine;
  let camera: UvcCamera;
  let server: MachineServer;
  let viewers: PixelViewer[] = [];

  beforeAll(async () => {
    const media = makeCameraMedia(folder, "640x360", 30);
    machine = await VirtualMachine.boot({ modules: UVC_MODULES, ports: SERVER_PORTS, folders: [folder] });
    camera = await UvcCamera.attach(machine, `--${kind} ${media[kind]} --size 640x360 --fps 30 --no-yuyv`);
    server = await MachineServer.start(machine, "auto");
    viewers = STREAMS.map((stream) => new PixelViewer(server.url(stream)));
    await all(showsTestSource, MACHINE_LIMIT_MS);
  }, BOOT_LIMIT_MS);
  afterAll(async () => {
    for (const viewer of viewers) await viewer.close();
    await machine?.stop();
    rmSync(folder, { recursive: true });
  });

  /** Waits until every viewer has seen such a picture. */
  const all = (isWanted: Parameters<PixelViewer["waitFor"]>[0], limitMs: number) =>
    Promise.all(viewers.map((viewer) => viewer.waitFor(isWanted, limitMs)));

  testInMachine(
    `shows the slate within 1 s and the camera again within 3 s, ${ROUNDS} times, and disconnects nobody`,
    async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const slate = all(isSlate, SLATE_LIMIT_MS);
        await Promise.all([camera.unplug(), slate]);
        await machine.waitFor("test ! -e /dev/video0", SLATE_LIMIT_MS);
        const resumed = all(showsTestSource, RESUME_LIMIT_MS);
        await Promise.all([camera.replug(), resumed]);
        expect(viewers.map((viewer) => viewer.isConnected)).toEqual(viewers.map(() => true));
      }
    },
    ROUNDS * ROUND_LIMIT_MS,
  );

  testInMachine("leaks no descriptors of lost devices", async () => {
    const { stdout } = await machine.run("ls -l /proc/$(pidof rotordream)/fd | grep -c /dev/video");
    // the capture and the controls of the one that is there
    expect(stdout.trim()).toBe("2");
  });

  if (IS_LONG && kind === "mjpeg" && PEERS.chromium.isThere())
    testInMachine("tells it on the page to who asks why there is no picture", async () => {
      const browser = await startBrowser();
      const page = await openPage(browser, server.http);
      const explains = (words: RegExp) =>
        until(async () => words.test((await page.locator("#findings").allTextContents()).join(" ")), MACHINE_LIMIT_MS);
      await page.locator("#why").click();
      await camera.unplug();
      await explains(/gives no picture\. The camera .* is not connected\. Plug it in/);
      await camera.replug();
      // what the guest sends over UDP stays there, and that is told as well
      await explains(/^(?!.*gives no picture).*does not get through/);
      await browser.close();
    });

  testInMachine("lets viewers come while the camera is away, who then see it return", async () => {
    await Promise.all([camera.unplug(), all(isSlate, SLATE_LIMIT_MS)]);
    const late = new PixelViewer(server.url("stream2"));
    viewers.push(late);
    await late.waitFor(isSlate, MACHINE_LIMIT_MS);
    await Promise.all([camera.replug(), all(showsTestSource, RESUME_LIMIT_MS)]);
  });
}
