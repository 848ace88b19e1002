import { expect, test } from "bun:test";
import { brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { gzippedFile, plainFile, serveFile, staticFile } from "../../../src/http/static-file.ts";

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

test("a file that the build compressed travels by gzip or as it is, one that does not get smaller as it is", async () => {
  const packed = await gzippedFile("text/plain", new Uint8Array(gzipSync(TEXT)));
  const plain = plainFile("image/png", new Uint8Array([1, 2, 3]));
  const coding = (of: typeof packed, accepted: string) =>
    serveFile(of, new Headers({ "Accept-Encoding": accepted }), {}).headers.get("content-encoding");
  expect([coding(packed, "br, gzip"), coding(packed, "br"), coding(plain, "br, gzip")]).toEqual(["gzip", null, null]);
  expect(await serveFile(packed, new Headers(), {}).text()).toBe(TEXT);
  expect(packed.hash).toBe(file.hash);
});
