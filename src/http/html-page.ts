/** What differs between the pages of the device. */
export interface HtmlPage {
  /** The product's own name. */
  readonly title: string;
  /** Paths. */
  readonly styles: readonly string[];
  /** Further elements of the head. */
  readonly head: readonly string[];
  readonly body: readonly string[];
}

/** The text of a page; nothing in it runs or styles inline, as its policy demands. */
export function htmlPage({ title, styles, head, body }: HtmlPage): string {
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">',
    `<title>${title}</title>`,
    ...styles.map((path) => `<link rel="stylesheet" href="${path}">`),
    ...head,
    "</head>",
    "<body>",
    ...body,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}
