import { describe, expect, test } from "bun:test";
import { createLog } from "../../../../src/core/log.ts";
import type { AuthenticationResult, Identity } from "../../../../src/identity/authenticator.ts";
import { type Permission, ROLE_PERMISSIONS } from "../../../../src/identity/permissions.ts";
import type { ControlConnection } from "../../../../src/modules/control/connection.ts";
import { ControlService } from "../../../../src/modules/control/service.ts";
import { SettingsStore } from "../../../../src/settings/settings-store.ts";
import type { DeviceEvent } from "../../../../src/storage/event-log.ts";
import { createManualOwner } from "../../../support/manual-owner.ts";
import { createManualTime } from "../../../support/manual-scheduler.ts";

const ADMIN = ROLE_PERMISSIONS.administrator;
const VIEWER = ROLE_PERMISSIONS.viewer;

function identityOf(permissions: readonly Permission[], user: string | undefined = "admin"): Identity {
  return { user, permissions: new Set(permissions) };
}

function setUp(options: { readonly messagesPerSecond?: number } = {}) {
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
      authenticatePassword: result,
      refresh: (identity) => (refreshed.has(identity.user) ? refreshed.get(identity.user) : identity),
      onRightsChanged: (listener) => {
        rightsListeners.push(listener);
        return () => {};
      },
      challenges: () => [],
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

describe("answers", () => {
  const cases: readonly (readonly [string, unknown, unknown])[] = [
    ["get", { get: ["brightness", "bitrate"] }, { brightness: 50, bitrate: 4000 }],
    ["get with an id", { get: ["brightness"], id: 7 }, { brightness: 50, id: 7 }],
    [
      "get of everything",
      { get: "*", id: "a" },
      { brightness: 50, contrast: 50, bitrate: 4000, warnings: [], viewers: { total: 0 }, id: "a" },
    ],
    [
      "get of a key that is not there",
      { get: ["brightness", "brightnes"] },
      { brightness: 50, errors: { brightnes: "Unknown key" } },
    ],
    [
      "get of nothing that is there",
      { get: ["brightnes"] },
      { error: "Unknown key", key: "brightnes", hint: "brightness" },
    ],
    ["set", { brightness: 70, contrast: 60 }, { brightness: 70, contrast: 60, info: ["brightness", "contrast"] }],
    ["set of an unknown key", { brightnes: 1 }, { error: "Unknown key", key: "brightnes", hint: "brightness" }],
    [
      "a value out of range",
      { brightness: 101 },
      { error: "Invalid value", key: "brightness", message: "Value must be between 0 and 100" },
    ],
    [
      "a wrong type",
      { brightness: "7" },
      { error: "Invalid value", key: "brightness", message: "Value must be a whole number" },
    ],
    [
      "a key this device lacks",
      { "cam1-light": true },
      { error: "Not supported", key: "cam1-light", message: "this version does not have it" },
    ],
    ["no JSON", "{", { error: "Invalid message" }],
    ["no object", "[1]", { error: "Invalid message" }],
    ["an empty object", {}, { error: "Invalid message" }],
    ["get together with settings", { get: ["brightness"], brightness: 1 }, { error: "Invalid message" }],
    ["an id that is an object", { get: "*", id: {} }, { error: "Invalid message" }],
    ["over 64 KiB", { get: ["x".repeat(65_536)] }, { error: "Invalid message" }],
    ["subscribe", { subscribe: ["viewers", "events"] }, { subscribed: ["viewers", "events"] }],
    [
      "subscribe to nothing that is there",
      { subscribe: ["vewers"] },
      { error: "Unknown key", key: "vewers", hint: "viewers" },
    ],
  ];
  test.each(cases)("%s", async (_, message, answer) => {
    const { connect, say } = setUp();
    const { connection, sent } = connect();
    await say(connection, message);
    expect(sent).toEqual([answer]);
  });

  test("nothing without permission", async () => {
    const { connect, say } = setUp();
    const viewer = connect(VIEWER);
    await say(viewer.connection, { brightness: 1 });
    await say(viewer.connection, { get: ["brightness"] });
    expect(viewer.sent).toEqual([{ error: "Permission denied", key: "brightness" }, { brightness: 50 }]);
    const guest = connect([], undefined);
    await say(guest.connection, { get: ["brightness"] });
    await say(guest.connection, { get: "*" });
    await say(guest.connection, { subscribe: ["events"] });
    expect(guest.sent).toEqual([
      { error: "Permission denied", key: "brightness" },
      {},
      { error: "Permission denied", key: "events" },
    ]);
  });

  test("logins", async () => {
    const { connect, say, logins } = setUp();
    const { connection, sent } = connect([], undefined);
    await say(connection, { username: "admin", password: "wrong" });
    logins.push({ outcome: "locked-out", retryAfterSeconds: 9 });
    await say(connection, { token: "abc" });
    logins.push({ outcome: "identified", identity: identityOf(["Device_r", "Device_rw"], "محمد") });
    await say(connection, { username: "محمد", password: "right", id: 1 });
    await say(connection, { brightness: 70 });
    expect(sent).toEqual([
      { authenticated: false, error: "Invalid credentials" },
      { authenticated: false, error: "Too many failed logins", retry_after: 9 },
      { authenticated: true, user: "محمد", permissions: ["Device_r", "Device_rw"], id: 1 },
      { brightness: 70, info: ["brightness"] },
    ]);
  });
});

describe("broadcasts", () => {
  test("go to every other client that may read the key", async () => {
    const { connect, say } = setUp();
    const [one, two] = [connect(), connect(VIEWER)];
    await say(two.connection, { get: ["brightness"] });
    await say(one.connection, { brightness: 74 });
    expect(one.sent).toEqual([{ brightness: 70, info: ["brightness"] }]);
    expect(two.sent).toEqual([{ brightness: 50 }, { brightness: 70 }]);
    await say(one.connection, { brightness: 74 });
    expect(two.sent).toHaveLength(2);
  });

  test("wait for the first answer or a second", async () => {
    const { connect, say, owner, advanceMs } = setUp();
    const { connection, sent } = connect();
    owner.change("brightness", 10);
    owner.change("brightness", 20);
    expect(sent).toEqual([]);
    await say(connection, { get: ["contrast"] });
    expect(sent).toEqual([{ contrast: 50 }, { brightness: 20 }]);
    const silent = connect();
    owner.change("brightness", 30);
    advanceMs(1000);
    expect(silent.sent).toEqual([{ brightness: 30 }]);
  });

  test("coalesce for a slow client, which costs bounded memory and is ended after 30 s", async () => {
    const { connect, say, owner, publish, advanceMs } = setUp();
    const { connection, socket, sent } = connect();
    await say(connection, { subscribe: ["events"] });
    sent.length = 0;
    socket.bufferedBytes = 100_000;
    for (let brightness = 0; brightness < 100; brightness++) owner.change("brightness", brightness);
    for (let event = 0; event < 500; event++) publish("motion-start");
    expect(sent).toEqual([]);
    socket.bufferedBytes = 0;
    connection.onDrain();
    expect(sent.slice(0, 2)).toEqual([{ brightness: 99 }, { event: "motion-start", time: 5, data: { a: 1 } }]);
    expect(sent).toHaveLength(101);
    socket.bufferedBytes = 100_000;
    owner.change("brightness", 1);
    advanceMs(30_000);
    expect(socket.ended).toBeUndefined();
    advanceMs(2000);
    expect(socket.ended).toBe("terminated");
  });

  test("of state go only to who asked, at most once a second", async () => {
    const { connect, say, owner, advanceMs } = setUp();
    const [asking, other] = [connect(), connect()];
    await say(other.connection, { get: ["brightness"] });
    await say(asking.connection, { subscribe: ["viewers"] });
    advanceMs(1000);
    for (let total = 1; total < 5; total++) owner.change("viewers", { total });
    advanceMs(1000);
    advanceMs(1000);
    expect(asking.sent.slice(1)).toEqual([{ viewers: { total: 0 } }, { viewers: { total: 4 } }]);
    expect(other.sent).toHaveLength(1);
  });

  test("of events need the subscription and the permission", async () => {
    const { connect, say, publish } = setUp();
    const [one, two] = [connect(), connect()];
    await say(one.connection, { subscribe: ["events"] });
    await say(two.connection, { get: ["brightness"] });
    publish("camera-offline");
    await say(one.connection, { unsubscribe: ["events"] });
    publish("camera-online");
    expect(one.sent).toEqual([
      { subscribed: ["events"] },
      { event: "camera-offline", time: 5, data: { a: 1 } },
      { subscribed: [] },
    ]);
    expect(two.sent).toHaveLength(1);
  });
});

describe("limits", () => {
  test("messages over the rate are dropped and told once a second", async () => {
    const { connect, say, advanceMs } = setUp({ messagesPerSecond: 3 });
    const { connection, sent } = connect();
    for (let count = 0; count < 8; count++) await say(connection, { get: ["brightness"] });
    advanceMs(1000);
    expect(sent.filter((message) => JSON.stringify(message).includes("error"))).toEqual([
      { error: "Rate limit exceeded", limit: 3, period: "second", retry_after: 1, dropped: 5 },
    ]);
    expect(sent).toHaveLength(4);
  });

  test("ten such seconds in a row end the connection with 1008, nine and a pause do not", async () => {
    const { connect, advanceMs } = setUp({ messagesPerSecond: 1 });
    const { connection, socket } = connect();
    const flood = () => {
      for (let count = 0; count < 3; count++) connection.receive("{}");
      advanceMs(1000);
    };
    for (let second = 0; second < 9; second++) flood();
    advanceMs(2000);
    for (let second = 0; second < 9; second++) flood();
    expect(socket.ended).toBeUndefined();
    flood();
    expect(socket.ended).toBe("1008");
  });

  test("connections", () => {
    const { service, connect, gone } = setUp();
    const { connection } = connect();
    expect(service.isFull).toBe(false);
    connect();
    expect(service.isFull).toBe(true);
    service.close(connection);
    expect(service.isFull).toBe(false);
    expect(gone).toEqual([connection.client]);
  });
});

describe("the end", () => {
  test("a login that ended or lost rights closes with 4401, others stay", () => {
    const { connect, refreshed, rightsChanged } = setUp();
    const [kept, ended] = [connect(ADMIN, "kept"), connect(ADMIN, "ended")];
    refreshed.set("ended", undefined);
    rightsChanged();
    expect([kept.socket.ended, ended.socket.ended]).toEqual([undefined, "4401"]);
    refreshed.set("kept", identityOf(VIEWER, "kept"));
    rightsChanged();
    expect(kept.socket.ended).toBe("4401");
  });

  test("a stop ends without a Close frame", () => {
    const { service, connect } = setUp();
    const { socket } = connect();
    service.stop();
    expect(socket.ended).toBe("terminated");
  });
});
