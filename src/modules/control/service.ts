import { type Json, sameJson } from "../../core/json.ts";
import type { Permission } from "../../identity/permissions.ts";
import type { SettingName } from "../../settings/keys.ts";
import { SETTING_NAMES, settingOf } from "../../settings/setting-check.ts";
import type { SettingsChange } from "../../settings/settings-store.ts";
import type { DeviceEvent } from "../../storage/event-log.ts";
import { ControlConnection, type ControlPeer, type ControlServices } from "./connection.ts";
import type { ControlSocket } from "./outbox.ts";

const TICK_MS = 1000;
const REPORTED = SETTING_NAMES.filter((key) => settingOf(key).onRequest);

/** What the WebSocket service is built over. */
export interface ControlServiceOptions extends ControlServices {
  readonly events: { subscribe(listener: (event: DeviceEvent) => void): () => void };
  /** Connections at the same time; 0: no limit. */
  readonly maxConnections: () => number;
  /** A client went away: what it set in motion stops. */
  readonly onClientGone: (client: string) => void;
}

/** All WebSocket clients: tells each what it may know. */
export class ControlService {
  readonly #options: ControlServiceOptions;
  readonly #connections = new Set<ControlConnection>();
  readonly #stops: readonly (() => void)[];
  /** Values that are pushed only to who asked for them, as last pushed. */
  readonly #reported = new Map<SettingName, Json>();
  #lastClient = 0;

  constructor(options: ControlServiceOptions) {
    this.#options = options;
    this.#stops = [
      options.store.subscribe((change) => this.#broadcast(change)),
      options.events.subscribe((event) => this.#tellEvent(event)),
      options.authenticator.onRightsChanged(() => this.#refresh()),
      options.scheduler.every(TICK_MS, () => this.#tick()),
    ];
  }

  get count(): number {
    return this.#connections.size;
  }

  /** Whether there is no room for another. */
  get isFull(): boolean {
    const limit = this.#options.maxConnections();
    return limit > 0 && this.#connections.size >= limit;
  }

  /** Takes a client in. */
  open(peer: Omit<ControlPeer, "client">, socket: ControlSocket): ControlConnection {
    this.#lastClient += 1;
    const connection = new ControlConnection(this.#options, { ...peer, client: `ws-${this.#lastClient}` }, socket);
    this.#connections.add(connection);
    return connection;
  }

  /** A client's socket is closed. */
  close(connection: ControlConnection): void {
    if (!this.#connections.delete(connection)) return;
    connection.onClosed();
    this.#options.onClientGone(connection.client);
  }

  /** Ends everything without Close frames. */
  stop(): void {
    for (const stop of this.#stops) stop();
    for (const connection of this.#connections) connection.shut();
  }

  /** The same text serves all with the same rights, which is nearly everybody. */
  #broadcast({ values, asked, actor }: SettingsChange): void {
    const others = new Map<string, SettingsChange["values"]>();
    for (const connection of this.#connections) {
      const own = connection.client === actor?.client ? asked : [];
      connection.forget(own);
      const { permissions } = connection.identity;
      const keys = [...values.keys()].filter((key) => mayRead(key, permissions) && !own.includes(key));
      if (keys.length === 0) continue;
      const id = keys.join();
      const shown = others.get(id) ?? new Map([...values].filter(([key]) => keys.includes(key)));
      others.set(id, shown);
      connection.deliver(shown);
    }
  }

  #tellEvent({ kind, timeMs, data }: DeviceEvent): void {
    let text: string | undefined;
    for (const connection of this.#connections) {
      if (!connection.subscriptions.hasEvents || !connection.identity.permissions.has("System_r")) continue;
      text ??= JSON.stringify({ event: kind, time: timeMs, data });
      connection.deliverEvent(text);
    }
  }

  #refresh(): void {
    for (const connection of this.#connections) connection.refresh();
  }

  #tick(): void {
    for (const connection of this.#connections) connection.tick();
    this.#refresh();
    this.#pushReported();
  }

  #pushReported(): void {
    for (const key of REPORTED) {
      const readers = [...this.#connections].filter(
        ({ subscriptions, identity }) => subscriptions.has(key) && mayRead(key, identity.permissions),
      );
      if (readers.length === 0) continue;
      const value = this.#options.store.read(key);
      const changed = !sameJson(value, this.#reported.get(key));
      this.#reported.set(key, value);
      const values = new Map([[key, value]]);
      for (const reader of readers) if (reader.subscriptions.takeFresh(key) || changed) reader.deliver(values);
    }
  }
}

function mayRead(key: SettingName, permissions: ReadonlySet<Permission>): boolean {
  const { read } = settingOf(key);
  return read !== undefined && permissions.has(read);
}
