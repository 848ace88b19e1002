import { afterAll, expect, test } from "bun:test";
import { createLog } from "../../src/core/log.ts";
import { eventRoutes } from "../../src/modules/events/index.ts";
import { EventLog } from "../../src/storage/event-log.ts";
import { curl } from "../support/curl.ts";
import { createTestDatabase } from "../support/database.ts";
import { startHttpFront } from "../support/http-front.ts";
import { ADMIN_PASSWORD } from "../support/identity.ts";
import { createManualClock } from "../support/manual-clock.ts";

const ADMIN = ["-u", `admin:${ADMIN_PASSWORD}`] as const;
const START_MS = 1_704_067_200_000;

const made = createTestDatabase();
const clock = createManualClock(START_MS);
const events = new EventLog(made.database, clock, createLog({ level: "error", write: () => {} }, "test"));
for (let number = 1; number <= 7; number += 1) {
  events.publish(number % 2 === 0 ? "motion-start" : "camera-online", { number, text: `100 % of zone_${number}` });
  clock.advanceMs(1000);
}
const front = await startHttpFront({ routes: eventRoutes(events) });
afterAll(async () => {
  await front.listener.stop();
  made[Symbol.dispose]();
});

const ask = (query: string) => curl(...ADMIN, `${front.url}/api/events${query}`);
const numbers = (list: unknown) => (list as { data: { number: number } }[]).map(({ data }) => data.number);

test("events come newest first, with the names of the WebSocket", async () => {
  const { json } = await ask("");
  expect(numbers(json.data)).toEqual([7, 6, 5, 4, 3, 2, 1]);
  expect((json.data as object[])[0]).toEqual({
    id: 7,
    event: "camera-online",
    time: START_MS + 6000,
    data: { number: 7, text: "100 % of zone_7" },
  });
  expect(json).not.toHaveProperty("next_cursor");
});

test("kind, time and text choose among them", async () => {
  expect(numbers((await ask("?kind=motion-start")).json.data)).toEqual([6, 4, 2]);
  expect(numbers((await ask(`?from=${START_MS + 5000}`)).json.data)).toEqual([7, 6]);
  const between = `from=${START_MS + 1000}&to=${START_MS + 4000}`;
  expect(numbers((await ask(`?${between}`)).json.data)).toEqual([4, 3, 2]);
  expect(numbers((await ask(`?${between}&kind=motion-start&limit=1`)).json.data)).toEqual([4]);
  const found = async (text: string) => numbers((await ask(`?search=${encodeURIComponent(text)}`)).json.data);
  expect(await found("ZONE_3")).toEqual([3]);
  // nothing in it means anything but itself
  expect((await found("100 % of")).length).toBe(7);
  for (const text of ["%one", "zone_%", "zone-3", "\\", "' OR 1=1 --", "<b>\u202e🎥"])
    expect(await found(text)).toEqual([]);
});

test("following next_cursor or the Link shows each event once, the query going along", async () => {
  let cursor: unknown;
  const seen: number[] = [];
  do {
    const { json } = await ask(`?limit=3${cursor === undefined ? "" : `&cursor=${cursor}`}`);
    seen.push(...numbers(json.data));
    cursor = json.next_cursor;
  } while (cursor !== undefined);
  expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);

  const found: number[] = [];
  let url: string | undefined = `${front.url}/api/v1/events?envelope=none&kind=camera-online&limit=2`;
  while (url !== undefined) {
    const { last }: Awaited<ReturnType<typeof curl>> = await curl(...ADMIN, url);
    found.push(...numbers(JSON.parse(last.text)));
    const [, next] = /^<([^>]+)>; rel="next"$/.exec(last.headers.get("link") ?? "") ?? [];
    url = next === undefined ? undefined : new URL(next, url).href;
  }
  expect(found).toEqual([7, 5, 3, 1]);
});

test("a page that ends with the last event says so", async () => {
  const { last, json } = await ask("?limit=7");
  expect([numbers(json.data).length, json.next_cursor, last.headers.has("link")]).toEqual([7, undefined, false]);
});

test.each([
  "limit=0",
  "limit=1001",
  "limit=-1",
  "limit=x",
  "cursor=x",
  "cursor=9999999999999999",
  "from=now",
  "to=-1",
  `search=${"x".repeat(10_000)}`,
  "kind=rain",
])("%s is refused by name", async (query) => {
  const { last, json } = await ask(`?${query}`);
  expect([last.status, json.code, json.key]).toEqual([400, "INVALID_VALUE", query.split("=")[0]]);
});
