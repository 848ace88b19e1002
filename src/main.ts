import { randomBytes } from "node:crypto";
import { version } from "../package.json" with { type: "json" };
import { buildDateMs } from "./app/build-date.ts";
import { start } from "./app/start.ts";
import { run } from "./cli/run.ts";

process.exit(
  await run({
    version,
    args: process.argv.slice(2),
    environment: process.env,
    start,
    randomBytes,
    buildMs: buildDateMs(),
  }),
);
