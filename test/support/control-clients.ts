import { createLog } from "../../src/core/log.ts";
import type { AuthenticationResult, Identity } from "../../src/identity/authenticator.ts";
import { type Permission, ROLE_PERMISSIONS } from "../../src/identity/permissions.ts";
import type { ControlConnection } from "../../src/modules/control/connection.ts";
import { ControlService } from "../../src/modules/control/service.ts";
import { SettingsStore } from "../../src/settings/settings-store.ts";
import type { DeviceEvent } from "../../src/storage/event-log.ts";
import { createManualOwner } from "./manual-owner.ts";
import { createManualTime } from "./manual-scheduler.ts";

export const ADMIN = ROLE_PERMISSIONS.administrator;
export const VIEWER = ROLE_PERMISSIONS.viewer;

export function identityOf(permissions: readonly Permission[], user: string | undefined = "admin"): Identity {
  return { user, permissions: new Set(permissions) };
}

/** The WebSocket service over clients whose sockets, logins and time a test moves. */
export function createControlClients(options: { readonly messagesPerSecond?: number } = {}) {
  const { clock, scheduler, advanceMs } = createManualTime();
  const log = createLog({ level: "error", write: () => undefined }, "test");
  const owner = createManualOwner({ brightness: 50, contrast: 50, bitrate: 4000, warnings: [], viewers: { total: 0 } });
  const store = new SettingsStore({
    owners: [owner],
    table: { load: () => new Map(), save: () => undefined },
    scheduler,
    log,
  });
  const listeners: ((event: DeviceEvent) => void)[] = [];
  const rightsListeners: (() => void)[] = [];
  const logins: AuthenticationResult[] = [];
  const refreshed = new Map<string | undefined, Identity | undefined>();
  const gone: string[] = [];
  const result = async () => logins.shift() ?? ({ outcome: "rejected", stale: false, presented: true } as const);
  const service = new ControlService({
    store,
    clock,
    scheduler,
    log,
    authenticator: {
      authenticate: result,
      authenticateProof: () => ({ outcome: "rejected", stale: false, presented: true }),
      authenticatePassword: result,
      refresh: (identity) => (refreshed.has(identity.user) ? refreshed.get(identity.user) : identity),
      onRightsChanged: (listener) => {
        rightsListeners.push(listener);
        return () => {};
      },
      challenges: () => [],
      noteUse: () => {},
    },
    events: {
      subscribe: (listener) => {
        listeners.push(listener);
        return () => {};
      },
    },
    messagesPerSecond: () => options.messagesPerSecond ?? 100,
    maxConnections: () => 2,
    onClientGone: (client) => gone.push(client),
  });
  const connect = (permissions: readonly Permission[] = ADMIN, user?: string) => {
    const sent: unknown[] = [];
    const socket = {
      bufferedBytes: 0,
      ended: undefined as string | undefined,
      send: (text: string) => void sent.push(JSON.parse(text)),
      close: (code: number) => {
        socket.ended ??= String(code);
      },
      terminate: () => {
        socket.ended ??= "terminated";
      },
    };
    const peer = { identity: identityOf(permissions, user), address: "192.0.2.1", isSecure: true };
    const connection = service.open(peer, socket);
    return { connection, socket, sent };
  };
  /** Sends a message and runs what it sets off. */
  const say = async (connection: ControlConnection, message: unknown) => {
    connection.receive(typeof message === "string" ? message : JSON.stringify(message));
    for (let turn = 0; turn < 10; turn++) {
      await Promise.resolve();
      advanceMs(1);
    }
  };
  const publish = (kind: DeviceEvent["kind"]) => {
    for (const listener of listeners) listener({ id: 1, kind, timeMs: 5, data: { a: 1 } });
  };
  const rightsChanged = () => {
    for (const listener of rightsListeners) listener();
  };
  return { service, owner, connect, say, publish, rightsChanged, logins, refreshed, gone, advanceMs };
}
