import { describe, expect, test } from "bun:test";
import { AppError } from "../../../src/core/errors.ts";
import { ROLE_PERMISSIONS } from "../../../src/identity/permissions.ts";
import { SettingsTable } from "../../../src/storage/settings-table.ts";
import { createManualOwner } from "../../support/manual-owner.ts";
import { createManualTime } from "../../support/manual-scheduler.ts";
import { failureOf, OVERLAY, openMemory, createTestSettings as setUp } from "../../support/settings-store.ts";

describe("an order", () => {
  const setUpOrders = () => {
    const recorder = createManualOwner({ snap: null });
    const image = createManualOwner({ brightness: 50 });
    return { ...setUp([recorder, image]), recorder, image };
  };

  test("is answered with what came of it, to whom gave it only, and is nothing to read or keep", async () => {
    const { recorder, store, actor, changes, table } = setUpOrders();
    expect(await store.update({ snap: true }, actor())).toEqual(new Map([["snap", "snap-1"]]));
    expect(recorder.orders).toEqual([true]);
    expect(changes).toEqual([]);
    expect(table.load().size).toBe(0);
    expect(store.readable(new Set(ROLE_PERMISSIONS.administrator))).not.toContain("snap");
  });

  test("is refused without the permission, with another value than true, and with a wrong one beside it", async () => {
    const { recorder, store, actor } = setUpOrders();
    expect(await failureOf(store.update({ snap: true }, actor(["Media_r", "Device_rw"])))).toMatchObject({
      kind: "forbidden",
      detail: { key: "snap", permission: "Media_rw" },
    });
    for (const changes of [{ snap: false }, { snap: "on" }, { snap: true, brightness: 101 }])
      expect((await failureOf(store.update(changes, actor()))).detail.errorCode).toBe("INVALID_VALUE");
    expect(recorder.orders).toEqual([]);
  });

  test("that fails tells its key, and nothing beside it changes", async () => {
    const { recorder, image, store, actor, changes } = setUpOrders();
    recorder.refuse(new AppError("unavailable", "The camera is offline", { errorCode: "CAMERA_OFFLINE" }));
    expect(await failureOf(store.update({ brightness: 80, snap: true }, actor()))).toMatchObject({
      kind: "unavailable",
      detail: { key: "snap", errorCode: "CAMERA_OFFLINE" },
    });
    expect(image.values.get("brightness")).toBe(50);
    expect(changes).toEqual([]);
  });
});

describe("a change", () => {
  test("is answered as it really is, kept as it was wanted, and told once", async () => {
    const { update, table, changes } = setUp();
    expect(await update({ brightness: 74, contrast: 60 })).toEqual({ brightness: 70, contrast: 60 });
    expect(table.load()).toEqual(
      new Map([
        ["brightness", 74],
        ["contrast", 60],
      ]),
    );
    expect(changes).toHaveLength(1);
    expect(changes[0]?.values).toEqual(
      new Map([
        ["brightness", 70],
        ["contrast", 60],
      ]),
    );
  });

  test("to the present value is answered and not told", async () => {
    const { update, changes } = setUp();
    expect(await update({ brightness: 50 })).toEqual({ brightness: 50 });
    expect(changes).toEqual([]);
  });

  test("that one owner refuses is taken back at the others", async () => {
    const { update, image, stream, changes, table } = setUp();
    stream.refuse(new AppError("conflict", "zoom cannot be changed now", { key: "zoom" }));
    expect(await failureOf(update({ brightness: 80, zoom: 2 }))).toMatchObject({ kind: "conflict" });
    expect(image.values.get("brightness")).toBe(50);
    expect(changes).toEqual([]);
    expect(table.load().size).toBe(0);
  });

  test("that cannot be written down in the audit log is taken back too, and the next one is written down", async () => {
    const { update, database, image, table, audit } = setUp();
    database.run("ALTER TABLE audit RENAME TO gone");
    await expect(update({ brightness: 80 })).rejects.toThrow();
    expect(image.values.get("brightness")).toBe(50);
    expect(table.load().size).toBe(0);
    database.run("ALTER TABLE gone RENAME TO audit");
    await update({ brightness: 80 });
    expect(audit.latest("settings-changed")).toBeDefined();
  });

  test("that cannot be written is taken back and told as what it was", async () => {
    const { update, database, image, changes } = setUp();
    database.run("DROP TABLE settings");
    expect(await failureOf(update({ brightness: 80 }))).toMatchObject({
      kind: "unavailable",
      detail: { errorCode: "STORAGE_UNAVAILABLE" },
    });
    expect(image.values.get("brightness")).toBe(50);
    expect(changes.map(({ values }) => values.get("brightness"))).toEqual([80, 50]);
  });

  test("that shares its turn with others ends, when the disk refuses, where all of them began", async () => {
    const { store, actor, database, image, changes, advanceMs } = setUp();
    database.run("DROP TABLE settings");
    const updates = [60, 70, 80].map((brightness) => failureOf(store.update({ brightness }, actor())));
    updates.push(failureOf(store.update({ contrast: 90 }, actor())), failureOf(store.reset(["brightness"], actor())));
    advanceMs(1);
    for (const failure of await Promise.all(updates)) expect(failure.detail.errorCode).toBe("STORAGE_UNAVAILABLE");
    expect([image.values.get("brightness"), image.values.get("contrast")]).toEqual([50, 50]);
    expect(changes.at(-1)?.values).toEqual(new Map([["brightness", 50]]));
  });

  test("of part of an object leaves the rest", async () => {
    const { update } = setUp();
    expect(await update({ overlay: { text: "Spindle 3" } })).toEqual({ overlay: { ...OVERLAY, text: "Spindle 3" } });
  });

  test("by the device itself is told, and a move is kept", () => {
    const { stream, changes, table, advanceMs } = setUp();
    stream.change("zoom", 2.5);
    expect(changes).toMatchObject([{ asked: [], actor: undefined, values: new Map([["zoom", 2.5]]) }]);
    advanceMs(1000);
    expect(table.load()).toEqual(new Map([["zoom", 2.5]]));
  });
});

describe("refused", () => {
  const cases: readonly (readonly [string, Readonly<Record<string, unknown>>, object])[] = [
    [
      "an unknown key",
      { brightnes: 1 },
      { kind: "bad-request", detail: { errorCode: "UNKNOWN_KEY", key: "brightnes", hint: "brightness" } },
    ],
    [
      "a value out of range",
      { brightness: 101 },
      { message: "brightness must be between 0 and 100", detail: { errorCode: "INVALID_VALUE" } },
    ],
    ["a fraction", { brightness: 1.5 }, { message: "brightness must be a whole number" }],
    ["NaN", { zoom: Number.NaN }, { message: "zoom must be a number" }],
    ["infinity", { zoom: Number.POSITIVE_INFINITY }, { kind: "bad-request" }],
    ["what this camera cannot do", { zoom: 9 }, { message: "zoom must be between 1 and 4" }],
    [
      "a mode this camera lacks",
      { resolution: "640x480" },
      { message: "resolution must be one of 1920x1080, 1280x720" },
    ],
    [
      "an unsupported key",
      { "cam1-light": true },
      { kind: "not-supported", message: "cam1-light is not supported: no light is configured" },
    ],
    ["a key that nobody applies yet", { hue: 1 }, { kind: "not-supported" }],
    [
      "a key that can only be read",
      { "cam1-exists": false },
      { detail: { errorCode: "READ_ONLY", key: "cam1-exists" } },
    ],
    ["an unknown member", { overlay: { colour: 1 } }, { message: "overlay.colour is not a known member" }],
    ["a wrong member", { overlay: { position: "middle" } }, { kind: "bad-request" }],
    ["a control character in a text", { overlay: { text: "a\u0007" } }, { kind: "bad-request" }],
    ["a list for an object", { overlay: [] }, { kind: "bad-request" }],
    ["a name of Object's own", { constructor: 1 }, { detail: { errorCode: "UNKNOWN_KEY" } }],
    ["__proto__", JSON.parse('{"__proto__": 1}'), { detail: { errorCode: "UNKNOWN_KEY" } }],
  ];
  test.each(cases)("%s, and nothing else of the batch is applied", async (_, change, error) => {
    const { update, image, changes, table } = setUp();
    expect(await failureOf(update({ contrast: 60, ...change }))).toMatchObject(error);
    expect(image.values.get("contrast")).toBe(50);
    expect(changes).toEqual([]);
    expect(table.load().size).toBe(0);
  });

  test("without the permission, naming it", async () => {
    const { update, actor } = setUp();
    expect(await failureOf(update({ brightness: 60 }, actor(["Device_r", "Media_rw"])))).toMatchObject({
      kind: "forbidden",
      detail: { permission: "Device_rw", key: "brightness" },
    });
  });
});

describe("reading", () => {
  test("an unsupported key is null", () => {
    expect(setUp().store.read("cam1-light")).toBeNull();
  });

  test("needs each key's permission", () => {
    const { store } = setUp();
    const media = store.readable(new Set(["Media_r"]));
    expect(media).toContain("streams");
    expect(media).not.toContain("brightness");
  });

  test("describes a key with what this camera narrows", () => {
    const { store } = setUp();
    expect(store.describe("zoom")).toMatchObject({
      type: "number",
      supported: true,
      minimum: 1,
      maximum: 4,
      default: 1,
    });
    expect(store.describe("cam1-light")).toMatchObject({ supported: false, reason: "no light is configured" });
  });
});

describe("kept values", () => {
  test("are given back to their owners at the start, without what no longer fits", () => {
    const database = openMemory();
    const table = new SettingsTable(database, createManualTime().clock);
    table.save(
      new Map<string, unknown>([
        ["brightness", 30],
        ["contrast", 999],
        ["from-the-future", true],
      ]) as never,
    );
    const { image, stream } = setUp(undefined, database);
    expect(image.restored).toEqual([new Map([["brightness", 30]])]);
    expect(stream.restored).toEqual([new Map()]);
  });
});

describe("the journal", () => {
  const linesOf = ({ audit }: ReturnType<typeof setUp>) => audit.list({ limit: 10 });
  const eventsOf = ({ events }: ReturnType<typeof setUp>) => events.list({ limit: 10 });

  test("has one line and one event for one change", async () => {
    const all = setUp();
    await all.update({ brightness: 70 });
    expect(linesOf(all)).toMatchObject([
      {
        user: "admin",
        address: "192.0.2.1",
        action: "settings-changed",
        subject: "brightness",
        detail: { brightness: 70 },
      },
    ]);
    expect(eventsOf(all)).toMatchObject([
      { kind: "settings-changed", data: { user: "admin", values: { brightness: 70 } } },
    ]);
    all.advanceMs(5000);
    expect(linesOf(all)).toHaveLength(1);
    expect(eventsOf(all)).toHaveLength(1);
  });

  test("has one line for a dragged slider, with its last value", async () => {
    const all = setUp();
    for (const brightness of [60, 70, 80, 90]) await all.update({ brightness });
    all.advanceMs(5000);
    expect(linesOf(all)).toMatchObject([{ subject: "brightness", detail: { brightness: 90 } }]);
    expect(eventsOf(all).map(({ data }) => data.values)).toEqual([{ brightness: 90 }, { brightness: 60 }]);
  });
});
