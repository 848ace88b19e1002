import { type ReadonlySignal, signal } from "@preact/signals";
import type { Json } from "../../core/json.ts";
import { networkError, RequestError } from "./request-error.ts";

const FIRST_WAIT_MS = 500;
/** A camera that restarts is back within seconds; nobody should wait much longer than it takes. */
const MAX_WAIT_MS = 10_000;
/** After so long without a word the camera is asked for one; as long again, and it is gone: a cable that is pulled says nothing. */
const SILENCE_MS = 10_000;
/** The server's code for a login that ended (contract websocket.md). */
const LOGIN_ENDED = 4401;

/** How the page's connection stands. */
export type LinkState = "off" | "connecting" | "open" | "waiting";

/** What the camera says: members by name. */
export type Message = Readonly<Record<string, Json>>;

/** Who listens to a `Link`. */
export interface LinkEvents {
  /** Connected, also again. */
  onOpen(): void;
  /** Values that changed, by key. */
  onValues(values: Message): void;
  onEvent(event: Message): void;
  onLoginEnded(): void;
}

/** The WebSocket to the camera (contract websocket.md): comes back by itself, with growing pauses. */
export interface Link {
  readonly state: ReadonlySignal<LinkState>;
  /** When the next attempt is made, as `Date.now()`; while `waiting`. */
  readonly retryAtMs: ReadonlySignal<number>;
  /** Connects, or connects anew with the login of now. */
  start(): void;
  stop(): void;
  /** While `waiting`: tries at once. */
  retry(): void;
  /** Resolves with the answer; throws a `RequestError` where it is an error, or the connection is or gets lost. */
  request(message: Message): Promise<Message>;
}

/** Requests without an answer yet, by id. */
class Pending {
  readonly #asked = new Map<number, PromiseWithResolvers<Message>>();
  #lastId = 0;

  send(socket: WebSocket, message: Message): Promise<Message> {
    this.#lastId += 1;
    const asked = Promise.withResolvers<Message>();
    this.#asked.set(this.#lastId, asked);
    socket.send(JSON.stringify({ ...message, id: this.#lastId }));
    return asked.promise;
  }

  answer(id: number, answer: Message): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (answer.error === undefined) asked?.resolve(answer);
    else asked?.reject(refusal(answer));
  }

  /** No answer will come. */
  lose(): void {
    for (const { reject } of this.#asked.values()) reject(networkError());
    this.#asked.clear();
  }
}

/** Makes the link; it is off. `url`: of `/api/v1`. */
export function createLink(url: string, events: LinkEvents): Link {
  const state = signal<LinkState>("off");
  const retryAtMs = signal(0);
  const pending = new Pending();
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waitMs = FIRST_WAIT_MS;

  const drop = () => {
    clearTimeout(timer);
    socket = undefined;
    pending.lose();
  };
  const wait = () => {
    state.value = "waiting";
    // several pages must not all knock at once
    const ms = waitMs * (0.75 + Math.random() / 2);
    waitMs = Math.min(waitMs * 2, MAX_WAIT_MS);
    retryAtMs.value = Date.now() + ms;
    timer = setTimeout(connect, ms);
  };
  const connect = () => {
    drop();
    state.value = "connecting";
    const fresh = new WebSocket(url);
    socket = fresh;
    const isCurrent = () => socket === fresh;
    const lose = (code?: number) => {
      if (!isCurrent()) return;
      drop();
      fresh.close();
      wait();
      if (code === LOGIN_ENDED) events.onLoginEnded();
    };
    const heard = watchSilence(fresh, () => lose());
    fresh.onopen = () => {
      if (!isCurrent()) return fresh.close();
      waitMs = FIRST_WAIT_MS;
      state.value = "open";
      events.onOpen();
    };
    fresh.onmessage = ({ data }) => {
      heard();
      if (isCurrent()) take(JSON.parse(String(data)), pending, events);
    };
    fresh.onclose = ({ code }) => lose(code);
  };
  const stop = () => {
    const old = socket;
    drop();
    state.value = "off";
    old?.close();
  };
  return {
    state,
    retryAtMs,
    start() {
      stop();
      waitMs = FIRST_WAIT_MS;
      connect();
    },
    stop,
    retry() {
      if (state.peek() === "waiting") connect();
    },
    request(message) {
      if (socket === undefined || state.peek() !== "open") return Promise.reject(networkError());
      return pending.send(socket, message);
    },
  };
}

/** An answer, an event, or values that changed. */
function take(message: Message, pending: Pending, events: LinkEvents): void {
  const { id, ...rest } = message;
  if (typeof id === "number") pending.answer(id, rest);
  else if (message.event !== undefined) events.onEvent(message);
  else if (message.error === undefined) events.onValues(message);
}

/** `lose` is called when the camera stays silent though it was asked; the function returned is to be called at every word of it. */
function watchSilence(socket: WebSocket, lose: () => void): () => void {
  let heardAtMs = performance.now();
  let isAsked = false;
  const timer = setInterval(() => {
    if (isAsked) return lose();
    if (performance.now() - heardAtMs < SILENCE_MS || socket.readyState === WebSocket.CONNECTING) return;
    isAsked = true;
    // any answer will do, a refusal too; without an id nobody waits for it
    if (socket.readyState === WebSocket.OPEN) socket.send('{"get":["record"]}');
  }, SILENCE_MS);
  socket.addEventListener("close", () => clearInterval(timer));
  return () => {
    heardAtMs = performance.now();
    isAsked = false;
  };
}

/** Codes of REST's envelope for the words of the WebSocket. */
const CODES: Readonly<Record<string, string>> = {
  "Permission denied": "FORBIDDEN",
  "Invalid value": "INVALID_VALUE",
  "Not supported": "NOT_SUPPORTED",
  "Unknown key": "UNKNOWN_KEY",
  "Rate limit exceeded": "RATE_LIMITED",
  Conflict: "CONFLICT",
  Unavailable: "UNAVAILABLE",
};

function refusal({ error, message, key, retry_after }: Message): RequestError {
  return new RequestError({
    code: CODES[String(error)] ?? "REFUSED",
    sentence: String(message ?? error),
    key: typeof key === "string" ? key : undefined,
    retryAfterSeconds: typeof retry_after === "number" ? retry_after : undefined,
  });
}
