import { afterAll, describe, expect, test } from "bun:test";
import { unknown } from "valibot";
import { AppError } from "../../src/core/errors.ts";
import { route } from "../../src/http/route.ts";
import { curl } from "../support/curl.ts";
import { startHttpFront } from "../support/http-front.ts";

const OLD = {
  method: "GET",
  path: "/api/old",
  access: "open",
  rate: "api",
  deprecated: { since: "2026-11-25", sunset: "2027-06-01" },
  tag: "system",
  summary: "A test",
  success: { data: unknown() },
} as const;

const front = await startHttpFront({
  routes: [
    route({
      ...OLD,
      answer: () => {
        throw new AppError("unavailable", "It is gone already");
      },
    }),
  ],
});
afterAll(() => front.listener.stop());

describe("deprecated routes", () => {
  test("say since when and until when, in both forms and also with errors", async () => {
    for (const path of ["/api/old", "/api/v1/old", "/api/old?x=1"]) {
      const { headers } = (await curl(front.url + path)).last;
      expect(headers.get("deprecation")).toBe("@1795564800");
      expect(headers.get("sunset")).toBe("Tue, 01 Jun 2027 00:00:00 GMT");
    }
    expect((await curl(`${front.url}/api/info`)).last.headers.has("deprecation")).toBe(false);
  });

  test("need six months of notice", () => {
    const declare = (since: string, sunset: string) => () =>
      route({ ...OLD, deprecated: { since, sunset }, answer: () => null });
    expect(declare("2026-11-25", "2027-05-01")).toThrow("less than six months");
    expect(declare("today", "2027-06-01")).toThrow();
    expect(declare("2026-11-25", "2027-05-25")).not.toThrow();
  });
});
