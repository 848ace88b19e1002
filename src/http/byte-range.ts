/** First and last byte, both included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * What a `Range` header asks of `size` bytes (RFC 9110 §14): `all` where there is none, or one that may be ignored (other units, several
 * ranges, nonsense); `none` where it can be read but nothing of it is there.
 */
export function byteRange(header: string | null, size: number): ByteRange | "all" | "none" {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/i.exec(header?.trim() ?? "") ?? [];
  if (from === undefined || to === undefined || (from === "" && to === "")) return "all";
  if (from === "") {
    const length = Math.min(Number(to), size);
    return length === 0 ? "none" : { first: size - length, last: size - 1 };
  }
  const first = Number(from);
  const last = to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== "" && Number(to) < first) return "all";
  return first >= size ? "none" : { first, last };
}

/** Bytes that can be had in part, such as a blob. */
export interface RangedContent {
  readonly size: number;
  slice(begin: number, end: number): Blob | ReadableStream<Uint8Array>;
}

/** What is served; the headers say what it is. */
export interface ServedContent {
  /** Names the bytes, without quotes. */
  readonly tag: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The answer, 304 or 412, where the tag alone decides; undefined: the bytes are wanted. */
export function answerByTag(request: Pick<Headers, "get">, content: ServedContent): Response | undefined {
  const headers = headersOf(content);
  if (matches(request.get("if-none-match"), headers.ETag)) return new Response(null, { status: 304, headers });
  const required = request.get("if-match");
  const isAnother = required !== null && !matches(required, headers.ETag);
  return isAnother ? new Response(null, { status: 412, headers }) : undefined;
}

/** Answers with a blob, whole or in part, or by its tag. */
export function serveBlob(blob: RangedContent, request: Pick<Headers, "get">, content: ServedContent): Response {
  const byTag = answerByTag(request, content);
  if (byTag !== undefined) return byTag;
  const all = headersOf(content);
  const condition = request.get("if-range");
  const isCurrent = condition === null || condition === all.ETag;
  const range = byteRange(isCurrent ? request.get("range") : null, blob.size);
  if (range === "none") {
    return new Response(null, { status: 416, headers: { ...all, "Content-Range": `bytes */${blob.size}` } });
  }
  if (range === "all")
    return new Response(blob.slice(0, blob.size), { headers: { ...all, "Content-Length": String(blob.size) } });
  const { first, last } = range;
  return new Response(blob.slice(first, last + 1), {
    status: 206,
    headers: {
      ...all,
      "Content-Length": String(last + 1 - first),
      "Content-Range": `bytes ${first}-${last}/${blob.size}`,
    },
  });
}

function headersOf({ tag, headers }: ServedContent) {
  return { ...headers, ETag: `"${tag}"`, "Accept-Ranges": "bytes" };
}

function matches(header: string | null, etag: string): boolean {
  const tags = (header ?? "").split(",").map((each) => each.trim().replace(/^W\//, ""));
  return tags.includes(etag) || tags.includes("*");
}

/** `Content-Disposition` for a download under a name of any letters (RFC 6266, RFC 8187). */
export function attachment(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/gu, "_");
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
