import { record, string, unknown } from "valibot";
import { once } from "../core/once.ts";
import { OPEN, pageRoutes } from "./page-routes.ts";
import { type Route, route } from "./route.ts";
import { createSwaggerPage, SWAGGER_ASSETS } from "./swagger-page.ts";

/** Swagger UI's icons are `data:`, pictures that were tried out `blob:`. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The API document and the page that shows it, for `routes` and for themselves. Both are made when first asked for. */
export function documentationRoutes(
  routes: readonly Route[],
  product: { readonly name: string; readonly version: string },
): readonly Route[] {
  // loaded then too: few ask for it, and every start would wait
  const document = once(async () => {
    const { createOpenApiDocument } = await import("./openapi.ts");
    return await createOpenApiDocument([...routes, ...own], product);
  });
  const own: readonly Route[] = [
    route({
      ...OPEN,
      path: "/swagger/json",
      summary: "The API as an OpenAPI document",
      success: { bare: record(string(), unknown()) },
      answer: async () => Response.json(await document()),
    }),
    ...pageRoutes({ path: "/swagger", assets: SWAGGER_ASSETS, summary: "The API as a page", policy: POLICY }, () =>
      createSwaggerPage(`${product.name} API`),
    ),
  ];
  return own;
}
