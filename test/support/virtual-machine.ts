import { describe, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { PEERS } from "./peers.ts";
import { EXECUTABLE } from "./server.ts";
import { NEEDS_SHARED, SHARED_FOLDER } from "./shared-folder.ts";
import { until } from "./until.ts";

/**
 * The guest's kernel and its programs are processes that wait for each other at every system call. On two CPUs each wakes the other's from
 * idleness, which on a virtual host makes the guest four times slower while the host has nothing else to do.
 */
const ON_ONE_CPU = ["taskset", "--cpu-list", allowedCpu()];

/** Large, and run in guests. */
const PROGRAMS = [process.execPath, EXECUTABLE];

/** Brings the programs into memory: a guest reads them page by page through its file system, which takes half a minute where the disk has to be asked. */
export async function readPrograms(): Promise<void> {
  await Bun.spawn(["cat", ...PROGRAMS.filter((file) => existsSync(file))], { stdout: "ignore" }).exited;
}

const REPOSITORY = join(import.meta.dirname, "../..");
/** Without links: the guest sees only where it really lies. */
const VM_FOLDER = realPath(join(SHARED_FOLDER, "vm"));
const VM_RUN = join(VM_FOLDER, "vm-run");
const AGENT_PORT = 9900;
/** A boot takes a second; the first one on a machine installs packages before, 20 s on a quick network. */
export const BOOT_LIMIT_MS = 180_000;
/** For a picture or a state in the guest: its one processor may take half a minute for what takes one second outside, and is no measure. */
export const MACHINE_LIMIT_MS = 60_000;
/** For a test in a guest, which waits for several of these one after the other. */
export const MACHINE_TEST_LIMIT_MS = 180_000;
/** A guest that nobody stopped ends itself. */
const LIFE_SECONDS = 900;
/** A connection made before the guest listens is only tried again after seconds: give up on it and make another. */
const GREETING_LIMIT_MS = 200;
/** Longer than commands wait themselves. */
const COMMAND_LIMIT_MS = 150_000;

/** vivid as one plain webcam at /dev/video0. */
export const VIVID_WEBCAM = "vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0x0";
/** What `UvcCamera` needs. */
export const UVC_MODULES: readonly string[] = ["vhci-hcd", "uvcvideo"];

function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

/** Why no virtual machine can be had here, in brackets as names of skipped tests end; undefined where it can be. */
function problem(): string | undefined {
  if (!existsSync(VM_RUN)) return NEEDS_SHARED;
  if (process.arch !== "x64") return "[User-mode Linux runs on amd64 only]";
  if (process.env.RD_REQUIRE_PEERS === "1") return undefined;
  if (process.getuid?.() !== 0 || Bun.which("apt-get") === null) return "[vm-run needs root on Debian]";
  const missing = [PEERS.ffmpeg, PEERS.python, PEERS.v4l2, PEERS.xz].filter((peer) => !peer.isThere());
  const packages = missing.flatMap((peer) => peer.packages.map(({ name }) => name));
  return packages.length === 0 ? undefined : `[sudo apt-get install -y ${packages.join(" ")}]`;
}

/** `describe` for what needs the throw-away kernel; everything inside is skipped where it cannot be had. */
export function describeWithMachine(name: string, body: () => void): void {
  describe.skipIf(problem() !== undefined)(name, body);
}

/** `test` inside such a `describe`: where it is skipped its name says why. */
export function testInMachine(name: string, body: () => Promise<void>, timeoutMs = MACHINE_TEST_LIMIT_MS): void {
  const reason = problem();
  if (reason === undefined) test(name, body, timeoutMs);
  else test.skip(`${name} ${reason}`, body);
}

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface VirtualMachineOptions {
  /** Kernel modules with parameters, in order of loading. */
  readonly modules: readonly string[];
  /** Folders that the guest shares with this machine, writable; needed for what lies in /tmp. */
  readonly folders?: readonly string[];
  /** TCP ports of the guest to be reached from here. */
  readonly ports?: readonly number[];
}

/** A kernel of its own with real V4L2 drivers; its files are this machine's, read-only, below a tmpfs. */
export class VirtualMachine {
  readonly #process: Bun.Subprocess<"ignore", "pipe", "pipe">;
  readonly #words: Promise<string>;
  readonly #hostPorts: ReadonlyMap<number, number>;

  private constructor(process: Bun.Subprocess<"ignore", "pipe", "pipe">, hostPorts: ReadonlyMap<number, number>) {
    this.#process = process;
    this.#words = new Response(process.stderr).text();
    this.#hostPorts = hostPorts;
  }

  static async boot(options: VirtualMachineOptions): Promise<VirtualMachine> {
    await readPrograms();
    const hostPorts = new Map<number, number>();
    for (const port of [AGENT_PORT, ...(options.ports ?? [])]) hostPorts.set(port, freePort());
    const modules = options.modules.length === 0 ? ["--no-modules"] : options.modules.flatMap((m) => ["--module", m]);
    const forwards = [...hostPorts].flatMap(([guest, host]) => ["--fwd", `tcp:${host}:${guest}`]);
    // the guest has a /tmp of its own, where this repository or the camera may lie
    const folders = [REPOSITORY, VM_FOLDER, ...(options.folders ?? [])];
    const shares = folders.flatMap((shared) => ["--share", shared]);
    const agent = ["--", process.execPath, join(import.meta.dir, "guest-agent.ts"), String(AGENT_PORT)];
    const folder = mkdtempSync(join(tmpdir(), "virtual-machine-"));
    const events = join(folder, "events");
    const limit = ["--timeout", String(LIFE_SECONDS), "--events", events];
    const vm = Bun.spawn(
      [...ON_ONE_CPU, VM_RUN, "--engine", "uml", ...limit, ...modules, ...shares, ...forwards, ...agent],
      {
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
      },
    );
    const machine = new VirtualMachine(vm, hostPorts);
    const started = () => existsSync(events) && readFileSync(events, "utf8").includes("start");
    const answers = async () => started() && (await machine.#request("true", GREETING_LIMIT_MS)) !== undefined;
    const ready = await comesTrue(async () => vm.exitCode !== null || (await answers()), BOOT_LIMIT_MS);
    rmSync(folder, { recursive: true });
    if (ready && vm.exitCode === null) return machine;
    await machine.stop();
    throw new Error(`the virtual machine did not start: ${await machine.#words}`);
  }

  /** The port of this machine's loopback that leads to a port of the guest. */
  hostPort(guestPort: number): number {
    const port = this.#hostPorts.get(guestPort);
    if (port === undefined) throw new Error(`port ${guestPort} is not forwarded`);
    return port;
  }

  /** Runs a shell command to its end. */
  async run(command: string): Promise<CommandResult> {
    const result = await this.#request(command);
    if (result === undefined) throw new Error(`the virtual machine is gone: ${await this.#lastWords()}`);
    return result;
  }

  /** Starts a command that stays, its output in /tmp/NAME.log of the guest; returns its process id there. */
  async start(name: string, command: string): Promise<number> {
    const { stdout } = await this.run(`setsid sh -c 'exec ${command}' >/tmp/${name}.log 2>&1 </dev/null & echo $!`);
    return Number(stdout);
  }

  /** Waits until a shell command in the guest succeeds. */
  async waitFor(command: string, limitMs: number): Promise<void> {
    const succeeded = await comesTrue(async () => (await this.run(command)).exitCode === 0, limitMs);
    if (!succeeded) throw new Error(`in the virtual machine this did not come true within ${limitMs} ms: ${command}`);
  }

  async stop(): Promise<void> {
    this.#process.kill();
    await this.#process.exited;
  }

  /** Undefined when nobody answers. */
  async #request(command: string, limitMs = COMMAND_LIMIT_MS): Promise<CommandResult | undefined> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.hostPort(AGENT_PORT)}/`, {
        method: "POST",
        body: command,
        keepalive: false,
        signal: AbortSignal.timeout(limitMs),
      });
      return (await response.json()) as CommandResult;
    } catch {
      return undefined;
    }
  }

  async #lastWords(): Promise<string> {
    await this.stop();
    return await this.#words;
  }
}

/** The software USB camera inside a virtual machine, on the kernel's own uvcvideo driver. */
export class UvcCamera {
  readonly #machine: VirtualMachine;
  readonly #pid: number;

  private constructor(machine: VirtualMachine, pid: number) {
    this.#machine = machine;
    this.#pid = pid;
  }

  /** Plugs it in as /dev/video0 (a metadata node comes with it). `options` as uvc-camera.py has them. */
  static async attach(machine: VirtualMachine, options: string): Promise<UvcCamera> {
    const pid = await machine.start("camera", `python3 ${join(VM_FOLDER, "uvc-camera.py")} ${options}`);
    const camera = new UvcCamera(machine, pid);
    await machine.waitFor("test -e /dev/video0", MACHINE_LIMIT_MS);
    return camera;
  }

  /** Returns when the plug was pulled: the machine's wall clock, microseconds. */
  async unplug(): Promise<number> {
    const { stdout } = await this.#machine.run(`date +%s%6N; kill -USR1 ${this.#pid}`);
    return Number(stdout);
  }

  async replug(): Promise<void> {
    await this.#machine.run(`kill -USR2 ${this.#pid}`);
  }

  /** Stays plugged in but does nothing any more, not even answer. */
  async hang(): Promise<void> {
    await this.#machine.run(`kill -STOP ${this.#pid}`);
  }

  async resume(): Promise<void> {
    await this.#machine.run(`kill -CONT ${this.#pid}`);
  }

  async remove(): Promise<void> {
    await this.#machine.run(
      `kill -CONT ${this.#pid}; kill ${this.#pid}; while kill -0 ${this.#pid} 2>/dev/null; do sleep 0.05; done`,
    );
    await this.#machine.waitFor("test ! -e /dev/video0", MACHINE_LIMIT_MS);
  }
}

/** Whether a condition came true in time. */
function comesTrue(condition: () => boolean | Promise<boolean>, limitMs: number): Promise<boolean> {
  return until(condition, limitMs).then(
    () => true,
    () => false,
  );
}

/** The first that this process may run on. */
function allowedCpu(): string {
  return /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1] ?? "0";
}
