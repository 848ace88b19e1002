import { computed, effect } from "@preact/signals";
import type { SettingName } from "../../settings/keys.ts";
import type { RequestError } from "./request-error.ts";
import type { Session } from "./session.ts";
import { createSettings, type Settings } from "./settings.ts";
import { createLink, type Link, type Message } from "./socket.ts";

/** What is told only to who subscribes: state that changes by itself, and events. */
export type Topic = Extract<SettingName, "streams" | "viewers" | "storage" | "temperature" | "warnings"> | "events";

/** An event of the camera (contract websocket.md, "Events"); `time` in Unix milliseconds. */
export interface DeviceEvent {
  readonly event: string;
  readonly time: number;
  readonly data: Message;
}

/** The page's live connection to the camera. */
export interface Control {
  readonly link: Pick<Link, "state" | "retryAtMs" | "retry">;
  readonly settings: Settings;
  /** Asks to be told; the function returned ends that. Values come in `settings`. */
  subscribe(topic: Topic): () => void;
  /** Calls back at events while somebody is subscribed to them. */
  onEvent(listener: (event: DeviceEvent) => void): () => void;
}

const NOBODY = { user: "", permissions: new Set<string>(), mustChangePassword: false };

/** Connects while the viewer may read anything, anew when somebody else logs in. */
export function createControl(session: Session, url: string): Control {
  const topics = new Map<Topic, number>();
  const listeners = new Set<(event: DeviceEvent) => void>();
  const ignore = () => undefined; // who asks may lack the permission, or the connection, which asks again
  const settings = createSettings((changes) => link.request(changes));
  const askForAll = () => {
    link.request({ get: "*" }).then(settings.replace, ({ failure }: RequestError) => {
      // who may read nothing has no settings; any other refusal, and a connection that is lost again, takes none away
      if (failure.code === "FORBIDDEN") settings.replace({});
      else if (failure.code !== "NETWORK") setTimeout(askAgain, (failure.retryAfterSeconds ?? 1) * 1000);
    });
  };
  const askAgain = () => {
    if (link.state.peek() === "open" && !settings.isKnown.peek()) askForAll();
  };
  const link: Link = createLink(url, {
    onOpen() {
      if (topics.size > 0) link.request({ subscribe: [...topics.keys()] }).catch(ignore);
      // a camera that was away may have forgotten us
      session.recheck().catch(ignore);
      askForAll();
    },
    onValues: (values) => settings.take(values),
    onEvent: (event) => {
      for (const listener of listeners) listener(event as unknown as DeviceEvent);
    },
    onLoginEnded: () => void session.recheck().catch(ignore),
  });
  /** Who is connected; empty: nobody. Asking again who we are changes nothing. */
  const identity = computed(() => {
    const { user = "", permissions, mustChangePassword } = session.viewer.value ?? NOBODY;
    const isNobody = permissions.size === 0 || mustChangePassword || session.hasEnded.value;
    return isNobody ? "" : `${user} ${[...permissions].join()}`;
  });
  effect(() => {
    if (identity.value === "") link.stop();
    else link.start();
  });
  effect(() => {
    if (link.state.value !== "open") settings.forget();
  });
  return {
    link,
    settings,
    subscribe(topic) {
      const count = topics.get(topic) ?? 0;
      topics.set(topic, count + 1);
      if (count === 0) link.request({ subscribe: [topic] }).catch(ignore);
      return () => {
        const left = (topics.get(topic) ?? 1) - 1;
        if (left > 0) topics.set(topic, left);
        else {
          topics.delete(topic);
          link.request({ unsubscribe: [topic] }).catch(ignore);
        }
      };
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
