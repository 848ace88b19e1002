import { describe, expect, test } from "bun:test";
import { identityOf, createControlClients as setUp, VIEWER } from "../../../support/control-clients.ts";

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
