import packPath from "../../dist/web/page.pack" with { type: "file" };
import { gzippedFile, plainFile, type StaticFile } from "./static-file.ts";

const LINE_END = 0x0a;

/** An entry of the first line, which `build.ts` writes. */
interface PackedFile {
  readonly name: string;
  readonly mediaType: string;
  readonly coding?: "gzip";
  readonly bytes: number;
}

/** The files that the build has made of src/web, by name; names of scripts and styles change with their content. */
export async function readWebPack(): Promise<ReadonlyMap<string, StaticFile>> {
  const pack = await Bun.file(packPath).bytes();
  const begin = pack.indexOf(LINE_END) + 1;
  const index: readonly PackedFile[] = JSON.parse(new TextDecoder().decode(pack.subarray(0, begin)));
  let offset = begin;
  const files = index.map(async ({ name, mediaType, coding, bytes }) => {
    const body = pack.slice(offset, offset + bytes);
    offset += bytes;
    return [name, coding === "gzip" ? await gzippedFile(mediaType, body) : plainFile(mediaType, body)] as const;
  });
  return new Map(await Promise.all(files));
}
