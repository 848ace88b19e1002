import { expect, test } from "bun:test";
import { loadConfig } from "../../../src/config/load.ts";
import { RunningConfig } from "../../../src/config/running-config.ts";
import { inputsOf } from "./inputs.ts";

const FILE = "/etc/rotordream/rotordream.toml";

function setUp(text: string) {
  const files: Record<string, string> = { [FILE]: text };
  const load = () => loadConfig(inputsOf({ files }));
  const running = new RunningConfig(load(), load);
  const write = (next: string) => {
    files[FILE] = next;
  };
  return { running, write };
}

test("what can change live is in force at once, the rest is named", () => {
  const { running, write } = setUp("[limits]\nrtsp_sessions = 3\n");
  const { view } = running;
  expect(view.limits.rtspSessions).toBe(3);
  write('[limits]\nrtsp_sessions = 7\n[server]\nhttp_port = 8081\n[[light]]\ndriver = "led"\nname = "lamp"\n');
  expect(running.reload()).toEqual({
    applied: ["limits.rtsp_sessions"],
    needsRestart: ["server.http_port", "[[light]]"],
  });
  expect(view.limits.rtspSessions).toBe(7);
  expect(view.server.httpPort).toBe(80);
  expect(view.lights).toEqual([]);
});

test("a bad file changes nothing", () => {
  const { running, write } = setUp("[limits]\nrtsp_sessions = 3\n");
  write("[limits]\nrtsp_sessions = 7\nwebrtc_viewers = -1\n");
  expect(() => running.reload()).toThrow(`${FILE}:3: limits.webrtc_viewers cannot be -1`);
  expect(running.view.limits.rtspSessions).toBe(3);
});

test("the same file changes nothing", () => {
  const { running } = setUp('[server]\nhosts = ["cam.example"]\n');
  expect(running.reload()).toEqual({ applied: [], needsRestart: [] });
});

test("who gave a value is known, and follows a reload", () => {
  const files: Record<string, string> = { [FILE]: "[retention]\ndays = 3\nbytes = 5\n" };
  const environment = { ROTORDREAM_RETENTION_BYTES: "7" };
  const load = () => loadConfig(inputsOf({ files, environment, keys: { "--http-port": "8081" } }));
  const running = new RunningConfig(load(), load);
  const given = { "retention.bytes": "environment", "server.http_port": "flag" } as const;
  expect(running.view.origins).toEqual({ ...given, "retention.days": "file" });
  files[FILE] = "[retention]\noverwrite = true\n";
  expect(running.reload().applied).toEqual(["retention.days", "retention.overwrite"]);
  expect(running.view.origins).toEqual({ ...given, "retention.overwrite": "file" });
});
