import type { Browser, BrowserContext, Page } from "playwright-core";
import { startBrowser } from "./browser.ts";
import { PEERS } from "./peers.ts";
import { startServer, type TestServer } from "./server.ts";
import { until } from "./until.ts";

/** How pages are looked at. */
export const DESK = { viewport: { width: 1440, height: 900 }, colorScheme: "dark" } as const;
/** Likewise, in German. */
export const PHONE = {
  viewport: { width: 360, height: 740 },
  colorScheme: "light",
  locale: "de",
  hasTouch: true,
} as const;
/** Of everybody but the administrator. */
export const USER_PASSWORD = "geheim geheim";
const ADMIN = { Authorization: `Basic ${btoa("admin:password")}` };

/** A server with a browser that opens its view "system", and what the server says to the administrator. */
export interface SystemViewTest extends AsyncDisposable {
  readonly server: TestServer;
  /** A page of the view, opened by somebody who is logged in; undefined: nobody. */
  openAs(user: string | undefined, part: string, look?: object): Promise<Page>;
  told<T>(path: string): Promise<T>;
  status(path: string): Promise<number>;
  /** What the server answers. */
  ask<T>(method: string, path: string): Promise<{ readonly data: T }>;
  /** Throws when the server refuses. */
  send(method: string, path: string, body?: unknown): Promise<void>;
  setting(key: string): Promise<unknown>;
  /** Waits until a setting has a value. */
  becomes(key: string, value: unknown): Promise<void>;
}

/** Starts both, the server with more arguments. */
export async function startSystemViewTest(...args: readonly string[]): Promise<SystemViewTest> {
  const server = await startServer(args, { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" });
  const browser = PEERS.chromium.isThere() ? await startBrowser() : undefined;
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${server.http}/api/${path}`, { headers: ADMIN, ...init });
  const told = async <T>(path: string) => ((await (await ask(path)).json()) as { readonly data: T }).data;
  const setting = async (key: string) => (await told<Record<string, unknown>>(`settings/${key}`))[key];
  const contextOf = logins(server.http);
  return {
    server,
    told,
    setting,
    ask: async <T>(method: string, path: string) =>
      (await (await ask(path, { method })).json()) as { readonly data: T },
    status: async (path) => (await ask(path)).status,
    async openAs(user, part, look = DESK) {
      if (browser === undefined) throw new Error("chromium is missing");
      const page = await (await contextOf(browser, user, look)).newPage();
      await page.goto(`${server.http}/#/system/${part}`);
      await page.waitForSelector(".system-page");
      return page;
    },
    async send(method, path, body) {
      const answer = await ask(path, { method, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    },
    becomes: (key, value) => until(async () => Bun.deepEquals(await setting(key), value)),
    async [Symbol.asyncDispose]() {
      await browser?.close();
      await server.stop();
    },
  };
}

/** Makes contexts of users; the administrator's login is made once, since passwords are slow to check, as they must be. */
function logins(url: string): (browser: Browser, user: string | undefined, look: object) => Promise<BrowserContext> {
  let kept: Awaited<ReturnType<BrowserContext["storageState"]>> | undefined;
  return async (browser, user, look) => {
    const isKept = user === "admin" && kept !== undefined;
    const context = await browser.newContext({
      ...look,
      ...(isKept && kept !== undefined ? { storageState: kept } : {}),
    });
    if (user === undefined || isKept) return context;
    const data = { username: user, password: user === "admin" ? "password" : USER_PASSWORD };
    const answer = await context.request.post(`${url}/api/login`, { data });
    if (!answer.ok()) throw new Error(`${user} cannot log in: ${answer.status()}`);
    if (user === "admin") kept = await context.storageState();
    return context;
  };
}
