import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { type Control, createControl } from "../api/control.ts";
import { createHttp, type HttpApi } from "../api/http.ts";
import { createSession, type Session } from "../api/session.ts";
import { createToasts, type Toasts } from "../design/toast.tsx";
import type { Text } from "../text/en.ts";
import { sentenceOf } from "../text/error-sentence.ts";
import type { Formats } from "../text/formats.ts";
import { createDrafts, type Drafts } from "./drafts.ts";
import { loadPreferences, type Preferences } from "./preferences.ts";
import { createRoute, type Route } from "./route.ts";

/** Everything that a view may need, made once. */
export interface Page {
  readonly http: HttpApi;
  readonly session: Session;
  readonly control: Control;
  readonly preferences: Preferences;
  readonly route: Route;
  readonly drafts: Drafts;
  readonly toasts: Toasts;
  /** Shows an error as a toast; fits `promise.catch(page.report)`. */
  readonly report: (error: unknown) => void;
}

/** Builds the page's parts, in order. */
export async function createPage(): Promise<Page> {
  const preferences = await loadPreferences();
  const session: Session = createSession(() => http);
  const http = createHttp(() => session.askForLogin(true));
  const socketUrl = new URL("/api/v1", location.href.replace(/^http/, "ws"));
  const control = createControl(session, socketUrl.href);
  const toasts = createToasts();
  // another tab may have logged in or out meanwhile
  addEventListener("focus", () => session.viewer.peek() && session.recheck().catch(() => undefined));
  const report = (error: unknown) => toasts.show("error", sentenceOf(error, preferences.text.peek().errors));
  const drafts = createDrafts(session);
  return { http, session, control, preferences, route: createRoute(), drafts, toasts, report };
}

/** Hands the page down to its views. */
export const PageContext = createContext<Page | undefined>(undefined);

/** The page that this component is part of. */
export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === undefined) throw new Error("there is no PageContext around this component");
  return page;
}

/** The texts in the language in force. */
export function useText(): Text {
  return usePage().preferences.text.value;
}

/** How numbers and times are written in it. */
export function useFormats(): Formats {
  return usePage().preferences.formats.value;
}
