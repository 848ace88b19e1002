import { describe, expect, test } from "bun:test";
import { createManualOwner } from "../../support/manual-owner.ts";
import { failureOf, createTestSettings as setUp } from "../../support/settings-store.ts";

describe("a reset", () => {
  const facts = {
    brightness: { supported: true, initial: 50 },
    contrast: { supported: true, initial: 50 },
    exposure: { supported: true, initial: 25_000 },
  } as const;

  test("of one key leaves the others", async () => {
    const { store, update, stream, table, actor, advanceMs } = setUp();
    await update({ zoom: 3, overlay: { enabled: true } });
    const reset = store.reset(["zoom"], actor());
    advanceMs(1);
    expect(Object.fromEntries(await reset)).toEqual({ zoom: 1 });
    expect(stream.values.get("zoom")).toBe(1);
    expect([...table.load().keys()]).toEqual(["overlay"]);
  });

  test("applies the device's own defaults as such and forgets every row, so that nothing comes back", async () => {
    const image = createManualOwner({ brightness: 50, contrast: 50, exposure: 20_000, ptz: {} }, facts);
    const { store, update, table, actor, advanceMs } = setUp([image]);
    await update({ brightness: 80, exposure: 10_000 });
    const reset = store.reset(undefined, actor());
    advanceMs(1);
    expect(Object.fromEntries(await reset)).toEqual({ brightness: 50, contrast: 50, exposure: 25_000 });
    expect(image.purposes).toEqual(["change", "reset"]);
    expect(table.load().size).toBe(0);
  });

  test("of what has no default is refused, and nothing of it is done", async () => {
    const image = createManualOwner({ brightness: 50, ptz: {} }, facts);
    const { store, update, actor } = setUp([image]);
    await update({ brightness: 80 });
    expect(await failureOf(store.reset(["brightness", "ptz"], actor()))).toMatchObject({
      message: "ptz has no default",
      detail: { key: "ptz", errorCode: "INVALID_VALUE" },
    });
    expect(image.values.get("brightness")).toBe(80);
  });
});

describe("a table that was replaced under the store", () => {
  test("is left alone: what waits is taken back, and nothing is changed any more", async () => {
    const { store, stream, image, actor, table, journal, audit, advanceMs } = setUp();
    const waiting = failureOf(store.update({ brightness: 80 }, actor()));
    const dragged = failureOf(store.update({ brightness: 90 }, actor()));
    stream.change("zoom", 2.5);
    table.replace(new Map([["brightness", 30]]));
    const lines = audit.list({ limit: 10 });
    store.discard();
    journal.discard();
    for (const failure of await Promise.all([waiting, dragged])) expect(failure.kind).toBe("unavailable");
    expect(image.values.get("brightness")).toBe(50);
    stream.change("zoom", 3);
    expect(await failureOf(store.update({ contrast: 60 }, actor()))).toMatchObject({ kind: "unavailable" });
    advanceMs(5000);
    journal.close();
    store.close();
    expect(table.load()).toEqual(new Map([["brightness", 30]]));
    expect(audit.list({ limit: 10 })).toEqual(lines);
    expect(image.values.get("contrast")).toBe(50);
  });
});
