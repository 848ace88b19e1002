import scriptPath from "../../dist/web/main.js" with { type: "file" };
import { AppError } from "../core/errors.ts";
import stylePath from "../web/style.css" with { type: "file" };
import { type Route, route } from "./route.ts";
import { type StaticFile, serveFile, staticFile } from "./static-file.ts";

const ASSETS = "/assets";
/** Names of assets carry a hash of the content, so they never change. */
const FOR_EVER = { "Cache-Control": "public, max-age=31536000, immutable" } as const;
/** MJPEG is an image of ours; live video needs no leave. */
const PAGE_HEADERS = {
  "Cache-Control": "no-cache",
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
} as const;
const OPEN = { method: "GET", access: "open", rate: "unlimited", tag: "documentation" } as const;

interface Page {
  readonly page: StaticFile;
  readonly assets: ReadonlyMap<string, StaticFile>;
}

/** The page at `/`, made when first asked for. */
export function pageRoutes(title: string): readonly Route[] {
  let made: Promise<Page> | undefined;
  const page = () => {
    made ??= createPage(title);
    return made;
  };
  return [
    route({
      ...OPEN,
      path: "/",
      summary: "The live picture as a page",
      success: { mediaType: "text/html", also: [304] },
      answer: async ({ headers }) => serveFile((await page()).page, headers, PAGE_HEADERS),
    }),
    route({
      ...OPEN,
      path: `${ASSETS}/:file`,
      summary: "Files of the page",
      success: { mediaType: "*/*", also: [304] },
      answer: async ({ params, headers }) => {
        const asset = (await page()).assets.get(params.file ?? "");
        if (asset === undefined) throw new AppError("not-found", "There is no such resource");
        return serveFile(asset, headers, FOR_EVER);
      },
    }),
  ];
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
<footer><span id="readout"></span><span id="note" class="note" role="status"></span></footer>
</body>
</html>
`;
}
