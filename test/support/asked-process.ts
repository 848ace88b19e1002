/** A child process that is asked by lines and answers by lines. Disposing it closes its input and waits for its end. */
export function startAsked(program: string, args: readonly string[] = []) {
  const child = Bun.spawn([process.execPath, program, ...args], { stdin: "pipe", stdout: "pipe" });
  const lines = linesOf(child.stdout);
  const next = async () => {
    const { value } = await lines.next();
    if (value === undefined) throw new Error(`${program} ended with ${await child.exited}`);
    return value;
  };
  return {
    pid: child.pid,
    next,
    ask: async () => {
      child.stdin.write("\n");
      await child.stdin.flush();
      return await next();
    },
    [Symbol.asyncDispose]: async () => {
      await child.stdin.end();
      await child.exited;
    },
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
