import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const ADMIN = { Authorization: `Basic ${Buffer.from("admin:password").toString("base64")}` };

let folder: string;
let file: string;
let server: TestServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rotordream-reload-"));
  file = join(folder, "rotordream.toml");
  writeFileSync(file, "[limits]\napi_per_minute = 1000\n");
  server = await startServer(["--config", file]);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.stop();
});

const limit = async () => (await fetch(`${server.http}/api/info`, { headers: ADMIN })).headers.get("x-ratelimit-limit");
const reload = () => fetch(`${server.http}/api/config/reload`, { method: "POST", headers: ADMIN });
const logged = (text: string) => server.log.filter(({ message }) => message.includes(text)).length;

test("SIGHUP applies what can change live and names what needs a restart", async () => {
  expect(await limit()).toBe("1000");
  writeFileSync(file, "[limits]\napi_per_minute = 900\n[multicast]\nttl = 4\n");
  process.kill(server.pid, "SIGHUP");
  await until(() => logged("the configuration was read again") === 1);
  expect(server.log.at(-1)).toMatchObject({ applied: "limits.api_per_minute", needsRestart: "multicast.ttl" });
  expect(await limit()).toBe("900");
});

test("SIGHUP with a bad file changes nothing and says where the mistake is", async () => {
  writeFileSync(file, "[limits]\napi_per_minute = 800\nrtsp_sessions = -1\n");
  process.kill(server.pid, "SIGHUP");
  await until(() => logged("the configuration stays as it was") === 1);
  expect(server.log.at(-1)?.message).toContain(`${file}:3: limits.rtsp_sessions cannot be -1`);
  expect(await limit()).toBe("900");
});

test("the same over REST, without the folder's name", async () => {
  const refused = await reload();
  expect(refused.status).toBe(400);
  const { error, code } = (await refused.json()) as { error: string; code: string };
  expect(code).toBe("INVALID_CONFIGURATION");
  expect(error).toStartWith("rotordream.toml:3: limits.rtsp_sessions cannot be -1");
  writeFileSync(file, "[limits]\napi_per_minute = 700\n");
  expect(await (await reload()).json()).toMatchObject({ applied: ["limits.api_per_minute"], needs_restart: [] });
  expect(await limit()).toBe("700");
});

test("rules of retention that the file gives are in force at once, and cannot be changed elsewhere", async () => {
  const rules = async (change?: object) => {
    const init = change === undefined ? {} : { method: "PATCH", body: JSON.stringify(change) };
    const answer = await fetch(`${server.http}/api/recordings/retention`, { headers: ADMIN, ...init });
    return { ...((await answer.json()) as { fixed?: object }), status: answer.status };
  };
  expect(await rules({ days: 30, overwrite: true })).toMatchObject({ status: 200, days: 30, fixed: {} });
  writeFileSync(file, "[limits]\napi_per_minute = 700\n[retention]\ndays = 7\n");
  expect(await (await reload()).json()).toMatchObject({ applied: ["retention.days"] });
  expect(await rules()).toMatchObject({ days: 7, overwrite: true, fixed: { days: "file" } });
  expect(await rules({ days: 8 })).toMatchObject({ status: 409, code: "CONFLICT", key: "days" });
  expect(await rules({ overwrite: false })).toMatchObject({ status: 200, overwrite: false });
  writeFileSync(file, "[limits]\napi_per_minute = 700\n");
  process.kill(server.pid, "SIGHUP");
  await until(async () => Bun.deepEquals((await rules()).fixed, {}));
  expect(await rules()).toMatchObject({ days: 30 });
});

test("needs System_rw", async () => {
  expect((await fetch(`${server.http}/api/config/reload`, { method: "POST" })).status).toBe(401);
});
