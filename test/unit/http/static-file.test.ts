import { expect, test } from "bun:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { serveFile, staticFile } from "../../../src/http/static-file.ts";

const TEXT = "a page ".repeat(100);
const file = await staticFile("text/plain", new Uint8Array(Buffer.from(TEXT)));
const ask = (headers: Record<string, string>) => serveFile(file, new Headers(headers), { "Cache-Control": "no-cache" });

test.each([
  ["br, gzip", "br"],
  ["gzip, deflate", "gzip"],
  ["GZIP;q=0.5", "gzip"],
  ["br;q=0, gzip", "gzip"],
  ["br;q=0.000, gzip;q=0", null],
  ["*", "br"],
  ["deflate", null],
  ["", null],
])("Accept-Encoding %j is answered with %j", async (accepted, coding) => {
  const answer = ask({ "Accept-Encoding": accepted });
  expect(answer.headers.get("content-encoding")).toBe(coding);
  const bytes = Buffer.from(await answer.arrayBuffer());
  const plain = coding === "br" ? brotliDecompressSync(bytes) : coding === "gzip" ? gunzipSync(bytes) : bytes;
  expect(plain.toString()).toBe(TEXT);
  expect(answer.headers.get("vary")).toBe("Accept-Encoding");
});

test("a client that has the file in this form is told so, in another form it is not", () => {
  const tag = ask({ "Accept-Encoding": "br" }).headers.get("etag") ?? "";
  const again = ask({ "Accept-Encoding": "br", "If-None-Match": `"other", W/${tag}` });
  expect([again.status, again.headers.get("etag"), again.headers.get("cache-control")]).toEqual([304, tag, "no-cache"]);
  expect(ask({ "Accept-Encoding": "gzip", "If-None-Match": tag }).status).toBe(200);
});
