import { render } from "preact";
import { createPage, PageContext } from "./app/page.ts";
import { Shell } from "./app/shell.tsx";

const page = await createPage();
render(
  <PageContext.Provider value={page}>
    <Shell />
  </PageContext.Provider>,
  document.getElementById("page") ?? document.body,
);
