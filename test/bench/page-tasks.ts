import type { Browser, Page } from "playwright-core";
import type { TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

/** A task for so long holds up a hand. */
const LONG_MS = 50;
const WATCHED_MS = 60_000;
const PLAY_LIMIT_MS = 30_000;
const SYSTEM_PAGES = ["overview", "streams", "events", "network", "users"];
const CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"];

/** Of Chromium's trace format, in microseconds. `tdur`: CPU time. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string; readonly data?: { readonly functionName?: string; readonly url?: string } };
}

/**
 * Tasks of the page's thread while live video runs and somebody works for a minute: moves sliders, opens every view, scrolls through the
 * recordings. `…CpuMs` leaves out what the thread waited for a processor.
 */
export async function measureTasks(
  browser: Browser,
  { http }: Pick<TestServer, "http">,
): Promise<Record<string, number>> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.request.post(`${http}/api/login`, { data: { username: "admin", password: "password" } });
  const page = await context.newPage();
  await page.goto(http);
  const isPlaying = async () => (await page.locator('.stage[data-state="playing"]').count()) === 1;
  await until(isPlaying, PLAY_LIMIT_MS);
  await browser.startTracing(page, { categories: CATEGORIES });
  const end = performance.now() + WATCHED_MS;
  let rounds = 0;
  while (performance.now() < end) {
    await workOnce(page, http);
    rounds++;
  }
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { readonly traceEvents: readonly TraceEvent[] };
  await context.close();
  return { rounds, ...summarize(trace.traceEvents) };
}

/** Once through everything, ending where it began. */
async function workOnce(page: Page, http: string): Promise<void> {
  const open = (place: string) => page.goto(`${http}/#/${place}`);
  await slide(page, '.deck input[type="range"]');
  await open("control/image");
  await page.locator(".control-part").waitFor();
  await slide(page, '[data-knob="brightness"] .slider');
  await open("recordings");
  await page.locator(".list-row").first().waitFor();
  for (let step = 0; step < 5; step++) await page.mouse.wheel(0, 400);
  await page.locator("#older").click();
  for (const each of SYSTEM_PAGES) {
    await open(`system/${each}`);
    await page.locator("h1").first().waitFor();
  }
  await open("");
  await until(async () => (await page.locator('.stage[data-state="playing"]').count()) === 1, PLAY_LIMIT_MS);
}

async function slide(page: Page, selector: string): Promise<void> {
  const slider = page.locator(selector).first();
  await slider.focus();
  for (const key of ["ArrowRight", "ArrowLeft"]) for (let step = 0; step < 10; step++) await slider.press(key);
}

function summarize(events: readonly TraceEvent[]): Record<string, number> {
  // the page's process is the one whose main thread ran the page's functions
  const ours = events.find(({ name, args }) => name === "FunctionCall" && args?.data?.url?.includes("/assets/"));
  const tasks = events.filter(({ name, pid, tid }) => name === "RunTask" && pid === ours?.pid && tid === ours.tid);
  const of = (measure: (task: TraceEvent) => number | undefined) =>
    tasks.map((task) => (measure(task) ?? 0) / 1000).sort((a, b) => b - a);
  const [cpu, wall] = [of(({ tdur }) => tdur), of(({ dur }) => dur)];
  const over = (times: readonly number[]) => times.filter((ms) => ms > LONG_MS).length;
  for (const task of tasks.filter(({ tdur = 0 }) => tdur / 1000 > LONG_MS)) console.log(describeTask(task, events));
  return {
    tasks: tasks.length,
    longestTaskCpuMs: cpu[0] ?? Number.NaN,
    tasksOver50CpuMs: over(cpu),
    longestTaskMs: wall[0] ?? Number.NaN,
    tasksOver50Ms: over(wall),
  };
}

/** What a long task was spent with. */
function describeTask(task: TraceEvent, events: readonly TraceEvent[]): string {
  const end = task.ts + (task.dur ?? 0);
  const inside = events.filter(
    ({ pid, tid, ts, dur = 0, name }) =>
      pid === task.pid && tid === task.tid && name !== "RunTask" && ts >= task.ts && ts + dur <= end && dur > 5000,
  );
  const parts = inside.map(({ name, dur = 0, args }) => {
    const what = args?.data?.functionName ?? args?.data?.url ?? "";
    return `${name}${what === "" ? "" : ` ${what}`} ${Math.round(dur / 1000)}`;
  });
  return `${Math.round((task.tdur ?? 0) / 1000)} ms of CPU in ${Math.round((task.dur ?? 0) / 1000)} ms: ${parts.join(", ")}`;
}
