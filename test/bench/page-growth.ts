import type { Browser, CDPSession, Page } from "playwright-core";
import { openControlSocket } from "../support/control-socket.ts";
import type { TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

/** The page's own clocks go so many times faster, so that a quarter of an hour fits into the stay at a view. */
const HASTE = 10;
const STAY_MS = 60_000;
/** Changes that the camera tells of meanwhile: more than a day of a camera that somebody turns now and then. */
const CHANGES = 10_000;
/** Nothing moves there. What was shown before is let go of within seconds. */
const QUIET_PLACE = "system/account";
const SETTLE_MS = 2000;
const PLACES = ["", "control/image", "recordings", "system/overview", "system/streams", "system/events"];
const WARM_UP_ROUNDS = 3;
const ROUNDS = 15;
const LIMIT_MS = 30_000;
/** Timers below a second are gestures and animations. */
const HURRY = `
  const slow = setInterval;
  globalThis.setInterval = (handler, ms, ...more) => slow(handler, ms >= 1000 ? ms / ${HASTE} : ms, ...more);
`;

/** What a page holds after everything that can be forgotten was. */
interface Holding {
  readonly heapKb: number;
  readonly nodes: number;
  readonly listeners: number;
}

/** How much a page holds more after a day's worth of messages and looks at the live view, and after many ways through all views. */
export async function measureGrowth(
  browser: Browser,
  server: Pick<TestServer, "http">,
): Promise<Record<string, number>> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.request.post(`${server.http}/api/login`, { data: { username: "admin", password: "password" } });
  const page = await context.newPage();
  await page.addInitScript(HURRY);
  const devices = await context.newCDPSession(page);
  await devices.send("Performance.enable");
  await page.goto(`${server.http}/#/control/image`);
  await roam(page, server.http, WARM_UP_ROUNDS);
  // what is made only once is made now
  await stay(page, server);
  const hold = async () => {
    await page.goto(`${server.http}/#/${QUIET_PLACE}`);
    await Bun.sleep(SETTLE_MS);
    return await holdingOf(devices);
  };
  const before = await hold();
  const told = await stay(page, server);
  const stayed = await hold();
  await roam(page, server.http, ROUNDS);
  const roamed = await hold();
  await context.close();
  return {
    heapKb: before.heapKb,
    changesTold: told,
    ...grown("stay", before, stayed),
    ...grown("roam", stayed, roamed),
  };
}

/** Looks at the live picture while the camera tells of changes. Resolves with how many were made. */
async function stay(page: Page, server: Pick<TestServer, "http">): Promise<number> {
  await page.goto(`${server.http}/#/`);
  using socket = await openControlSocket(server);
  const end = performance.now() + STAY_MS;
  let told = 0;
  while (told < CHANGES && performance.now() < end) {
    await socket.ask({ brightness: 40 + (told % 20) });
    told++;
  }
  await socket.ask({ brightness: 50 });
  await until(() => performance.now() > end, STAY_MS);
  return told;
}

/** Ends at the live picture. */
async function roam(page: Page, http: string, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const place of [...PLACES, ""]) {
      await page.goto(`${http}/#/${place}`);
      await page
        .locator(place === "" ? '.stage[data-state="playing"]' : "h1, h2")
        .first()
        .waitFor({ timeout: LIMIT_MS });
    }
  }
}

async function holdingOf(devices: CDPSession): Promise<Holding> {
  // what one collection frees lets another free more
  for (let round = 0; round < 3; round++) await devices.send("HeapProfiler.collectGarbage");
  const { metrics } = await devices.send("Performance.getMetrics");
  const of = (wanted: string) => metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN;
  return { heapKb: of("JSHeapUsedSize") / 1000, nodes: of("Nodes"), listeners: of("JSEventListeners") };
}

function grown(prefix: string, before: Holding, after: Holding): Record<string, number> {
  return {
    [`${prefix}HeapKb`]: after.heapKb - before.heapKb,
    [`${prefix}Nodes`]: after.nodes - before.nodes,
    [`${prefix}Listeners`]: after.listeners - before.listeners,
  };
}
