import { join } from "node:path";
import { ONVIF_NODE_MODULES, ONVIF_PYTHON } from "./onvif-peers.ts";

const SCRIPTS = join(import.meta.dirname, "onvif-clients");

/** Clients of others that walk through the services. */
export type WalkingClient = "npm-onvif" | "node-onvif" | "zeep" | "zeep-async";

const COMMANDS: Readonly<Record<WalkingClient, readonly string[]>> = {
  "npm-onvif": ["node", join(SCRIPTS, "npm-onvif.cjs")],
  "node-onvif": ["node", join(SCRIPTS, "node-onvif.cjs")],
  zeep: [ONVIF_PYTHON.zeep, join(SCRIPTS, "zeep_walk.py")],
  "zeep-async": [ONVIF_PYTHON["zeep-async"], join(SCRIPTS, "zeep_async_walk.py")],
};

/** One step of a client that went well. */
export interface WalkStep {
  readonly name: string;
  readonly value: unknown;
}

/** Runs a client against the demo; `onStep` hears of each step as it is done. Throws with the client's own words when it fails. */
export async function walk(
  client: WalkingClient,
  http: string,
  onStep: (step: WalkStep) => void = () => undefined,
): Promise<ReadonlyMap<string, unknown>> {
  const { hostname, port } = new URL(http);
  const child = Bun.spawn([...COMMANDS[client], hostname, port, "admin", "password"], {
    env: { ...process.env, NODE_PATH: ONVIF_NODE_MODULES },
    stdout: "pipe",
    stderr: "pipe",
  });
  const errors = new Response(child.stderr).text();
  const steps = new Map<string, unknown>();
  let rest = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines.filter((each) => each.startsWith("{"))) {
      const step = JSON.parse(line) as WalkStep;
      steps.set(step.name, step.value);
      onStep(step);
    }
  }
  if ((await child.exited) !== 0 || !steps.has("end")) {
    const last = [...steps.keys()].at(-1);
    throw new Error(`${client} failed after ${last}: ${steps.get("failed") ?? ""}${(await errors).slice(-2000)}`);
  }
  return steps;
}
