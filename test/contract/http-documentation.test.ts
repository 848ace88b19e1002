import { afterAll, expect, test } from "bun:test";
import { curl } from "../support/curl.ts";
import { startHttpFront } from "../support/http-front.ts";

const front = await startHttpFront();
afterAll(() => front.listener.stop());

const page = (await curl(`${front.url}/swagger`)).last;
const assets = [...page.text.matchAll(/"(\/swagger\/assets\/[^"]+)"/g)].map(([, path = ""]) => path);

test("the page loads only what the device has, and nothing in it runs by itself", async () => {
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(assets.length).toBe(3);
  expect(page.text).not.toMatch(/https?:|<script>|\son\w+=|style=/);
  const policy = page.headers.get("content-security-policy");
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toContain("unsafe");
  for (const path of ["/swagger/json", ...assets]) {
    const { headers } = (await curl(front.url + path)).last;
    expect(headers.get("content-security-policy")).toBe("default-src 'none'; frame-ancestors 'none'");
  }
});

test("files of the page are kept for ever and travel compressed", async () => {
  for (const path of assets) {
    const plain = (await curl(front.url + path)).last;
    const small = (await curl("-H", "Accept-Encoding: br", front.url + path)).last;
    expect(small.headers.get("content-encoding")).toBe("br");
    expect(Number(small.headers.get("content-length"))).toBeLessThan(Number(plain.headers.get("content-length")));
    expect(plain.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    const tag = plain.headers.get("etag") ?? "";
    expect((await curl("-H", `If-None-Match: ${tag}`, front.url + path)).last.status).toBe(304);
    expect((await curl("-I", front.url + path)).last.headers.get("content-length")).toBe(
      plain.headers.get("content-length") ?? "missing",
    );
  }
});

test("other names below are not files of the device", async () => {
  for (const name of ["..%2f..%2f..%2fetc%2fpasswd", "swagger-ui.css", "%00", "x".repeat(3000)])
    expect((await curl(`${front.url}/swagger/assets/${name}`)).last.status).toBe(404);
});

test("the document has exactly the routes of the table", async () => {
  const { json } = await curl(`${front.url}/swagger/json`);
  const documented = Object.entries(json.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const declared = front.services.routes.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`);
  expect(documented.sort()).toEqual(declared.sort());
});
