import type { Clock } from "../../core/clock.ts";
import { diskFailure } from "../../core/disk-failure.ts";
import { AppError, defectText } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Log } from "../../core/log.ts";
import type { Scheduler } from "../../core/scheduler.ts";
import type { AuthenticationResult, Authenticator, Identity } from "../../identity/authenticator.ts";
import type { SettingName } from "../../settings/keys.ts";
import { settingNamed, settingOf } from "../../settings/setting-check.ts";
import type { SettingValues } from "../../settings/setting-owner.ts";
import type { SettingsStore } from "../../settings/settings-store.ts";
import { MessageRate } from "./message-rate.ts";
import { type ControlSocket, Outbox } from "./outbox.ts";
import { type ControlRequest, errorAnswer, readRequest } from "./protocol.ts";
import { readSettings, Subscriptions } from "./subscriptions.ts";

/** What connections are built over. */
export interface ControlServices {
  readonly store: SettingsStore;
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly log: Log;
  /** Messages a second; 0: no limit. */
  readonly messagesPerSecond: () => number;
}

/** Who connected. */
export interface ControlPeer {
  readonly identity: Identity;
  readonly address: string;
  readonly isSecure: boolean;
  /** Different for every connection. */
  readonly client: string;
}

/** Broadcasts wait for the first answer, at most this long (contract websocket.md). */
const QUIET_MS = 1000;
/** Requests taken and not answered yet, where no rate limit bounds them. */
const MAX_UNANSWERED = 256;
const MAX_EXCESSIVE_SECONDS = 10;
/** WebSocket close codes: RFC 6455 §7.4.1 and our own. */
const POLICY_VIOLATION = 1008;
const LOGIN_ENDED = 4401;

/** One WebSocket client: its requests in order, its answers, and what is pushed to it. */
export class ControlConnection {
  readonly client: string;
  readonly subscriptions = new Subscriptions();
  readonly #services: ControlServices;
  readonly #peer: ControlPeer;
  /** Nobody is there any more, or may not: what waits is not done. */
  #hasEnded = false;
  readonly #outbox: Outbox;
  readonly #socket: ControlSocket;
  readonly #rate: MessageRate;
  #identity: Identity;
  #last: Promise<void> = Promise.resolve();
  #unanswered = 0;
  #cancelRateReport: (() => void) | undefined;
  readonly #cancelQuiet: () => void;

  constructor(services: ControlServices, peer: ControlPeer, socket: ControlSocket) {
    this.client = peer.client;
    this.#services = services;
    this.#peer = peer;
    this.#identity = peer.identity;
    this.#socket = socket;
    this.#outbox = new Outbox(socket, services.clock);
    this.#rate = new MessageRate(services.clock);
    this.#cancelQuiet = services.scheduler.after(QUIET_MS, () => this.#outbox.begin());
  }

  get identity(): Identity {
    return this.#identity;
  }

  /** A message came; undefined: one that is no text. */
  receive(text: string | undefined): void {
    if (!this.#rate.take(this.#services.messagesPerSecond(), this.#unanswered < MAX_UNANSWERED)) {
      this.#reportExcess();
      return;
    }
    const request = text === undefined ? undefined : readRequest(text);
    this.#services.authenticator.noteUse(this.#identity);
    this.#unanswered += 1;
    this.#last = this.#last.then(() => this.#handle(request));
  }

  /** A change that others made, or this client beside what it asked for. */
  deliver(values: SettingValues): void {
    this.#outbox.push(values);
  }

  /** This client changes these keys: it hears of them by its answer. */
  forget(keys: readonly SettingName[]): void {
    this.#outbox.forget(keys);
  }

  /** An event, as text, to a client that subscribed to them. */
  deliverEvent(text: string): void {
    this.#outbox.pushText(text);
  }

  /** The socket has room again. */
  onDrain(): void {
    this.#outbox.flush();
  }

  /** Rights may have changed: goes on with what is left, or ends with 4401 when something was taken away. */
  refresh(): void {
    const now = this.#services.authenticator.refresh(this.#identity);
    const lost =
      now === undefined || [...this.#identity.permissions].some((permission) => !now.permissions.has(permission));
    if (lost) {
      this.#hasEnded = true;
      this.#socket.close(LOGIN_ENDED, "The login ended");
    } else this.#identity = now;
  }

  /** Once a second: ends a client that takes nothing any more. */
  tick(): void {
    if (this.#outbox.isStalled) this.#socket.terminate();
    else this.#outbox.flush();
  }

  /** Ends the connection without a Close frame, so that the client comes back. */
  shut(): void {
    this.#socket.terminate();
  }

  /** The socket is closed, by whomever. */
  onClosed(): void {
    this.#hasEnded = true;
    this.#cancelQuiet();
    this.#cancelRateReport?.();
    this.#outbox.close();
  }

  async #handle(request: ControlRequest | undefined): Promise<void> {
    if (this.#hasEnded) return;
    const answer = request === undefined ? { error: "Invalid message" } : await this.#answer(request);
    this.#unanswered -= 1;
    this.#outbox.answer(request?.id === undefined ? answer : { ...answer, id: request.id });
  }

  async #answer(request: ControlRequest): Promise<Readonly<Record<string, Json>>> {
    try {
      switch (request.type) {
        case "get":
          return this.#get(request.keys);
        case "set":
          return await this.#set(request.changes);
        case "subscribe":
          return this.subscriptions.add(request.names, this.#identity.permissions);
        case "unsubscribe":
          return this.subscriptions.remove(request.names);
        case "password": {
          const { address, isSecure } = this.#peer;
          const { user, password } = request;
          return this.#login(
            await this.#services.authenticator.authenticatePassword({ user, password, address, isSecure }),
          );
        }
        case "token":
          return this.#login(await this.#checkToken(request.token));
      }
    } catch (error) {
      const known = error instanceof AppError ? error : diskFailure(error);
      if (known !== undefined) return errorAnswer(known);
      this.#services.log.error("a message failed by our fault", { error: defectText(error) });
      return { error: "Internal error" };
    }
  }

  #get(keys: "*" | readonly string[]): Readonly<Record<string, Json>> {
    const { store } = this.#services;
    const { permissions } = this.#identity;
    const answer = readSettings(store, keys, permissions);
    if (keys !== "*") this.subscriptions.note(Object.keys(answer));
    return answer;
  }

  async #set(changes: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, Json>>> {
    const { user, permissions } = this.#identity;
    const { address, client } = this.#peer;
    const values = await this.#services.store.update(changes, { user, address, permissions, client });
    const shown = [...values].filter(([key]) => settingOf(key).isOrder || mayRead(key, permissions));
    return { ...Object.fromEntries(shown), info: Object.keys(changes).map(settingNamed) };
  }

  #login(result: AuthenticationResult): Readonly<Record<string, Json>> {
    if (result.outcome === "locked-out") {
      return { authenticated: false, error: "Too many failed logins", retry_after: result.retryAfterSeconds };
    }
    if (result.outcome === "rejected") return { authenticated: false, error: "Invalid credentials" };
    this.#identity = result.identity;
    return {
      authenticated: true,
      user: result.identity.user ?? null,
      permissions: [...result.identity.permissions],
    };
  }

  #checkToken(token: string): Promise<AuthenticationResult> {
    const { address, isSecure } = this.#peer;
    return this.#services.authenticator.authenticate({
      authorization: undefined,
      token,
      method: "GET",
      acceptsUri: () => false,
      nonces: { issue: () => "", use: () => "unsupported" },
      address,
      isSecure,
      allowAnonymous: false,
    });
  }

  /** One answer for all that a second has too many; ten such seconds in a row end the connection. */
  #reportExcess(): void {
    if (this.#cancelRateReport !== undefined) return;
    this.#cancelRateReport = this.#services.scheduler.after(this.#rate.leftUs / 1000, () => {
      this.#cancelRateReport = undefined;
      const { dropped, inARow } = this.#rate.report();
      this.#outbox.answer({
        error: "Rate limit exceeded",
        limit: this.#services.messagesPerSecond(),
        period: "second",
        retry_after: 1,
        dropped,
      });
      if (inARow >= MAX_EXCESSIVE_SECONDS) this.#socket.close(POLICY_VIOLATION, "Too many messages");
    });
  }
}

function mayRead(key: SettingName, permissions: Identity["permissions"]): boolean {
  const { read } = settingOf(key);
  return read !== undefined && permissions.has(read);
}
