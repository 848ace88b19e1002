import scriptPath from "../../dist/web/main.js" with { type: "file" };
import stylePath from "../web/style.css" with { type: "file" };
import { type Page, pageRoutes } from "./page-routes.ts";
import type { Route } from "./route.ts";
import { staticFile } from "./static-file.ts";

const ASSETS = "/assets";
/** MJPEG is an image of ours; live video needs no leave. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** What the delay in the page's last line is. */
const READOUT_TITLE =
  "From the picture's capture in the camera until the browser puts it on the screen, by the camera's own clock, which is known to half of a round trip (±). The camera's exposure and the screen's delay come on top. Buffered: what pictures waited in the browser before they were decoded.";

/** The page at `/`. */
export function livePageRoutes(title: string): readonly Route[] {
  return pageRoutes({ path: "/", assets: ASSETS, summary: "The live picture as a page", policy: POLICY }, () =>
    createPage(title),
  );
}

async function createPage(title: string): Promise<Page> {
  const [script, style] = await Promise.all([
    staticFile("text/javascript; charset=utf-8", await Bun.file(scriptPath).bytes()),
    staticFile("text/css; charset=utf-8", await Bun.file(stylePath).bytes()),
  ]);
  const names = { script: `main.${script.hash}.js`, style: `style.${style.hash}.css` };
  const html = new Uint8Array(Buffer.from(pageText(title, names)));
  return {
    page: await staticFile("text/html; charset=utf-8", html),
    assets: new Map([
      [names.script, script],
      [names.style, style],
    ]),
  };
}

/** `title` is the product's own name. */
function pageText(title: string, names: { readonly script: string; readonly style: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${ASSETS}/${names.style}">
<script type="module" src="${ASSETS}/${names.script}"></script>
</head>
<body>
<header><h1>${title}</h1><span id="who"></span><button id="logout" type="button" hidden>Log out</button></header>
<main>
<form id="login" hidden>
<label>User<input name="username" autocomplete="username" required></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required></label>
<button>Log in</button>
</form>
<video id="video" autoplay muted playsinline hidden></video>
<img id="mjpeg" alt="Live picture" hidden>
</main>
<footer><span id="readout" title="${READOUT_TITLE}"></span><span id="note" class="note" role="status"></span></footer>
</body>
</html>
`;
}
