import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { createLog } from "../../src/core/log.ts";
import { createSettingPresetsPart } from "../../src/modules/setting-presets/backup-part.ts";
import { settingPresetRoutes } from "../../src/modules/setting-presets/index.ts";
import { createPresetService } from "../../src/modules/setting-presets/service.ts";
import { createSettingPresetsOwner, MAX_SETTING_PRESETS, SettingPresets } from "../../src/settings/setting-presets.ts";
import { SettingsStore } from "../../src/settings/settings-store.ts";
import { SettingPresetTable } from "../../src/storage/setting-preset-table.ts";
import { curl } from "../support/curl.ts";
import { type HttpFront, startHttpFront } from "../support/http-front.ts";
import { ADMIN_PASSWORD } from "../support/identity.ts";
import { createManualOwner } from "../support/manual-owner.ts";
import { createManualTime } from "../support/manual-scheduler.ts";
import { createTestSettings } from "../support/settings-store.ts";

const ADMIN = ["-u", `admin:${ADMIN_PASSWORD}`] as const;
const NIGHT = { brightness: 20, overlay: { enabled: true, position: "top-left", format: "%H:%M", text: "Tor" } };

const made = createTestSettings();
const { store, image, database, audit } = made;
const { clock } = createManualTime();
const table = new SettingPresetTable(database);
const presets = new SettingPresets(table, clock);
/** Its disk is as fast as the clock is moved. */
const quick = {
  update: (...change: Parameters<typeof store.update>) => {
    const updated = store.update(...change);
    made.advanceMs(1);
    return updated;
  },
};
const service = createPresetService({ presets, store: quick, audit });

let front: HttpFront;
beforeAll(async () => {
  front = await startHttpFront({ anonymous: "viewer", routes: settingPresetRoutes(service) });
});
afterEach(() => table.replaceAll([]));
afterAll(() => front.listener.stop());

const call = async (method: string, path = "", body?: unknown, login: readonly string[] = ADMIN) => {
  const data = body === undefined ? [] : ["-d", JSON.stringify(body)];
  const { last } = await curl("-X", method, ...login, ...data, `${front.url}/api/settings/presets${path}`);
  // the helper keeps bytes
  const text = Buffer.from(last.text, "latin1").toString();
  return { status: last.status, json: text === "" ? {} : JSON.parse(text) };
};
const names = async (query = "") =>
  ((await call("GET", query)).json.data as { name: string }[]).map(({ name }) => name);

test("a preset is saved, applied by name, renamed, replaced and removed, and each is written down", async () => {
  const saved = await call("POST", "", { name: "  Nacht/😀 ", values: NIGHT });
  expect(saved).toMatchObject({ status: 201, json: { data: { id: "1", name: "Nacht/😀", values: NIGHT } } });
  image.values.set("brightness", 70);
  const applied = await call("POST", `/${encodeURIComponent("Nacht/😀")}/apply`, {});
  expect(applied).toMatchObject({ status: 200, json: { data: NIGHT } });
  expect(image.values.get("brightness")).toBe(20);
  expect(await call("PATCH", "/1", { name: "Nacht" })).toMatchObject({ status: 200, json: { name: "Nacht" } });
  const values = { contrast: 10 };
  expect(await call("POST", "", { name: "Nacht", values })).toMatchObject({
    status: 409,
    json: { code: "CONFLICT", key: "name" },
  });
  const replaced = await call("POST", "", { name: "Nacht", values, replace: true });
  expect(replaced).toMatchObject({ status: 201, json: { id: "1", values } });
  expect(replaced.json.changed).toBeGreaterThan(saved.json.changed);
  await call("POST", "", { name: "Tag", values });
  expect(await call("PATCH", "/Tag", { name: "Nacht" })).toMatchObject({ status: 409, json: { key: "name" } });
  expect([await names(), await names("?limit=1"), await names("?cursor=1")]).toEqual([
    ["Nacht", "Tag"],
    ["Nacht"],
    ["Tag"],
  ]);
  for (const id of ["1", "Tag"]) expect((await call("DELETE", `/${id}`)).status).toBe(204);
  for (const [method, path] of [["DELETE", "/1"] as const, ["PATCH", "/Tag"] as const, ["POST", "/1/apply"] as const])
    expect((await call(method, path, method === "PATCH" ? { name: "x" } : undefined)).status).toBe(404);
  const lines = audit.list({ limit: 20 }).map(({ action, subject }) => `${action} ${subject}`);
  expect(lines.toReversed()).toEqual([
    "preset-added Nacht/😀",
    "settings-changed brightness,overlay",
    "preset-changed Nacht",
    "preset-changed Nacht",
    ...["preset-added Tag", "preset-removed Nacht", "preset-removed Tag"],
  ]);
});

test("what this camera refuses is named, nothing is applied, and the rest can be had", async () => {
  image.values.set("brightness", 50);
  const values = { brightness: 20, resolution: "640x480", "cam1-light": true };
  await call("POST", "", { name: "Other", values });
  const lacking = await call("POST", "/Other/apply", { except: ["resolution"] });
  expect([lacking.status, lacking.json.code, lacking.json.key]).toEqual([409, "NOT_SUPPORTED", "cam1-light"]);
  expect(lacking.json.error).toContain("no light is configured");
  const strange = await call("POST", "/Other/apply", { except: ["cam1-light"] });
  expect([strange.status, strange.json.code, strange.json.key]).toEqual([409, "CONFLICT", "resolution"]);
  expect(strange.json.error).toContain("must be one of 1920x1080, 1280x720");
  expect(image.values.get("brightness")).toBe(50);
  const rest = await call("POST", "/Other/apply", { except: ["cam1-light", "resolution"] });
  expect(rest).toMatchObject({ status: 200, json: { data: { brightness: 20 } } });
  const nothing = await call("POST", "/Other/apply", { except: Object.keys(values) });
  expect([nothing.status, nothing.json.code]).toEqual([409, "CONFLICT"]);
});

test.each([
  [{ name: "", values: NIGHT }, "name"],
  [{ name: "x".repeat(101), values: NIGHT }, "name"],
  [{ name: "a\u0007", values: NIGHT }, "name"],
  [{ name: "x", values: {} }, "values"],
  [{ name: "x", values: { brightness: 101 } }, "brightness"],
  [{ name: "x", values: { brightnes: 1 } }, "brightnes"],
  [{ name: "x", values: { record: true } }, "record"],
  [{ name: "x", values: { snap: true } }, "snap"],
  [{ name: "x", values: { streams: {} } }, "streams"],
  [{ name: "x", values: { overlay: { enabled: true } } }, "overlay"],
  [{ name: "x", values: NIGHT, more: 1 }, "more"],
])("refuses %j and names %s", async (body, key) => {
  const { status, json } = await call("POST", "", body);
  expect([status, json.key]).toEqual([400, key]);
  expect(await names()).toEqual([]);
});

test("who may not change a setting may not touch presets of it; who may look sees them", async () => {
  await call("POST", "", { name: "Nacht", values: NIGHT });
  const viewer: readonly string[] = [];
  expect((await call("GET", "", undefined, viewer)).json.data).toMatchObject([{ name: "Nacht", values: NIGHT }]);
  for (const [method, path] of [
    ["POST", ""],
    ["PATCH", "/Nacht"],
    ["DELETE", "/Nacht"],
    ["POST", "/Nacht/apply"],
  ] as const)
    expect((await call(method, path, {}, viewer)).status).toBe(401);
  // a token that changes recordings only: the route lets it in, the settings do not
  const media = made.actor(["Media_r", "Media_rw"]);
  const preset = presets.get("Nacht");
  expect(service.describe(preset, media.permissions).values).toEqual({});
  for (const act of [
    () => service.remove("Nacht", media),
    () => service.change("Nacht", { name: "x" }, media),
    () => service.change("Nacht", { values: { "pre-roll": 1 } }, media),
    () => service.save({ name: "Nacht", values: { "pre-roll": 1 }, replace: true }, media),
  ])
    expect(act).toThrow("brightness needs the permission Device_rw");
  expect(service.save({ name: "Vorlauf", values: { "pre-roll": 1 }, replace: false }, media).name).toBe("Vorlauf");
});

test("there is an end to how many there are, and what cannot be written down is not kept", () => {
  const save = (name: string) => service.save({ name, values: { contrast: 1 }, replace: false }, made.actor());
  database.run("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk full'); END");
  expect(() => save("lost")).toThrow("storage failed");
  expect(presets.list()).toEqual([]);
  database.run("DROP TRIGGER full");
  for (let number = 0; number < MAX_SETTING_PRESETS; number += 1) save(`preset ${number}`);
  expect(() => save("one more")).toThrow(`There are ${MAX_SETTING_PRESETS} presets already`);
  const part = createSettingPresetsPart(table);
  const kept = part.export(false) as { name: string }[];
  table.replaceAll([]);
  part.check(kept);
  part.import(kept);
  expect(presets.list().map(({ name }) => name)).toEqual(kept.map(({ name }) => name));
  for (const [value, words] of [
    ["none", "is not a list"],
    [[...kept, kept[0]], "is not a list"],
    [[kept[0], kept[0]], "one name twice"],
    [[{ ...kept[0], values: { brightnes: 1 } }], "no setting"],
  ] as const)
    expect(() => part.check(value as never)).toThrow(words);
});

test("whoever reads settings is told of every change", () => {
  const owner = createSettingPresetsOwner(presets);
  const { scheduler } = createManualTime();
  const log = createLog({ level: "error", write: () => undefined }, "test");
  const owners = [createManualOwner({ brightness: 50 }), owner];
  const told = new SettingsStore({ owners, table: made.table, scheduler, log });
  const seen: unknown[] = [];
  told.subscribe(({ values }) => seen.push(values.get("setting-presets")));
  service.save({ name: "Nacht", values: { contrast: 1 }, replace: false }, made.actor());
  service.save({ name: "Nacht", values: { contrast: 2 }, replace: true }, made.actor());
  service.remove("Nacht", made.actor());
  const [first, second, third] = seen as readonly { readonly name: string; readonly changed: number }[][];
  expect([first, second, third]).toMatchObject([[{ name: "Nacht" }], [{ name: "Nacht" }], []]);
  expect(second?.[0]?.changed).toBeGreaterThan(first?.[0]?.changed ?? Infinity);
  told.close();
});
