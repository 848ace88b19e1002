import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXECUTABLE, startServer } from "../support/server.ts";

const STOP_LIMIT_MS = 5000;
const FREE_PORTS = [
  "--http-port",
  "0",
  "--https-port",
  "0",
  "--rtsp-port",
  "0",
  "--rtsps-port",
  "0",
  "--webrtc-port",
  "0",
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the executable to its end. */
function rotordream(...args: readonly string[]): {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
} {
  const run = Bun.spawnSync([EXECUTABLE, ...args], { cwd: folder, stdin: "ignore", timeout: 20_000 });
  return { code: run.exitCode, stdout: `${run.stdout}`, stderr: `${run.stderr}` };
}

test("the executable is one file of at most 125 MB", () => {
  expect(statSync(EXECUTABLE).size).toBeLessThanOrEqual(125_000_000);
});

describe("mistakes", () => {
  test("an unknown flag is exit 78 with a suggestion", () => {
    const { code, stderr } = rotordream("--htp-port", "80");
    expect(code).toBe(78);
    expect(stderr).toContain("Did you mean --http-port?");
  });

  test("a bad file is exit 78 with its line, and nothing starts", () => {
    const file = join(folder, "bad.toml");
    writeFileSync(file, "[limits]\n\nrtsp_sesions = 3\n");
    const { code, stderr } = rotordream("--config", file, "--data-dir", join(folder, "never"));
    expect(code).toBe(78);
    expect(stderr).toContain(`${file}:3: unknown key limits.rtsp_sesions`);
    expect(existsSync(join(folder, "never"))).toBe(false);
  });

  test("a folder for a file is exit 78 naming it", () => {
    const { code, stderr } = rotordream("config", "check", "--config", folder);
    expect(code).toBe(78);
    expect(stderr).toContain(`there is no file ${folder}`);
  });

  test("a demo for the network without a password is exit 78, a weak one too", () => {
    expect(rotordream("--demo", "--listen", "0.0.0.0").code).toBe(78);
    const { code, stderr } = rotordream("--demo", "--listen", "0.0.0.0", "--admin-password", "password");
    expect(code).toBe(78);
    expect(stderr).toContain("8 to 128 characters");
  });

  test("a data folder that cannot be made is exit 74 and says what to do", () => {
    const { code, stderr } = rotordream("--demo", ...FREE_PORTS, "--data-dir", "/dev/null/x");
    expect(code).toBe(74);
    expect(stderr).toContain("the data folder /dev/null/x cannot be used");
    expect(stderr).toContain("--data-dir");
  });

  test("what later versions bring is exit 69, plainly", () => {
    const { code, stderr } = rotordream("install");
    expect(code).toBe(69);
    expect(stderr).toContain("does not have `install` yet");
  });
});

describe("questions", () => {
  test("--version and --help", () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"));
    expect(rotordream("--version")).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: "" });
    expect(rotordream("--help").stdout).toContain("--no-discovery");
  });

  test("config show gives back what a file may hold", () => {
    const { code, stdout } = rotordream("config", "show", "--data-dir", folder, "--admin-password", "hunter2hunter2");
    expect(code).toBe(0);
    expect(stdout).toContain("http_port = ");
    expect(stdout).not.toContain("hunter2");
    const file = join(folder, "shown.toml");
    writeFileSync(file, stdout);
    expect(rotordream("config", "check", "--config", file)).toMatchObject({ code: 0, stderr: "" });
  });

  test("doctor finds the port that is taken and who holds it", async () => {
    await using server = await startServer();
    const { port } = new URL(server.http);
    const { code, stdout } = rotordream("doctor", "--demo", "--http-port", port, "--rtsp-port", "0");
    expect(stdout).toContain(`HTTP port ${port}/tcp on 127.0.0.1 is in use by rotordream (pid ${server.pid})`);
    expect(stdout).toContain("RTSP takes any free tcp port");
    expect(code).toBe(69);
  });

  test("doctor can serve from the test source, and says what an absent camera means", () => {
    expect(rotordream("doctor", "--demo", ...FREE_PORTS)).toMatchObject({ code: 0, stderr: "" });
    const { code, stdout } = rotordream("doctor", "--demo", ...FREE_PORTS, "--source", "/dev/video99");
    expect(code).toBe(0);
    expect(stdout).toContain("PROBLEM  --source /dev/video99 is no camera that can be used now;");
  });
});

describe("a port in use", () => {
  test("is exit 69 naming the port and who holds it", async () => {
    await using server = await startServer();
    const { port } = new URL(server.rtsp);
    const { code, stderr } = rotordream("--demo", ...FREE_PORTS, "--rtsp-port", port);
    expect(code).toBe(69);
    expect(stderr).toContain(`RTSP port ${port} on 127.0.0.1 is in use by rotordream (pid ${server.pid})`);
  });
});

describe("the end", () => {
  const demoFolders = () => readdirSync(tmpdir()).filter((name) => name.startsWith("rotordream-demo-"));

  test.each(["SIGTERM", "SIGINT"] as const)("%s is exit 0 in time, and a demo's folder goes", async (signal) => {
    const server = await startServer();
    const data = String(server.log.find((line) => line.message === "started")?.dataFolder);
    expect(existsSync(data)).toBe(true);
    const began = performance.now();
    expect(await server.stop(signal)).toBe(0);
    expect(performance.now() - began).toBeLessThan(STOP_LIMIT_MS);
    expect(existsSync(data)).toBe(false);
  });

  test("a refused start leaves no demo folder", () => {
    const before = demoFolders();
    rotordream("--demo", "--log-level", "loud");
    expect(demoFolders()).toEqual(before);
  });
});

describe("the first start", () => {
  test("without a terminal writes the password to a file, which opens the device", async () => {
    const data = join(folder, "first");
    const child = Bun.spawn(
      [EXECUTABLE, "--source", "test", "--listen", "127.0.0.1", ...FREE_PORTS, "--data-dir", data],
      {
        stdin: "ignore",
        stdout: "pipe",
      },
    );
    let log = "";
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) {
      log += decoder.decode(chunk, { stream: true });
      if (log.includes('"service":"rtsp"')) break;
    }
    const password = readFileSync(join(data, "initial-password"), "utf8").trim();
    expect(statSync(data).mode & 0o777).toBe(0o700);
    expect(log).toContain(join(data, "initial-password"));
    expect(log).not.toContain(password);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(log)?.[0] ?? "";
    const status = async (given: string) =>
      (await fetch(`${url}/api/streams`, { headers: { Authorization: `Basic ${btoa(`admin:${given}`)}` } })).status;
    expect(await status(password)).toBe(200);
    expect(await status("wrong")).toBe(401);
    expect((await fetch(`${url}/api/streams`)).status).toBe(401);
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
  });

  test("on a terminal shows the password and the addresses to people, and Ctrl-C ends it", async () => {
    // exec: a shell that stays in between (dash, where SHELL is not set) would end by the same Ctrl-C, and script with its code
    const command = [
      "exec",
      EXECUTABLE,
      "--source test --listen 127.0.0.1",
      ...FREE_PORTS,
      "--data-dir",
      join(folder, "terminal"),
    ];
    const child = Bun.spawn(["script", "-qec", command.join(" "), "/dev/null"], { stdin: "pipe", stdout: "pipe" });
    let shown = "";
    let asked = false;
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) {
      shown += decoder.decode(chunk, { stream: true });
      // Once at most: the pieces that follow are read to the end.
      if (asked || !shown.includes("Ctrl-C stops it.")) continue;
      asked = true;
      child.stdin.write("\x03");
      child.stdin.flush();
    }
    expect(await child.exited).toBe(0);
    expect(shown).toMatch(/First start: user admin, password [a-z0-9]{5}(-[a-z0-9]{5}){3}/);
    expect(shown).toMatch(/Log in as admin, password [a-z0-9]{5}(-[a-z0-9]{5}){3}\./);
    expect(shown).toMatch(/Page +http:\/\/127\.0\.0\.1:\d+\//);
    expect(shown).toMatch(/Video +rtsp:\/\/127\.0\.0\.1:\d+\/stream1/);
    expect(shown).not.toContain('{"time"');
    expect(existsSync(join(folder, "terminal/initial-password"))).toBe(false);
  });
});
