import { afterAll, describe, expect, test } from "bun:test";
import { curl } from "../support/curl.ts";
import { startHttpFront } from "../support/http-front.ts";
import { ADMIN_PASSWORD } from "../support/identity.ts";

const ADMIN = ["-u", `admin:${ADMIN_PASSWORD}`] as const;

const front = await startHttpFront();
afterAll(() => front.listener.stop());

/** Pictures without end are tested by themselves. */
const ENDLESS = /^\/api\/mjpeg/;
/** Paths of the table without parameters, so that each can be asked as it stands. */
const paths = [...new Set(front.services.routes.map(({ path }) => path))].filter((path) => !path.includes(":"));
const gets = front.services.routes.filter(
  ({ method, path }) => method === "GET" && paths.includes(path) && !ENDLESS.test(path),
);

/** Status and headers of a GET; what follows may go on for ever. */
async function headOfGet(path: string): Promise<Pick<Response, "status" | "headers">> {
  const answer = await fetch(front.url + path, {
    headers: { Authorization: `Basic ${btoa(`admin:${ADMIN_PASSWORD}`)}` },
  });
  await answer.body?.cancel();
  return answer;
}

describe("every route of the table", () => {
  test.each(gets.map(({ path }) => path))("HEAD %s is GET without its body", async (path) => {
    const get = await headOfGet(path);
    const head = (await curl(...ADMIN, "-I", front.url + path)).last;
    expect([head.status, head.text]).toEqual([get.status, ""]);
    for (const name of ["content-type", "api-version", "cache-control"])
      expect(head.headers.get(name)).toBe(get.headers.get(name) ?? "missing");
  });

  test.each(paths)("%s: OPTIONS answers, wrong methods are 405, a trailing slash is 404", async (path) => {
    const options = (await curl("-X", "OPTIONS", front.url + path)).last;
    const allow = options.headers.get("allow") ?? "";
    expect([options.status, options.text]).toEqual([204, ""]);
    expect(allow).toEndWith("OPTIONS");
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"]) {
      if (allow.split(", ").includes(method)) continue;
      const refused = await curl("-X", method, front.url + path);
      expect([refused.last.status, refused.last.headers.get("allow"), refused.json.code]).toEqual([
        405,
        allow,
        "METHOD_NOT_ALLOWED",
      ]);
    }
    for (const strange of [`${path}/`, `/${path}`, path.toUpperCase()])
      expect((await curl(front.url + strange)).last.status).toBe(404);
  });

  test.each(gets.filter(({ path }) => path.startsWith("/api/")).map(({ path }) => path))(
    "%s stands below /api/v1 too",
    async (path) => {
      const status = async (at: string) => (await headOfGet(at)).status;
      expect(await status(path.replace("/api/", "/api/v1/"))).toBe(await status(path));
    },
  );

  test.each(gets.filter(({ path, success }) => path.startsWith("/api/") && "data" in success).map(({ path }) => path))(
    "%s: data stands inside the envelope, its members beside it, and bare when asked for",
    async (path) => {
      const { json } = await curl(...ADMIN, front.url + path);
      expect([json.status, json.timestamp]).toEqual(["success", front.clock.wallMs()]);
      const bare = JSON.parse((await curl(...ADMIN, `${front.url + path}?envelope=none`)).last.text);
      expect(Object.keys(bare).sort()).toEqual(Object.keys(json.data as object).sort());
      if (!Array.isArray(json.data)) {
        for (const [name, value] of Object.entries(json.data as object)) expect(json[name]).toEqual(value);
      }
    },
  );
});
