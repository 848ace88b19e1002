import { expect, test } from "bun:test";
import { type Invocation, parseArguments } from "../../../src/cli/program.ts";
import { AppError } from "../../../src/core/errors.ts";

function parse(...args: readonly string[]): {
  readonly invocation: Invocation | undefined;
  readonly said: string;
  readonly refused: string;
} {
  let said = "";
  const take = (text: string) => {
    said += text;
  };
  try {
    return { invocation: parseArguments("1.2.3", { out: take, err: take }, args), said, refused: "" };
  } catch (error) {
    if (error instanceof AppError && error.kind === "configuration")
      return { invocation: undefined, said, refused: error.message };
    throw error;
  }
}

function flagsOf(...args: readonly string[]) {
  const { invocation } = parse(...args);
  if (invocation === undefined || !("flags" in invocation)) throw new Error("no flags");
  return invocation.flags;
}

test("no arguments serve", () => {
  expect(parse().invocation).toMatchObject({ command: "serve", flags: { demo: false, discovery: true } });
  expect(parse("serve").invocation).toMatchObject({ command: "serve" });
});

test("every flag of the contract is taken, before and after a command", () => {
  const all = [
    "--demo --standard-ports --source /dev/video0 --data-dir /d --config c.toml --listen 127.0.0.1 --listen ::1",
    "--admin-password pw --anonymous viewer --http-port 1 --https-port 2 --rtsp-port 3 --rtsps-port=4 --webrtc-port 5",
    "--no-discovery --log-level debug",
  ].flatMap((line) => line.split(" "));
  const expected = {
    demo: true,
    standardPorts: true,
    discovery: false,
    source: "/dev/video0",
    dataDir: "/d",
    config: "c.toml",
    logLevel: "debug",
  };
  for (const flags of [flagsOf(...all), flagsOf("doctor", ...all), flagsOf(...all, "config", "check")]) {
    expect(flags).toMatchObject(expected);
    expect(Object.fromEntries(flags.keys)).toEqual({
      "--listen": "127.0.0.1,::1",
      "--admin-password": "pw",
      "--anonymous": "viewer",
      "--http-port": "1",
      "--https-port": "2",
      "--rtsp-port": "3",
      "--rtsps-port": "4",
      "--webrtc-port": "5",
    });
  }
});

test.each([
  [["doctor"], "doctor"],
  [["config", "check"], "config check"],
  [["config", "show"], "config show"],
  [["config", "schema"], "config schema"],
] as const)("%p", (args, command) => {
  expect(parse(...args).invocation).toMatchObject({ command });
});

test("an unknown flag is refused with the one that was meant", () => {
  const { refused, said } = parse("--htp-port", "80");
  expect(refused).not.toBe("");
  expect(said).toContain("unknown option '--htp-port'");
  expect(said).toContain("--http-port");
});

test("a mistyped secret is not repeated", () => {
  const { refused, said } = parse("--admin-pasword=hunter2");
  expect(refused).not.toBe("");
  expect(said).toContain("--admin-pasword=…");
  expect(said).not.toContain("hunter2");
});

test.each([
  [["docter"]],
  [["--http-port"]],
  [["serve", "more"]],
  [["completion", "tcsh"]],
  [["completion"]],
  [["config", "chek"]],
  [["doctor", "--what"]],
])("%p is refused", (args) => {
  expect(parse(...args).refused).not.toBe("");
});

test.each(["install", "uninstall"])("%s is absent, and help does not promise it", (name) => {
  expect(parse(name, "add", "--x").invocation).toEqual({ command: "absent", name });
  expect(parse("--help").said).not.toMatch(new RegExp(`^ {2}${name}\\b`, "m"));
});

test.each([
  [
    ["user", "add", "eva", "--role", "viewer"],
    { order: "user add", name: "eva", role: "viewer", permissions: [], onvif: true },
  ],
  [
    ["user", "add", "أحمد", "--role", "operator", "--permissions", "User_r, User_rw", "--no-onvif"],
    { order: "user add", name: "أحمد", role: "operator", permissions: ["User_r", "User_rw"], onvif: false },
  ],
  [["user", "passwd", "eva"], { order: "user passwd", name: "eva" }],
  [["user", "rm", "eva"], { order: "user rm", name: "eva" }],
  [["user", "list"], { order: "user list" }],
  [
    ["token", "add", "eva", "--name", "nvr", "--expires", "30d", "--permissions", "Media_r"],
    { order: "token add", user: "eva", name: "nvr", lifetimeMs: 30 * 86_400_000, permissions: ["Media_r"] },
  ],
  [["token", "add", "eva", "--name", "nvr"], { order: "token add", lifetimeMs: undefined, permissions: undefined }],
  [["token", "rm", "0123"], { order: "token rm", id: "0123" }],
  [["token", "list", "eva"], { order: "token list", user: "eva" }],
] as const)("%p is an order, with the flags of the program around it", (args, order) => {
  const { invocation } = parse("--data-dir", "/d", ...args);
  expect(invocation).toMatchObject({ command: "accounts", order, flags: { dataDir: "/d" } });
  expect(parse(...args, "--data-dir", "/d").invocation).toEqual(invocation);
});

test.each([
  [["user"]],
  [["user", "add", "eva"]],
  [["user", "add", "eva", "--role", "king"]],
  [["user", "add", "eva", "--role", "viewer", "--permissions", "Media"]],
  [["user", "add", "eva", "a password", "--role", "viewer"]],
  [["user", "passwd", "eva", "a password"]],
  [["token", "add", "eva"]],
  [["token", "add", "eva", "--name", "nvr", "--expires", "30"]],
  [["token", "add", "eva", "--name", "nvr", "--expires", "0d"]],
])("%p is refused", (args) => {
  expect(parse(...args).refused).not.toBe("");
});

test("help and version are said and nothing is done", () => {
  expect(parse("--version")).toEqual({ invocation: { command: "none" }, said: "1.2.3\n", refused: "" });
  const { invocation, said } = parse("--help");
  expect(invocation).toEqual({ command: "none" });
  for (const word of ["--demo", "--standard-ports", "--rtsps-port", "--no-discovery", "doctor", "completion"])
    expect(said).toContain(word);
});
