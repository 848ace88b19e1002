import { join } from "node:path";

const PROGRAM = join(import.meta.dirname, "websocket-scenario.py");

/** What one client is told to do; see websocket-scenario.py. */
export type ScenarioStep = readonly [
  client: string,
  verb: "send" | "raw" | "binary" | "post" | "expect" | "wait",
  value: unknown,
];

/** What became of one client. */
export interface ScenarioResult {
  readonly received: readonly unknown[];
  readonly close: number | null;
  readonly refused: number | null;
}

/** Python's websockets package plays a scenario; clients connect in their order. */
export async function playScenario<Name extends string>(scenario: {
  readonly url: string;
  readonly clients: Readonly<Record<Name, { readonly url?: string; readonly authorization?: string }>>;
  readonly steps: readonly ScenarioStep[];
}): Promise<Readonly<Record<Name, ScenarioResult>>> {
  const child = Bun.spawn(["/usr/bin/python3", PROGRAM], {
    stdin: new Blob([JSON.stringify(scenario)]),
    stdout: "pipe",
    stderr: "pipe",
    timeout: 60_000,
  });
  const words = new Response(child.stderr).text();
  const output = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error(`the scenario failed: ${await words}`);
  return JSON.parse(output);
}
