import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Subprocess } from "bun";

/** The compiled executable that end-to-end tests run. */
export const EXECUTABLE: string = join(import.meta.dirname, "../../dist/rotordream");

/** What a server that listens has named. */
const SERVICES = ["http", "https", "rtsp", "rtsps"];
const START_LIMIT_MS = 15_000;
/** Enough to see what a server did when it died. */
const LAST_LINES = 20;

/** A line of the server's log. */
export interface LogLine {
  readonly level: string;
  readonly module: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** A running executable. Disposing it stops it. */
export interface TestServer extends AsyncDisposable {
  /** `http://127.0.0.1:port`, without a trailing slash. */
  readonly http: string;
  /** `https://127.0.0.1:port`, likewise. */
  readonly https: string;
  /** `rtsp://127.0.0.1:port`, likewise. */
  readonly rtsp: string;
  /** `rtsps://127.0.0.1:port`, likewise. */
  readonly rtsps: string;
  readonly pid: number;
  readonly log: readonly LogLine[];
  /** Sends the signal; resolves with the exit code. Rejects, with its last words, when it had ended by itself. */
  stop(signal?: NodeJS.Signals): Promise<number>;
}

/** Starts `rotordream --demo` on free ports with more arguments, and waits until it listens; `prefix`: a command to run it under. Throws with its output when it does not. */
export async function startServer(
  args: readonly string[] = [],
  environment: Record<string, string> = {},
  prefix: readonly string[] = [],
): Promise<TestServer> {
  if (!existsSync(EXECUTABLE)) throw new Error(`${EXECUTABLE} is missing; build it with: bun run build`);
  const ports = [
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
  const child = Bun.spawn([...prefix, EXECUTABLE, "--demo", ...ports, ...args], {
    env: { ...process.env, ...environment },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const log: LogLine[] = [];
  const listening = Promise.withResolvers<void>();
  const output = readLines(child.stdout, (line) => {
    if (line.startsWith("{")) log.push(JSON.parse(line));
    if (SERVICES.every((service) => urlOf(log, service) !== undefined)) listening.resolve();
  });
  const errors = new Response(child.stderr).text();
  let hasStarted = false;
  let isStopping = false;
  const death = child.exited.then(async () => {
    if (isStopping) return undefined;
    await output;
    const error = new Error(lastWords(child, log, await errors));
    if (hasStarted) process.stderr.write(`${error.message}\n`); // what fails next is a test that cannot know why
    listening.reject(error);
    return error;
  });
  const timer = setTimeout(
    () => listening.reject(new Error(`rotordream does not listen: ${JSON.stringify(log)}`)),
    START_LIMIT_MS,
  );
  await listening.promise.finally(() => clearTimeout(timer));
  hasStarted = true;
  const stop = async (signal: NodeJS.Signals = "SIGTERM") => {
    isStopping ||= child.exitCode === null && child.signalCode === null;
    child.kill(signal);
    const error = await death;
    if (error !== undefined) throw error;
    return await child.exited;
  };
  return {
    http: urlOf(log, "http") ?? "",
    https: urlOf(log, "https") ?? "",
    rtsp: urlOf(log, "rtsp") ?? "",
    rtsps: urlOf(log, "rtsps") ?? "",
    pid: child.pid,
    log,
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

/** The port, UDP and TCP, at which a server takes WebRTC. */
export function webrtcPortOf({ log }: Pick<TestServer, "log">): number {
  const line = log.find(({ message, service }) => message === "listening" && service === "webrtc");
  return Number(/:(\d+)\D*$/.exec(String(line?.url))?.[1]);
}

function lastWords(
  { pid, exitCode, signalCode }: Pick<Subprocess, "pid" | "exitCode" | "signalCode">,
  log: readonly LogLine[],
  errors: string,
): string {
  const how = signalCode === null ? `with exit code ${exitCode}` : `by ${signalCode}`;
  // a server that is told to stop says so last, and ends with 0
  const whose = exitCode === 0 ? "; bun stops what a file has started when one of its tests is over its limit" : "";
  const lines = log.slice(-LAST_LINES).map((line) => JSON.stringify(line));
  return [`rotordream (pid ${pid}) ended by itself, ${how}${whose}`, errors.trim(), ...lines]
    .filter((line) => line !== "")
    .join("\n  ");
}

/** The first address of a service that the log names. */
function urlOf(log: readonly LogLine[], service: string): string | undefined {
  const line = log.find((each) => each.message === "listening" && each.service === service);
  return line && String(line.url).replace(/^(\w+:\/\/[^/]+).*$/, "$1");
}

async function readLines(stream: ReadableStream<Uint8Array>, take: (line: string) => void): Promise<void> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  }
}
