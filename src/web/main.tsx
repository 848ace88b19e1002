import { render } from "preact";
import { keepFocus } from "./app/keep-focus.ts";
import { createPage, PageContext } from "./app/page.ts";
import { segmentsOf } from "./app/route.ts";
import { Shell } from "./app/shell.tsx";
import { viewAt } from "./app/views.ts";

// it will be wanted once the camera has said who we are; what fails is tried again, and told, by then
viewAt(segmentsOf(location.hash))
  ?.load()
  .catch(() => undefined);

const page = await createPage();
render(
  <PageContext.Provider value={page}>
    <Shell />
  </PageContext.Provider>,
  document.getElementById("page") ?? document.body,
);
keepFocus();
