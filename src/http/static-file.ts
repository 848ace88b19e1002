import { promisify } from "node:util";
import { brotliCompress, constants, gunzip, gzip } from "node:zlib";

/** A file of a page, held in memory with its compressed forms. */
export interface StaticFile {
  readonly mediaType: string;
  /** Hex digits that change with the content. */
  readonly hash: string;
  readonly forms: Forms;
}

/** How a file travels. */
type Coding = "br" | "gzip" | "identity";

type Forms = Readonly<Partial<Record<Coding, Uint8Array<ArrayBuffer>>> & Record<"identity", Uint8Array<ArrayBuffer>>>;

const HASH_DIGITS = 16;
/** Half a second less than the best, for a hundredth more bytes. */
const BROTLI_QUALITY = 5;

/** Hashes and compresses a file, off the main thread: pictures must not wait for it. */
export async function staticFile(mediaType: string, content: Uint8Array<ArrayBuffer>): Promise<StaticFile> {
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
    promisify(gzip)(content),
  ]);
  const forms = { br: new Uint8Array(br), gzip: new Uint8Array(gz), identity: content };
  return { mediaType, hash: hashOf(content), forms };
}

/** A file that the build has compressed; browsers over plain HTTP take nothing smaller than gzip. */
export async function gzippedFile(mediaType: string, gz: Uint8Array<ArrayBuffer>): Promise<StaticFile> {
  const content = new Uint8Array(await promisify(gunzip)(gz));
  return { mediaType, hash: hashOf(content), forms: { gzip: gz, identity: content } };
}

/** A file that is as small as it gets, such as a PNG. */
export function plainFile(mediaType: string, content: Uint8Array<ArrayBuffer>): StaticFile {
  return { mediaType, hash: hashOf(content), forms: { identity: content } };
}

function hashOf(content: Uint8Array<ArrayBuffer>): string {
  return new Bun.CryptoHasher("sha256").update(content).digest("hex").slice(0, HASH_DIGITS);
}

/** Answers with a file in the best form that the client takes, or with 304 where it has it. `headers` say how long to keep it, and what it may do. */
export function serveFile(
  { mediaType, hash, forms }: StaticFile,
  request: Pick<Headers, "get">,
  headers: Readonly<Record<string, string>>,
): Response {
  const coding = acceptedCoding(request.get("accept-encoding") ?? "", forms);
  // Each form has its own tag, so that no cache mixes them up.
  const tag = `"${hash}-${coding}"`;
  const all = { ...headers, ETag: tag, Vary: "Accept-Encoding" };
  const known = (request.get("if-none-match") ?? "").split(",").map((each) => each.trim().replace(/^W\//, ""));
  if (known.includes(tag) || known.includes("*")) return new Response(null, { status: 304, headers: all });
  const encoding = coding === "identity" ? {} : { "Content-Encoding": coding };
  return new Response(forms[coding] ?? forms.identity, { headers: { ...all, ...encoding, "Content-Type": mediaType } });
}

function acceptedCoding(accepted: string, forms: Forms): Coding {
  const offers = accepted.toLowerCase().split(",");
  const takes = (coding: Coding) =>
    forms[coding] !== undefined &&
    offers.some((offer) => {
      const [name = "", ...parameters] = offer.split(";").map((part) => part.trim());
      return (name === coding || name === "*") && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
    });
  return takes("br") ? "br" : takes("gzip") ? "gzip" : "identity";
}
