import { useEffect, useRef } from "preact/hooks";
import { usePage, useText } from "../../app/page.ts";
import { hashOf } from "../../app/route.ts";
import { Button } from "../../design/button.tsx";
import { Icon } from "../../design/icon.tsx";
import { EmptyState } from "../../design/notes.tsx";
import { SYSTEM_PAGES, type SystemPage } from "./pages.ts";

/** The view "system": what the device is, who may use it, and what it does by itself. */
export function SystemView() {
  const { route } = usePage();
  const text = useText().system;
  const [, name = SYSTEM_PAGES[0].name] = route.segments.value;
  const page = SYSTEM_PAGES.find((each) => each.name === name);
  return (
    <div class="system">
      <PageList shown={page} />
      <div class="view system-page">
        <h1>{page === undefined ? text.title : text.pages[page.name]}</h1>
        {page === undefined ? (
          <EmptyState icon="question" title={text.noPage} />
        ) : (
          <Admitted key={page.name} page={page} />
        )}
      </div>
    </div>
  );
}

function PageList({ shown }: { readonly shown: SystemPage | undefined }) {
  const text = useText().system;
  const mayOpen = useMayOpen();
  const list = useRef<HTMLElement>(null);
  // on a phone the list is a strip, of which the shown page must be seen
  useEffect(() => {
    const current = list.current?.querySelector<HTMLElement>("[aria-current]");
    if (current != null) list.current?.scrollTo({ left: current.offsetLeft - list.current.clientWidth / 3 });
  }, [shown]);
  return (
    <nav ref={list} class="system-list" aria-label={text.title}>
      {SYSTEM_PAGES.map((page) => (
        <a
          key={page.name}
          class="system-link"
          href={hashOf("system", page.name)}
          aria-current={page === shown ? "page" : undefined}
        >
          {text.pages[page.name]}
          {!mayOpen(page) && <Icon name="lock" />}
        </a>
      ))}
    </nav>
  );
}

/** Whether the viewer may see a page. */
function useMayOpen(): (page: SystemPage) => boolean {
  const { session } = usePage();
  return ({ needs }) =>
    needs === "login" ? session.viewer.value?.user !== undefined : needs === undefined || session.may(needs);
}

/** The page, or why it is not for this viewer. */
function Admitted({ page }: { readonly page: SystemPage }) {
  const { session } = usePage();
  const text = useText();
  if (useMayOpen()(page)) return <page.Body />;
  const needsLogin = page.needs === "login" || session.viewer.value?.user === undefined;
  return (
    <EmptyState icon="lock" title={needsLogin ? text.system.needsLogin : text.app.refused.title}>
      {needsLogin ? (
        <Button kind="main" onClick={() => session.askForLogin(true)}>
          {text.app.login.logIn}
        </Button>
      ) : (
        <p>{text.app.refused.text(page.needs ?? "")}</p>
      )}
    </EmptyState>
  );
}
