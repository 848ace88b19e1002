import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../design/icon.tsx";
import { EmptyState } from "../design/notes.tsx";
import { ToastRegion } from "../design/toast.tsx";
import { Account } from "./account.tsx";
import { Arrival } from "./arrival.tsx";
import { ConnectionBanner } from "./connection-banner.tsx";
import { FirstLoginView } from "./first-login.tsx";
import { LoadedView } from "./loaded-view.tsx";
import { LoginDialog, LoginView } from "./login.tsx";
import { usePage, useText } from "./page.ts";
import { hashOf } from "./route.ts";
import { VIEWS, type View, viewAt } from "./views.ts";

/** The frame around the views: the way to each of them, the state of the connection, and what must be dealt with first. */
export function Shell() {
  const { session, toasts } = usePage();
  const text = useText().app;
  const view = useShownView();
  const viewer = session.viewer.value;
  const needsPassword = viewer?.mustChangePassword === true;
  // who may see nothing is asked for a login in place of the view
  const isLoginView = viewer !== undefined && viewer.permissions.size === 0 && viewer.user === undefined;
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => document.getElementById("view")?.focus()}>
        {text.skip}
      </button>
      {viewer !== undefined && !isLoginView && !needsPassword && <Navigation shown={view} />}
      <div class="shell-body">
        <ConnectionBanner />
        <main id="view" tabIndex={-1}>
          {viewer === undefined ? (
            <Arrival />
          ) : needsPassword ? (
            <FirstLoginView />
          ) : isLoginView ? (
            <LoginView />
          ) : (
            <Place key={viewer.user} view={view} />
          )}
        </main>
      </div>
      {session.isLoginAsked.value && !isLoginView && <LoginDialog />}
      <ToastRegion toasts={toasts} dismissLabel={text.dismiss} />
    </div>
  );
}

/** The view that the address names; undefined: none. */
function useShownView(): View | undefined {
  const { route } = usePage();
  const view = viewAt(route.segments.value);
  const { views } = useText().app;
  const product = useRef(document.title);
  useEffect(() => {
    document.title = view === undefined ? product.current : `${views[view.name]} – ${product.current}`;
  }, [view, views]);
  return view;
}

function Navigation({ shown }: { readonly shown: View | undefined }) {
  const text = useText().app;
  return (
    <nav class="rail" aria-label={text.navigation}>
      {VIEWS.map((view) => (
        <a
          key={view.name}
          class="place"
          href={hashOf(...(view.path === "" ? [] : [view.path]))}
          aria-current={view === shown ? "page" : undefined}
        >
          <Icon name={view.icon} />
          <span class="place-name">{text.views[view.name]}</span>
        </a>
      ))}
      <Account />
    </nav>
  );
}

function Place({ view }: { readonly view: View | undefined }) {
  const { session } = usePage();
  const text = useText().app;
  if (view === undefined) {
    return (
      <EmptyState icon="question" title={text.missing.title}>
        <p>{text.missing.text}</p>
        <a href={hashOf()}>{text.missing.back}</a>
      </EmptyState>
    );
  }
  if (view.permission !== undefined && !session.may(view.permission)) {
    return (
      <EmptyState icon="lock" title={text.refused.title}>
        <p>{text.refused.text(view.permission)}</p>
      </EmptyState>
    );
  }
  return <LoadedView key={view.name} view={view} />;
}
