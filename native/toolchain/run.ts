import { availableParallelism } from "node:os";

/** A program of the toolchain failed; the message holds its own words. */
export class ToolError extends Error {
  constructor(command: readonly string[], output: string) {
    super(`${command[0]} failed:\n${output.trim()}`);
    this.name = "ToolError";
  }
}

/** Runs a program and returns what it printed. Throws ToolError when it fails or is not there. */
export async function run(command: readonly string[]): Promise<string> {
  const child = Bun.spawn([...command], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, LC_ALL: "C" },
  });
  const [output, errors, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (status !== 0) throw new ToolError(command, errors || output);
  return output;
}

/** Runs `work` on every item, as many at a time as there are processors; results in the order of the items. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return results;
}
