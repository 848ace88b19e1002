import type { Database } from "bun:sqlite";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDigitalDriver } from "../../src/camera/ptz/digital-driver.ts";
import { PtzPresets } from "../../src/camera/ptz/presets.ts";
import { Ptz } from "../../src/camera/ptz/ptz.ts";
import { createLog } from "../../src/core/log.ts";
import { ptzRoutes } from "../../src/modules/ptz/index.ts";
import { createPtzService } from "../../src/modules/ptz/service.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { curl } from "../support/curl.ts";
import { type HttpFront, startHttpFront } from "../support/http-front.ts";
import { ADMIN_PASSWORD } from "../support/identity.ts";
import { createManualTime } from "../support/manual-scheduler.ts";

const ADMIN = ["-u", `admin:${ADMIN_PASSWORD}`] as const;
const time = createManualTime();
const log = createLog({ level: "error", write: () => undefined }, "ptz");

let folder: string;
let database: Database;
let ptz: Ptz;
let front: HttpFront;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
  database = openDatabase(folder);
  const driver = createDigitalDriver({ adjust: () => undefined });
  ptz = new Ptz({ driver, presets: new PtzPresets(database), log, ...time });
  front = await startHttpFront({ anonymous: "viewer", routes: ptzRoutes(createPtzService(ptz)) });
});
afterAll(async () => {
  await front.listener.stop();
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

const call = async (method: string, path: string, body?: unknown, login: readonly string[] = ADMIN) => {
  const data = body === undefined ? [] : ["-d", JSON.stringify(body)];
  const { last } = await curl("-X", method, ...login, ...data, `${front.url}/api/ptz${path}`);
  return { status: last.status, json: last.text === "" ? {} : JSON.parse(last.text), text: last.text };
};

test("a move runs at the speeds given, for as long as given, and can be stopped", async () => {
  const moved = await call("POST", "/move", { zoom: 1, timeout: 1000 });
  expect(moved).toMatchObject({ status: 200, json: { data: { pan: 0, tilt: 0, zoom: 1, moving: true } } });
  time.advanceMs(500);
  expect(ptz.position.zoom).toBeGreaterThan(1.5);
  expect(await call("POST", "/stop")).toMatchObject({ status: 200, json: { moving: false } });
  expect((await call("POST", "/move", {})).json.data).toMatchObject({ moving: false });
});

test.each([
  [{ pan: 2 }, "pan must be between -1 and 1"],
  [{ pan: "1" }, "pan must be a number"],
  [{ timeout: 10_001 }, "timeout must be between 1 and 10000"],
  [{ roll: 1 }, "roll"],
])("refuses the move %j", async (body, message) => {
  const { status, json } = await call("POST", "/move", body);
  expect([status, json.code]).toEqual([400, "INVALID_VALUE"]);
  expect(json.error).toContain(message);
  expect(ptz.moving).toEqual({ panTilt: false, zoom: false });
});

test("presets are saved, listed, gone to and removed; home is one of them", async () => {
  ptz.place({ pan: 0.5, tilt: -0.5, zoom: 4 });
  const door = { id: "1", name: "door", pan: 0.5, tilt: -0.5, zoom: 4 };
  expect(await call("POST", "/presets", { name: " door " })).toMatchObject({ status: 201, json: { data: door } });
  expect(await call("POST", "/presets", { name: "door" })).toMatchObject({ status: 409, json: { code: "CONFLICT" } });
  expect(await call("POST", "/home")).toMatchObject({ json: { data: { pan: 0, tilt: 0, zoom: 1, moving: false } } });
  expect(await call("POST", "/presets/1/goto")).toMatchObject({ json: { data: { pan: 0.5, tilt: -0.5, zoom: 4 } } });
  await call("POST", "/presets", { name: "home" });
  ptz.place({ zoom: 1 });
  expect(await call("POST", "/home")).toMatchObject({ json: { data: { zoom: 4 } } });
  expect((await call("GET", "/presets")).json.data).toMatchObject([{ id: "home" }, door]);
  expect(await call("DELETE", "/presets/1")).toMatchObject({ status: 204, text: "" });
  expect(await call("DELETE", "/presets/1")).toMatchObject({ status: 404 });
  expect(await call("POST", "/presets/1/goto")).toMatchObject({ status: 404 });
  for (const name of ["", "x".repeat(65), "a\u0007"])
    expect(await call("POST", "/presets", { name })).toMatchObject({ status: 400 });
});

test("viewers see presets and move nothing", async () => {
  expect((await call("GET", "/presets", undefined, [])).status).toBe(200);
  for (const path of ["/move", "/stop", "/home", "/presets", "/presets/1/goto"])
    expect(await call("POST", path, {}, [])).toMatchObject({ status: 401 });
});
