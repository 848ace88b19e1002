import { record, string, unknown } from "valibot";
import { AppError } from "../core/errors.ts";
import { createOpenApiDocument } from "./openapi.ts";
import { type Route, route } from "./route.ts";
import { serveFile } from "./static-file.ts";
import { createSwaggerPage, SWAGGER_ASSETS } from "./swagger-page.ts";

/** Names of assets carry a hash of the content, so they never change. */
const FOR_EVER = { "Cache-Control": "public, max-age=31536000, immutable" } as const;
/** Swagger UI's icons are `data:`, pictures that were tried out `blob:`. */
const PAGE_HEADERS = {
  "Cache-Control": "no-cache",
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
} as const;
const OPEN = { method: "GET", access: "open", rate: "unlimited", tag: "documentation" } as const;

/** The API document and the page that shows it, for `routes` and for themselves. Both are made when first asked for. */
export function documentationRoutes(
  routes: readonly Route[],
  product: { readonly name: string; readonly version: string },
): readonly Route[] {
  const document = once(() => createOpenApiDocument([...routes, ...own], product));
  const page = once(() => createSwaggerPage(`${product.name} API`));
  const own: readonly Route[] = [
    route({
      ...OPEN,
      path: "/swagger/json",
      summary: "The API as an OpenAPI document",
      success: { bare: record(string(), unknown()) },
      answer: async () => Response.json(await document()),
    }),
    route({
      ...OPEN,
      path: "/swagger",
      summary: "The API as a page",
      success: { mediaType: "text/html", also: [304] },
      answer: async ({ headers }) => serveFile((await page()).page, headers, PAGE_HEADERS),
    }),
    route({
      ...OPEN,
      path: `${SWAGGER_ASSETS}/:file`,
      summary: "Files of the page",
      success: { mediaType: "*/*", also: [304] },
      answer: async ({ params, headers }) => {
        const asset = (await page()).assets.get(params.file ?? "");
        if (asset === undefined) throw new AppError("not-found", "There is no such resource");
        return serveFile(asset, headers, FOR_EVER);
      },
    }),
  ];
  return own;
}

/** What `make` gives, made at the first call only; again after a failure. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
