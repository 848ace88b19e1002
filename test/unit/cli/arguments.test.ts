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

test.each(["user", "token", "cert", "install", "uninstall"])("%s is absent, and help does not promise it", (name) => {
  expect(parse(name, "add", "--x").invocation).toEqual({ command: "absent", name });
  expect(parse("--help").said).not.toMatch(new RegExp(`^ {2}${name}\\b`, "m"));
});

test("help and version are said and nothing is done", () => {
  expect(parse("--version")).toEqual({ invocation: { command: "none" }, said: "1.2.3\n", refused: "" });
  const { invocation, said } = parse("--help");
  expect(invocation).toEqual({ command: "none" });
  for (const word of ["--demo", "--standard-ports", "--rtsps-port", "--no-discovery", "doctor", "completion"])
    expect(said).toContain(word);
});
