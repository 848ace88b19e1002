import { accessSync, constants, mkdirSync, rmSync } from "node:fs";
import { type AdminPassword, firstPassword } from "../config/initial-password.ts";
import { RunningConfig } from "../config/running-config.ts";
import type { ServerConfig } from "../config/server-config.ts";
import { defectText } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { StorageError } from "./exit-code.ts";
import { type MachineInterfaces, type ServiceAddress, welcomeLines } from "./welcome.ts";

/** A server that serves. */
export interface RunningServer {
  readonly addresses: readonly ServiceAddress[];
  /** Reads the configuration again and says in the log what that changed; never throws. */
  reload(): void;
  /** Resolves when somebody wants the server stopped and started anew. */
  readonly restartRequested: Promise<void>;
  /** Ends sessions and releases everything; later calls wait for the first. */
  stop(): Promise<void>;
}

/** Decides the password of the first administrator, and makes it known to its owner. */
export type ChooseAdminPassword = () => {
  readonly password: string;
  /** True for one that nobody chose. */
  readonly mustChange: boolean;
};

/** Starts the server; throws AppError `unavailable` when a port cannot be had. Asks for a password where there is no administrator yet. */
export type StartServer = (
  config: RunningConfig,
  chooseAdminPassword: ChooseAdminPassword,
  log: Log,
  recentLines: RecentLines,
) => Promise<RunningServer>;

/** The log's newest lines as JSON, oldest first. */
export type RecentLines = () => readonly string[];

/** What serving needs of the process. */
export interface ServeProcess {
  readonly version: string;
  readonly log: Log;
  readonly recentLines: RecentLines;
  /** True when somebody reads the output on a terminal. */
  readonly isTerminal: boolean;
  /** Writes to the terminal; never to a log. */
  readonly say: (line: string) => void;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly interfaces: () => MachineInterfaces;
  /** Reads the configuration again, for the same arguments. Throws AppError `configuration`. */
  readonly loadConfig: (present: ServerConfig) => ServerConfig;
  /** Resolves at SIGTERM or SIGINT, or when the terminal is gone. */
  readonly stopRequested: Promise<string>;
  /** Calls `reload` at SIGHUP. */
  readonly onReloadRequested: (reload: () => void) => void;
}

/** The contract gives 5 s to exit; the rest is for what follows. */
const STOP_TIMEOUT_MS = 4500;

/** Serves until asked to stop, or to start anew: the caller then does. */
export async function serve(config: ServerConfig, start: StartServer, host: ServeProcess): Promise<"stop" | "restart"> {
  for (const warning of config.warnings) host.log.warn(warning);
  makeDataFolder(config.dataFolder);
  try {
    const running = new RunningConfig(config, () => host.loadConfig(config));
    let login: string | undefined;
    const choosePassword = () => {
      const first = adminPassword(config, host);
      login = first.login;
      return first;
    };
    const server = await start(running, choosePassword, host.log, host.recentLines);
    announce(config, server.addresses, login, host);
    host.onReloadRequested(() => server.reload());
    const restart = server.restartRequested.then(() => undefined);
    const signal = await Promise.race([host.stopRequested, restart]);
    host.log.info("stopping", signal === undefined ? { reason: "restart" } : { signal });
    const stop = server.stop().then(() => "stopped");
    const timeout = Bun.sleep(STOP_TIMEOUT_MS).then(() => "stopped without waiting any longer for open connections");
    try {
      host.log.info(await Promise.race([stop, timeout]));
    } catch (error) {
      // whoever wanted a new start has to get it: what runs may be of a database that is gone
      if (signal !== undefined) throw error;
      host.log.error("stopped, though not everything in order", { error: defectText(error) });
    }
    return signal === undefined ? "restart" : "stop";
  } finally {
    if (config.temporaryDataFolder) rmSync(config.dataFolder, { recursive: true, force: true });
  }
}

/** Makes the data folder where there is none. Throws StorageError when it cannot be used. */
export function makeDataFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StorageError(`the data folder ${path} cannot be used (${reason}); choose another with --data-dir`);
  }
}

/** The first administrator, and in a sentence how its owner logs in. */
type FirstAdministrator = ReturnType<ChooseAdminPassword> & { readonly login: string };

/** Shown or written before it is kept: a start that is cut off in between makes another one known the next time. */
function adminPassword(config: ServerConfig, host: ServeProcess): FirstAdministrator {
  const { isTerminal, randomBytes } = host;
  const first = firstPassword({
    configured: config.auth.adminPassword,
    dataFolder: config.dataFolder,
    isTerminal,
    randomBytes,
  });
  if (first.origin === "terminal") host.say(`First start: user admin, password ${first.password}`);
  if (first.origin === "file") host.log.info("the password of admin is in a file", { file: first.path });
  return { password: first.password, mustChange: first.origin !== "configured", login: loginSentence(first) };
}

function loginSentence(first: AdminPassword): string {
  switch (first.origin) {
    case "configured":
      return "Log in as admin with the password that you gave.";
    case "terminal":
      return `Log in as admin, password ${first.password}. The page then asks for one of your own.`;
    case "file":
      return `Log in as admin with the password in ${first.path}. The page then asks for one of your own.`;
  }
}

/** `login`: how the first administrator logs in; told once more below the addresses, since much scrolls by in between. */
function announce(
  config: ServerConfig,
  addresses: readonly ServiceAddress[],
  login: string | undefined,
  host: ServeProcess,
): void {
  host.log.info("started", { version: host.version, dataFolder: config.dataFolder, configFile: config.configFile });
  for (const { service, url } of addresses) host.log.info("listening", { service, url });
  if (!host.isTerminal) return;
  host.say(`RotorDream ${host.version} is ready. Open its page in a browser, its video in a player:`);
  for (const line of welcomeLines(addresses, host.interfaces())) host.say(line);
  if (config.demo && config.loopbackOnly)
    host.say('  demo: everybody on this machine may look; admin\'s password is "password" unless you gave one');
  else if (login !== undefined) host.say(login);
  host.say("Ctrl-C stops it.");
}
