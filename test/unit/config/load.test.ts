import { describe, expect, test } from "bun:test";
import { loadConfig } from "../../../src/config/load.ts";
import { AppError } from "../../../src/core/errors.ts";
import { inputsOf, type TestHost } from "./inputs.ts";

const load = (host: TestHost = {}) => loadConfig(inputsOf(host));

function problemsOf(host: TestHost): string {
  try {
    load(host);
  } catch (error) {
    if (error instanceof AppError && error.kind === "configuration") return error.message;
    throw error;
  }
  throw new Error("the configuration was accepted");
}

describe("defaults", () => {
  test("are the contract's", () => {
    const config = load();
    expect(config.server).toMatchObject({
      listen: ["0.0.0.0", "::"],
      httpPort: 80,
      httpsPort: 443,
      rtspPort: 554,
      rtspsPort: 322,
      webrtcPort: 8189,
      requireTls: false,
    });
    expect(config.limits).toEqual({
      apiPerMinute: 100,
      mediaPerSecond: 20,
      onvifPerMinute: 600,
      wsMessagesPerSecond: 100,
      wsConnections: 64,
      rtspSessions: 10,
      webrtcViewers: 10,
      mjpegViewers: 5,
      loginFailures: 5,
    });
    expect(config.auth).toMatchObject({ anonymous: "guest", adminPassword: undefined });
    expect(config).toMatchObject({
      source: "auto",
      demo: false,
      discovery: true,
      logLevel: "info",
      dataFolder: "/var/lib/rotordream",
    });
  });

  test("cannot be changed afterwards", () => {
    const config = load();
    expect(Object.isFrozen(config) && Object.isFrozen(config.server) && Object.isFrozen(config.server.listen)).toBe(
      true,
    );
  });
});

describe("order", () => {
  const file = "[limits]\nrtsp_sessions = 1\nws_connections = 1\nmjpeg_viewers = 1\n[server]\nhttp_port = 1001\n";

  test("flags before environment before file before defaults", () => {
    const config = load({
      files: { "/etc/rotordream/rotordream.toml": file },
      environment: { ROTORDREAM_LIMITS_WS_CONNECTIONS: "2", ROTORDREAM_SERVER_HTTP_PORT: "1002" },
      keys: { "--http-port": "1003" },
    });
    expect(config.limits).toMatchObject({ rtspSessions: 1, wsConnections: 2, mjpegViewers: 1, webrtcViewers: 10 });
    expect(config.server.httpPort).toBe(1003);
    expect(config.configFile).toBe("/etc/rotordream/rotordream.toml");
  });

  test("--config before /etc before the data folder; only one is read", () => {
    const files = {
      "/here/mine.toml": "[limits]\nrtsp_sessions = 1",
      "/etc/rotordream/rotordream.toml": "[limits]\nrtsp_sessions = 2",
      "/data/rotordream.toml": "[limits]\nrtsp_sessions = 3",
    };
    const sessions = (host: TestHost) => load(host).limits.rtspSessions;
    expect(sessions({ files, flags: { config: "mine.toml", dataDir: "/data" } })).toBe(1);
    expect(sessions({ files, flags: { dataDir: "/data" } })).toBe(2);
    expect(
      sessions({ files: { "/data/rotordream.toml": files["/data/rotordream.toml"] }, flags: { dataDir: "/data" } }),
    ).toBe(3);
  });

  test("a file that --config names must be there", () => {
    expect(problemsOf({ flags: { config: "/nowhere.toml" } })).toBe("--config: there is no file /nowhere.toml");
  });
});

describe("environment", () => {
  test("reads every kind of value", () => {
    const config = load({
      environment: {
        ROTORDREAM_SERVER_LISTEN: "127.0.0.1, ::1",
        ROTORDREAM_SERVER_REQUIRE_TLS: "true",
        ROTORDREAM_AUTH_ADMIN_PASSWORD: "correct horse battery",
        ROTORDREAM_LIMITS_RTSP_SESSIONS: "0",
        HOME: "/root",
      },
    });
    expect(config.server).toMatchObject({ listen: ["127.0.0.1", "::1"], requireTls: true });
    expect(config.auth.adminPassword).toBe("correct horse battery");
    expect(config.limits.rtspSessions).toBe(0);
  });

  test("names what is wrong and what is allowed", () => {
    expect(problemsOf({ environment: { ROTORDREAM_LIMITS_RTSP_SESSIONS: "many" } })).toBe(
      'ROTORDREAM_LIMITS_RTSP_SESSIONS: limits.rtsp_sessions cannot be "many"; allowed: a whole number from 0 to 1000000',
    );
    expect(problemsOf({ environment: { ROTORDREAM_LIMITS_RTSP_SESSION: "1" } })).toContain("unknown variable");
  });

  test("passes over names without a section of ours, and says so", () => {
    const config = load({ environment: { ROTORDREAM_PORT: "tcp://10.0.0.1:80", OTHER_LIMITS_X: "1" } });
    expect(config.server.httpPort).toBe(80);
    expect(config.warnings).toEqual([expect.stringContaining("ROTORDREAM_PORT is ignored")]);
  });
});

describe("ports", () => {
  test("without the right to low ones, default ports only are replaced, and both fixes are named", () => {
    const config = load({ mayBindLowPorts: false, keys: { "--rtsp-port": "554" } });
    expect(config.server).toMatchObject({
      httpPort: 8080,
      httpsPort: 8443,
      rtspPort: 554,
      rtspsPort: 8322,
      webrtcPort: 8189,
    });
    expect(config.warnings).toHaveLength(1);
    expect(config.warnings[0]).toContain("80→8080, 443→8443, 322→8322");
    expect(config.warnings[0]).toContain("`sudo setcap cap_net_bind_service=+ep /opt/rotordream`");
    expect(config.warnings[0]).toContain("ip_unprivileged_port_start");
  });

  test("one port for two services is refused, but any number may be free ones", () => {
    expect(problemsOf({ keys: { "--http-port": "554" } })).toContain("port 554 is given to two services");
    const free = {
      "--http-port": "0",
      "--https-port": "0",
      "--rtsp-port": "0",
      "--rtsps-port": "0",
      "--webrtc-port": "0",
    };
    expect(load({ keys: free }).server).toMatchObject({
      httpPort: 0,
      httpsPort: 0,
      rtspPort: 0,
      rtspsPort: 0,
      webrtcPort: 0,
    });
  });
});

describe("demo", () => {
  const demo = { demo: true };

  test("is closed to the network, open on the machine", () => {
    const config = load({ flags: demo, mayBindLowPorts: false });
    expect(config.server).toMatchObject({
      listen: ["127.0.0.1", "::1"],
      httpPort: 8080,
      httpsPort: 8443,
      rtspPort: 8554,
      rtspsPort: 8322,
    });
    expect(config.auth).toMatchObject({ anonymous: "viewer", adminPassword: "password" });
    expect(config).toMatchObject({ source: "test", loopbackOnly: true, temporaryDataFolder: true, warnings: [] });
  });

  test("keeps a data folder, a source and a password that are given, however weak", () => {
    const config = load({
      flags: { ...demo, dataDir: "/data", source: "/dev/video0" },
      keys: { "--admin-password": "x" },
    });
    expect(config).toMatchObject({ dataFolder: "/data", temporaryDataFolder: false, source: "/dev/video0" });
    expect(config.auth.adminPassword).toBe("x");
  });

  test("--standard-ports", () => {
    const config = load({ flags: { ...demo, standardPorts: true } });
    expect(config.server).toMatchObject({
      listen: ["127.0.0.1", "::1"],
      httpPort: 80,
      httpsPort: 443,
      rtspPort: 554,
      rtspsPort: 322,
    });
  });

  test("on the network it demands a password of its own and closes anonymous viewing", () => {
    const open = { "--listen": "0.0.0.0" };
    expect(problemsOf({ flags: demo, keys: open })).toContain("needs --admin-password");
    expect(problemsOf({ flags: demo, keys: { ...open, "--admin-password": "password1" } })).toContain(
      "8 to 128 characters",
    );
    const config = load({ flags: demo, keys: { ...open, "--admin-password": "correct horse" } });
    expect(config.auth).toMatchObject({ anonymous: "guest", adminPassword: "correct horse" });
    expect(config.loopbackOnly).toBe(false);
  });

  test("does not read the real device's file", () => {
    const files = { "/etc/rotordream/rotordream.toml": '[server]\nlisten = "0.0.0.0"' };
    expect(load({ flags: demo, files }).loopbackOnly).toBe(true);
  });

  test("localhost is both loopback addresses", () => {
    expect(load({ flags: demo, keys: { "--listen": "localhost" } }).server.listen).toEqual(["127.0.0.1", "::1"]);
  });
});

describe("listen addresses", () => {
  test("an IPv4 address in its mapped form is that address, also on loopback", () => {
    const config = load({ flags: { demo: true }, keys: { "--listen": "::FFFF:127.0.0.1" } });
    expect(config.server.listen).toEqual(["127.0.0.1"]);
    expect(config.loopbackOnly).toBe(true);
  });

  test.each([
    [["127.0.0.1", "0.0.0.0"], ["0.0.0.0"]],
    [
      ["0.0.0.0", "127.0.0.1", "::1"],
      ["0.0.0.0", "::1"],
    ],
    [
      ["::1", "192.0.2.1", "::"],
      ["192.0.2.1", "::"],
    ],
    [
      ["192.0.2.1", "127.0.0.1"],
      ["192.0.2.1", "127.0.0.1"],
    ],
  ])("of %p only %p can be bound beside each other", (given, bound) => {
    const files = { "/data/rotordream.toml": `[server]\nlisten = ${JSON.stringify(given)}` };
    expect(load({ flags: { dataDir: "/data" }, files }).server.listen).toEqual(bound);
  });
});

describe("passwords", () => {
  test.each(["short", "passw0rd", "PASSWORD123", "12345678", "x".repeat(129)])("%p is refused, unseen", (password) => {
    const problems = problemsOf({ keys: { "--admin-password": password } });
    expect(problems).toContain("is not one of the most common ones and is not the user name");
    expect(problems).not.toContain(password);
  });

  test("a wrong type in the file does not show it either", () => {
    const files = { "/etc/rotordream/rotordream.toml": '[auth]\nadmin_password = ["hunter2hunter2", "x"]' };
    const problems = problemsOf({ files });
    expect(problems).toContain("rotordream.toml:2: auth.admin_password cannot be this value");
    expect(problems).not.toContain("hunter2");
  });
});

describe("data folder", () => {
  test("root and the service's user have the system's, others their own", () => {
    const environment = { HOME: "/home/ana" };
    expect(load({ environment, isRoot: false }).dataFolder).toBe("/home/ana/.local/share/rotordream");
    expect(load({ environment, isRoot: false, writable: ["/var/lib/rotordream"] }).dataFolder).toBe(
      "/var/lib/rotordream",
    );
    expect(load({ environment }).dataFolder).toBe("/var/lib/rotordream");
    expect(load({ flags: { dataDir: "data" } }).dataFolder).toBe("/here/data");
  });
});

describe("flags", () => {
  test.each([
    [{ logLevel: "loud" }, "--log-level"],
    [{ source: "a b" }, "--source"],
    [{ source: "" }, "--source"],
    [{ dataDir: "" }, "--data-dir"],
  ])("%p is refused", (flags, named) => {
    expect(problemsOf({ flags })).toContain(named);
  });

  test.each([
    ["--http-port", "65536"],
    ["--http-port", "-1"],
    ["--http-port", "80x"],
    ["--http-port", ""],
    ["--listen", "example.org"],
    ["--listen", "300.1.1.1"],
    ["--anonymous", "admin"],
  ])("%s %p is refused", (flag, value) => {
    expect(problemsOf({ keys: { [flag]: value } })).toStartWith(`${flag}: `);
  });

  test("all problems come at once", () => {
    const problems = problemsOf({
      keys: { "--http-port": "x" },
      flags: { logLevel: "y" },
      environment: { ROTORDREAM_RTSP_X: "1" },
    });
    expect(problems.split("\n")).toHaveLength(3);
  });
});
