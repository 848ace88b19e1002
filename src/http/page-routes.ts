import { AppError } from "../core/errors.ts";
import { once } from "../core/once.ts";
import { type Route, route } from "./route.ts";
import { type StaticFile, serveFile } from "./static-file.ts";

/** A page and what it loads. */
export interface Page {
  readonly page: StaticFile;
  /** By name; a name changes with the content. */
  readonly assets: ReadonlyMap<string, StaticFile>;
}

/** Where a page stands and what it may do. */
export interface PagePlace {
  readonly path: `/${string}`;
  /** The folder of its assets. */
  readonly assets: `/${string}`;
  readonly summary: string;
  /** Its Content-Security-Policy. */
  readonly policy: string;
}

/** Names of assets carry a hash of the content, so they never change. */
const FOR_EVER = { "Cache-Control": "public, max-age=31536000, immutable" } as const;

/** Of routes that tell nothing about the device. */
export const OPEN = { method: "GET", access: "open", rate: "unlimited", tag: "documentation" } as const;

/** The routes of a page, which is made when first asked for. */
export function pageRoutes(
  { path, assets, summary, policy }: PagePlace,
  create: () => Promise<Page>,
): readonly Route[] {
  const page = once(create);
  const headers = { "Cache-Control": "no-cache", "Content-Security-Policy": policy };
  return [
    route({
      ...OPEN,
      path,
      summary,
      success: { mediaType: "text/html", also: [304] },
      answer: async (visit) => serveFile((await page()).page, visit.headers, headers),
    }),
    route({
      ...OPEN,
      path: `${assets}/:file`,
      summary: "Files of the page",
      success: { mediaType: "*/*", also: [304] },
      answer: async (visit) => {
        const asset = (await page()).assets.get(visit.params.file ?? "");
        if (asset === undefined) throw new AppError("not-found", "There is no such resource");
        return serveFile(asset, visit.headers, FOR_EVER);
      },
    }),
  ];
}
