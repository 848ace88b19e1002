import { accessSync, constants, mkdirSync, rmSync } from "node:fs";
import { firstPassword } from "../config/initial-password.ts";
import { RunningConfig } from "../config/running-config.ts";
import type { ServerConfig } from "../config/server-config.ts";
import { defectText } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { StorageError } from "./exit-code.ts";

/** Where a service really listens, "any" addresses included: `http://127.0.0.1:8080/`, `rtsp://[::1]:8554/stream1`. */
export interface ServiceAddress {
  readonly service: "http" | "https" | "rtsp" | "rtsps" | "webrtc";
  readonly url: string;
}

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
    const server = await start(running, () => adminPassword(config, host), host.log, host.recentLines);
    announce(config, server.addresses, host);
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

/** Shown or written before it is kept: a start that is cut off in between makes another one known the next time. */
function adminPassword(config: ServerConfig, host: ServeProcess): ReturnType<ChooseAdminPassword> {
  const { isTerminal, randomBytes } = host;
  const first = firstPassword({
    configured: config.auth.adminPassword,
    dataFolder: config.dataFolder,
    isTerminal,
    randomBytes,
  });
  if (first.origin === "terminal") host.say(`First start: user admin, password ${first.password}`);
  if (first.origin === "file") host.log.info("the password of admin is in a file", { file: first.path });
  return { password: first.password, mustChange: first.origin !== "configured" };
}

function announce(config: ServerConfig, addresses: readonly ServiceAddress[], host: ServeProcess): void {
  host.log.info("started", { version: host.version, dataFolder: config.dataFolder, configFile: config.configFile });
  for (const { service, url } of addresses) host.log.info("listening", { service, url });
  if (!host.isTerminal) return;
  host.say(`RotorDream ${host.version}`);
  for (const { service, url } of addresses) host.say(`  ${service.toUpperCase().padEnd(7)}${url}`);
  if (config.demo && config.loopbackOnly)
    host.say('  demo: everybody on this machine may look; admin\'s password is "password" unless you gave one');
  host.say("Ctrl-C stops it.");
}
