import { afterAll, expect, test } from "bun:test";
import { curl } from "../support/curl.ts";
import { startHttpFront } from "../support/http-front.ts";
import { ADMIN_PASSWORD } from "../support/identity.ts";

const ADMIN = ["-u", `admin:${ADMIN_PASSWORD}`] as const;
const HOSTILE = "<b>\u202eעברית 🎥</b> 100 %";

const front = await startHttpFront();
afterAll(() => front.listener.stop());
const { audit } = front.identity;
const startMs = front.clock.wallMs();
for (let number = 1; number <= 6; number += 1) {
  front.clock.advanceMs(1000);
  const user = number % 2 === 0 ? "eva" : undefined;
  audit.record({ user, address: "192.0.2.7" }, number > 4 ? "token-added" : "login-failed", HOSTILE, { number });
}

const ask = (query: string) => curl(...ADMIN, `${front.url}/api/audit?${query}`);
const numbers = async (query: string) =>
  ((await ask(query)).json.data as { detail: { number?: number } }[]).flatMap(({ detail }) => detail.number ?? []);

test("user, action, time and text choose among the lines, page by page", async () => {
  expect(await numbers("action=token-added")).toEqual([6, 5]);
  expect(await numbers("user=eva")).toEqual([6, 4, 2]);
  expect(await numbers("user=eva&action=login-failed")).toEqual([4, 2]);
  expect(await numbers(`from=${startMs + 2000}&to=${startMs + 4000}`)).toEqual([3, 2]);
  expect(await numbers("search=192.0.2.7&user=eva")).toEqual([6, 4, 2]);
  const { json } = await ask("user=eva&limit=2");
  expect(await numbers(`user=eva&limit=2&cursor=${json.next_cursor}`)).toEqual([2]);
});

test("what stands in a filter is text", async () => {
  expect((await numbers(`search=${encodeURIComponent(HOSTILE)}`)).length).toBe(6);
  for (const text of [HOSTILE, "' OR 1=1 --", "%", "ev_", ""])
    expect(await numbers(`user=${encodeURIComponent(text)}`)).toEqual([]);
});

test.each(["action=rain", "from=now", "to=x", `user=${"x".repeat(10_000)}`, `search=${"🎥".repeat(1000)}`])(
  "%s is refused by name",
  async (query) => {
    const { last, json } = await ask(query);
    expect([last.status, json.code, json.key]).toEqual([400, "INVALID_VALUE", query.split("=")[0]]);
  },
);
