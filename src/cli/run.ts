import { closeSync, openSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import type { ConfigInputs } from "../config/config-inputs.ts";
import { hostInputs } from "../config/host-inputs.ts";
import { loadConfig } from "../config/load.ts";
import type { ServerConfig } from "../config/server-config.ts";
import { createLog, lineSink } from "../core/log.ts";
import { createLogRing } from "../core/log-ring.ts";
import { manageAccounts } from "./accounts.ts";
import { askPassword } from "./ask-password.ts";
import { manageCertificates } from "./certificates.ts";
import { completionScript } from "./completion.ts";
import { configSchema, configText } from "./config-text.ts";
import { examine } from "./doctor/doctor.ts";
import { EXIT, exitCodeOf, lastWords } from "./exit-code.ts";
import { completionWords, type Invocation, parseArguments } from "./program.ts";
import { manageRecordings } from "./recordings.ts";
import { replaceProcess, STOP_SIGNALS } from "./replace-process.ts";
import { type StartServer, serve } from "./serve.ts";

/** What the program gets from its process. */
export interface RunInputs {
  readonly version: string;
  /** Without the program's own name. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly start: StartServer;
  readonly randomBytes: (length: number) => Uint8Array;
  /** When this program was built, Unix milliseconds. */
  readonly buildMs: number;
}

/** Does what the command line asks for. Returns the exit code; never throws. */
export async function run(inputs: RunInputs): Promise<number> {
  try {
    const output = { out: print, err: printError };
    return await follow(parseArguments(inputs.version, output, inputs.args), inputs);
  } catch (error) {
    printError(`rotordream: ${lastWords(error)}\n`);
    return exitCodeOf(error);
  }
}

/** Where commands write. */
const lines = {
  print: (line: string) => print(`${line}\n`),
  note: (line: string) => printError(`${line}\n`),
};

async function follow(invocation: Invocation, inputs: RunInputs): Promise<number> {
  switch (invocation.command) {
    case "none":
      return EXIT.ok;
    case "absent":
      printError(`rotordream: this version does not have \`${invocation.name}\` yet.\n`);
      return EXIT.unavailable;
    case "completion":
      print(completionScript(invocation.shell, completionWords(inputs.version)));
      return EXIT.ok;
    case "config schema":
      print(configSchema());
      return EXIT.ok;
    case "config check":
      print(`The configuration is right${fileNote(withoutEffects(invocation, inputs))}.\n`);
      return EXIT.ok;
    case "config show":
      print(configText(withoutEffects(invocation, inputs)));
      return EXIT.ok;
    case "doctor": {
      const report = await examine(withoutEffects(invocation, inputs), Date.now());
      print(report.text);
      return report.canServe ? EXIT.ok : EXIT.unavailable;
    }
    case "accounts": {
      const host = {
        ...lines,
        askPassword: (user: string) => askPassword(user, { input: process.stdin, show: printError }),
      };
      await manageAccounts(invocation.order, withoutEffects(invocation, inputs), host);
      return EXIT.ok;
    }
    case "certificate": {
      const host = {
        ...lines,
        nowMs: Date.now(),
        buildMs: inputs.buildMs,
        randomBytes: inputs.randomBytes,
      };
      await manageCertificates(invocation.order, withoutEffects(invocation, inputs), host);
      return EXIT.ok;
    }
    case "recordings": {
      const host = { ...lines, nowMs: Date.now(), randomBytes: inputs.randomBytes };
      await manageRecordings(invocation.order, withoutEffects(invocation, inputs), host);
      return EXIT.ok;
    }
    case "serve":
      return serveHere(hostInputs(invocation.flags, inputs.environment), inputs);
  }
}

/** The configuration as serving would find it, but nothing is made on disk. */
function withoutEffects(invocation: Extract<Invocation, { flags: unknown }>, inputs: RunInputs): ServerConfig {
  const host = hostInputs(invocation.flags, inputs.environment);
  return loadConfig({ ...host, makeTemporaryFolder: tmpdir });
}

async function serveHere(host: ConfigInputs, inputs: RunInputs): Promise<number> {
  const config = loadConfig(host);
  const isTerminal = process.stdout.isTTY === true;
  const { sink, lines: recentLines } = createLogRing(
    lineSink(config.logLevel, isTerminal, Date.now, isTerminal ? printError : print),
    Date.now,
  );
  const stopRequested = stopRequest();
  const end = await serve(config, inputs.start, {
    version: inputs.version,
    log: createLog(sink, "server"),
    recentLines,
    isTerminal,
    say: (line) => print(`${line}\n`),
    randomBytes: inputs.randomBytes,
    interfaces: networkInterfaces,
    loadConfig: ({ dataFolder }) => loadConfig({ ...host, makeTemporaryFolder: () => dataFolder }),
    stopRequested,
    onReloadRequested: (reload) => process.on("SIGHUP", () => hasTerminal() && reload()),
  });
  if (end === "stop" || (await replaceProcess(inputs.args, inputs.environment, stopRequested)) === "stop")
    return EXIT.ok;
  printError("rotordream: the program could not be started anew; a supervisor has to do it.\n");
  return EXIT.restart;
}

/** Later signals change nothing: a terminal and a supervisor often send the same one twice. */
function stopRequest(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of STOP_SIGNALS) process.on(signal, () => resolve(signal));
    process.on("SIGHUP", () => hasTerminal() || resolve("SIGHUP"));
  });
}

/** False where the server was started on a terminal that is gone: then SIGHUP does not mean "read the configuration again". */
function hasTerminal(): boolean {
  if (process.stdout.isTTY !== true) return true;
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}

function fileNote(config: ServerConfig): string {
  return config.configFile === undefined
    ? " (there is no file; defaults, environment and flags)"
    : ` (${config.configFile})`;
}

function print(text: string): void {
  process.stdout.write(text);
}

function printError(text: string): void {
  process.stderr.write(text);
}
