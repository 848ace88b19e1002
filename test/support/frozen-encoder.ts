import { until } from "./until.ts";

/** Stops the threads that bear the program's name, all but the main one, as a debugger does; they go on when it ends. */
const FREEZER = `
import ctypes, os, sys, time
ptrace = ctypes.CDLL(None).ptrace
ptrace.argtypes = [ctypes.c_ulong] * 4
SEIZE, INTERRUPT = 0x4206, 0x4207
pid = sys.argv[1]
name = lambda thread: open(f"/proc/{pid}/task/{thread}/comm").read()
for thread in os.listdir(f"/proc/{pid}/task"):
    if thread != pid and name(thread) == name(pid):
        if ptrace(SEIZE, int(thread), 0, 0) != 0 or ptrace(INTERRUPT, int(thread), 0, 0) != 0:
            sys.exit(f"thread {thread} cannot be stopped")
print("frozen", flush=True)
time.sleep(600)
`;

/** Holds the thread that encodes, as a driver that hangs would, while the rest of the server runs on. Disposing it lets it go on. */
export async function freezeEncoder(pid: number): Promise<AsyncDisposable> {
  const freezer = Bun.spawn(["python3", "-c", FREEZER, String(pid)], { stdout: "pipe", stderr: "inherit" });
  let said = "";
  const reading = (async () => {
    for await (const chunk of freezer.stdout) said += new TextDecoder().decode(chunk);
  })();
  await until(() => said !== "" || freezer.exitCode !== null);
  if (said === "") throw new Error("the encoder cannot be held: this needs the right to trace processes");
  return {
    [Symbol.asyncDispose]: async () => {
      freezer.kill();
      await freezer.exited;
      await reading;
    },
  };
}
