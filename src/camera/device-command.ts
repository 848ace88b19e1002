import type { Log } from "../core/log.ts";
import type { Scheduler } from "../core/scheduler.ts";

/** What a command is run with. */
export interface CommandParts {
  /** Program and arguments, run without a shell; the values follow as further arguments. */
  readonly command: readonly string[];
  readonly scheduler: Scheduler;
  readonly log: Log;
}

/** A program that sets a lamp or a motor is done in no time, or hangs (contract device.md). */
const LIMIT_MS = 5000;

/** A program that brings values to a device, one run at a time. While one runs, only the newest values wait. */
export class DeviceCommand {
  readonly #parts: CommandParts;
  readonly #onFailed: (reached: readonly number[] | undefined) => void;
  #running: Bun.Subprocess | undefined;
  #waiting: readonly number[] | undefined;
  #reached: readonly number[] | undefined;
  #isClosed = false;

  /** `onFailed` hears of a failed run after which nothing waits, with the values of the last run that did not fail. */
  constructor(parts: CommandParts, onFailed: (reached: readonly number[] | undefined) => void) {
    this.#parts = parts;
    this.#onFailed = onFailed;
  }

  /** Whether a run is under way or waits. */
  get isRunning(): boolean {
    return this.#running !== undefined || this.#waiting !== undefined;
  }

  /** Returns at once. */
  run(values: readonly number[]): void {
    this.#waiting = values;
    if (this.#running === undefined) void this.#runAll();
  }

  /** Ends what runs. With `last` values the program is started once more and left to itself. */
  close(last?: readonly number[]): void {
    this.#isClosed = true;
    this.#waiting = undefined;
    this.#running?.kill("SIGKILL");
    if (last !== undefined) this.#start(last)?.unref();
  }

  async #runAll(): Promise<void> {
    while (this.#waiting !== undefined) {
      const values = this.#waiting;
      this.#waiting = undefined;
      const succeeded = await this.#runOnce(values);
      if (this.#isClosed) return;
      if (succeeded) this.#reached = values;
      else if (this.#waiting === undefined) this.#onFailed(this.#reached);
    }
  }

  async #runOnce(values: readonly number[]): Promise<boolean> {
    const process = this.#start(values);
    if (process === undefined) return false;
    this.#running = process;
    const cancel = this.#parts.scheduler.after(LIMIT_MS, () => process.kill("SIGKILL"));
    const exitCode = await process.exited;
    cancel();
    this.#running = undefined;
    if (exitCode === 0 || this.#isClosed) return exitCode === 0;
    const [program = ""] = this.#parts.command;
    const { signalCode } = process;
    this.#parts.log.warn("a device's command failed", { program, exitCode, ...(signalCode && { signal: signalCode }) });
    return false;
  }

  #start(values: readonly number[]): Bun.Subprocess | undefined {
    const [program = ""] = this.#parts.command;
    try {
      return Bun.spawn([...this.#parts.command, ...values.map(String)], {
        stdin: "ignore",
        stdout: "ignore",
        stderr: "ignore",
      });
    } catch {
      this.#parts.log.warn("a device's command cannot be started; check that the program is there", { program });
      return undefined;
    }
  }
}
