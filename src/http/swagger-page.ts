import stylePath from "../../dist/swagger/swagger-ui.css.zst" with { type: "file" };
import bundlePath from "../../dist/swagger/swagger-ui-bundle.js.zst" with { type: "file" };
import { htmlPage } from "./html-page.ts";
import type { Page } from "./page-routes.ts";
import { type StaticFile, staticFile } from "./static-file.ts";

/** Where the page finds its files. */
export const SWAGGER_ASSETS = "/swagger/assets";

/** No inline script: the page's policy forbids it. The header keeps the browser's own login box away; a login stays in this page only. */
const START = `
window.addEventListener("load", () => {
  SwaggerUIBundle({
    url: "/swagger/json",
    dom_id: "#swagger-ui",
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    deepLinking: true,
    displayRequestDuration: true,
    docExpansion: "list",
    tryItOutEnabled: true,
    persistAuthorization: false,
    withCredentials: true,
    validatorUrl: null,
    requestInterceptor: (request) => {
      request.headers["X-Requested-With"] = "rotordream";
      return request;
    },
  });
});
`;

/** Swagger UI on a page of our own. Reads the files that are embedded in the program and makes the page of them. */
export async function createSwaggerPage(title: string): Promise<Page> {
  const [bundle, style, start] = await Promise.all([
    embedded("text/javascript; charset=utf-8", bundlePath),
    embedded("text/css; charset=utf-8", stylePath),
    fileOf("text/javascript; charset=utf-8", START),
  ]);
  const named = { [`swagger-ui.${bundle.hash}.js`]: bundle, [`start.${start.hash}.js`]: start };
  const styleName = `swagger-ui.${style.hash}.css`;
  const html = htmlPage({
    title,
    styles: [`${SWAGGER_ASSETS}/${styleName}`],
    head: ['<link rel="icon" href="data:,">'],
    body: [
      '<div id="swagger-ui"></div>',
      ...Object.keys(named).map((script) => `<script src="${SWAGGER_ASSETS}/${script}"></script>`),
    ],
  });
  return {
    page: await fileOf("text/html; charset=utf-8", html),
    assets: new Map([...Object.entries(named), [styleName, style]]),
  };
}

async function embedded(mediaType: string, path: string): Promise<StaticFile> {
  return staticFile(mediaType, new Uint8Array(await Bun.zstdDecompress(await Bun.file(path).bytes())));
}

function fileOf(mediaType: string, text: string): Promise<StaticFile> {
  return staticFile(mediaType, new Uint8Array(Buffer.from(text)));
}
