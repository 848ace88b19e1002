import { htmlPage } from "./html-page.ts";
import { type Page, pageRoutes } from "./page-routes.ts";
import type { Route } from "./route.ts";
import { type StaticFile, staticFile } from "./static-file.ts";
import { readWebPack } from "./web-pack.ts";

const ASSETS = "/assets";
/** Pictures and video of ours, and those that the page holds itself; live video needs no leave. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** The page at `/`: all views of src/web, which it tells apart by the part of its address after `#`. */
export function livePageRoutes(title: string): readonly Route[] {
  return pageRoutes({ path: "/", assets: ASSETS, summary: "The web page of the device", policy: POLICY }, () =>
    createPage(title),
  );
}

async function createPage(title: string): Promise<Page> {
  const assets = await readWebPack();
  const named = (pattern: RegExp) => [...assets.keys()].filter((name) => pattern.test(name));
  const path = (name: string) => `${ASSETS}/${name}`;
  const links = (rel: string, pattern: RegExp) =>
    named(pattern).map((name) => `<link rel="${rel}" href="${path(name)}">`);
  const scripts = named(/^main\..*\.js$/);
  const html = htmlPage({
    title,
    styles: named(/^main\..*\.css$/).map(path),
    head: [
      // for the time until the page knows its colours
      '<meta name="theme-color" content="#0b0e10">',
      ...links("icon", /^icon\..*\.svg$/),
      ...links("apple-touch-icon", /^apple-touch-icon\./),
      ...links("manifest", /\.webmanifest$/),
      ...scripts
        .flatMap((script) => [...neededParts(script, assets)])
        .map((part) => `<link rel="modulepreload" href="${path(part)}">`),
      ...scripts.map((name) => `<script type="module" src="${path(name)}"></script>`),
    ],
    body: ['<div id="page"></div>', "<noscript>This page needs JavaScript.</noscript>"],
  });
  return { page: await textFile("text/html; charset=utf-8", html), assets };
}

/** What a script cannot begin without, so that the browser asks for all of it at once. */
function neededParts(script: string, assets: Page["assets"], found = new Set<string>()): ReadonlySet<string> {
  const text = new TextDecoder().decode(assets.get(script)?.forms.identity);
  for (const [, part = ""] of text.matchAll(/\b(?:from|import)\s*"\.\/([^"]+)"/g)) {
    if (found.has(part)) continue;
    found.add(part);
    neededParts(part, assets, found);
  }
  return found;
}

function textFile(mediaType: string, text: string): Promise<StaticFile> {
  return staticFile(mediaType, new Uint8Array(Buffer.from(text)));
}
