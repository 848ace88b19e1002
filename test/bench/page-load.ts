import type { Browser } from "playwright-core";
import type { TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { median } from "./median.ts";

/** Of the target: 10 Mbit/s, and the round trip of a building's network. */
const LINK = { offline: false, latency: 20, downloadThroughput: 10e6 / 8, uploadThroughput: 10e6 / 8 };
const ROUNDS = 5;
const LIMIT_MS = 30_000;

/** Of each visitor, what must be there before he can do something. `controls`: the camera's state has come too. */
const SIGNS = {
  stranger: { login: "#login button[type=submit]:not(:disabled)" },
  user: {
    controls: "#record, .deck input[type=range]",
    picture: '.stage[data-state="playing"]',
  },
} as const;

/** Times, milliseconds since the navigation began, at which each sign was first there, as the page itself saw it. */
const WATCH = (signs: Readonly<Record<string, string>>) => `
  globalThis.seenAt = {};
  const look = () => {
    for (const [name, selector] of Object.entries(${JSON.stringify(signs)}))
      if (document.querySelector(selector) !== null) seenAt[name] ??= performance.now();
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
`;

/** From the navigation until the page can be used, with an empty cache over 10 Mbit/s: medians, milliseconds. Of a server where nobody may look without a login. */
export async function measureLoad(
  browser: Browser,
  { http }: Pick<TestServer, "http">,
): Promise<Record<string, number>> {
  const result: Record<string, number> = {};
  for (const [visitor, signs] of Object.entries(SIGNS)) {
    const rounds: Record<string, number>[] = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push(await visit(browser, http, visitor === "user", signs));
    for (const name of Object.keys(signs)) {
      const times = rounds.map((times) => times[name] ?? Number.NaN);
      result[`${name}MedianMs`] = median(times);
      result[`${name}BestMs`] = Math.min(...times);
    }
    result[`${visitor}Kilobytes`] = median(rounds.map(({ bytes = Number.NaN }) => bytes / 1000));
  }
  return result;
}

async function visit(
  browser: Browser,
  http: string,
  isUser: boolean,
  signs: Readonly<Record<string, string>>,
): Promise<Record<string, number>> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const data = { username: "admin", password: "password" };
  if (isUser) await context.request.post(`${http}/api/login`, { data });
  const page = await context.newPage();
  const devices = await context.newCDPSession(page);
  await devices.send("Network.enable");
  await devices.send("Network.emulateNetworkConditions", LINK);
  await page.addInitScript(WATCH(signs));
  await page.goto(http);
  const count = () => page.evaluate<number>("Object.keys(seenAt).length");
  await until(async () => (await count()) === Object.keys(signs).length, LIMIT_MS);
  const seen = await page.evaluate<Record<string, number>>("seenAt");
  const bytes = await page.evaluate<number>(
    "performance.getEntriesByType('resource').reduce((sum, { transferSize }) => sum + transferSize, 0)",
  );
  await context.close();
  return { ...seen, bytes };
}
