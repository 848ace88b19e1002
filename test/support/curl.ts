/** One answer that curl saw. */
export interface CurlAnswer {
  readonly status: number;
  /** Names in lower case; the last of a repeated one. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

export interface CurlRun {
  /** Every answer in order: a Digest login has two. */
  readonly answers: readonly CurlAnswer[];
  readonly last: CurlAnswer;
  /** Body of the last answer as JSON. */
  readonly json: Record<string, unknown>;
}

const TIMEOUT_SECONDS = "10";

/** Runs the real curl; its own failures are errors here. */
export async function curl(...args: readonly string[]): Promise<CurlRun> {
  const process = Bun.spawn(["curl", "-sS", "-i", "--path-as-is", "--max-time", TIMEOUT_SECONDS, ...args], {
    stdout: "pipe",
    stderr: "pipe",
  });
  const [bytes, stderr, code] = await Promise.all([
    new Response(process.stdout).bytes(),
    new Response(process.stderr).text(),
    process.exited,
  ]);
  if (code !== 0) throw new Error(`curl ${args.join(" ")} ended with ${code}: ${stderr}`);
  const answers = splitAnswers(Buffer.from(bytes).toString("latin1"));
  const last = answers.at(-1);
  if (last === undefined) throw new Error(`curl ${args.join(" ")} printed no answer`);
  return {
    answers,
    last,
    get json() {
      return JSON.parse(Buffer.from(last.text, "latin1").toString("utf8"));
    },
  };
}

function splitAnswers(output: string): readonly CurlAnswer[] {
  const answers: CurlAnswer[] = [];
  let rest = output;
  while (rest.startsWith("HTTP/")) {
    const end = rest.indexOf("\r\n\r\n");
    const [statusLine = "", ...lines] = rest.slice(0, end).split("\r\n");
    rest = rest.slice(end + 4);
    const headers = new Map(
      lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
    );
    // All but the last body are skipped by their length; curl prints none for answers that it retries.
    const next = rest.search(/HTTP\/1\.[01] \d{3} /);
    const text = next < 0 ? rest : rest.slice(0, next);
    if (next >= 0) rest = rest.slice(next);
    answers.push({ status: Number(statusLine.split(" ")[1]), headers, text });
    if (next < 0) break;
  }
  return answers;
}
