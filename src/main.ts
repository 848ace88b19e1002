import { randomBytes } from "node:crypto";
import { Library } from "bun-ffi-v4l2";
import { version } from "../package.json" with { type: "json" };
import { buildDateMs } from "./app/build-date.ts";
import { run } from "./cli/run.ts";

process.exit(
  await run({
    version,
    args: process.argv.slice(2),
    environment: process.env,
    // What serves is read only to serve, and while the native library is unpacked.
    start: async (...inputs) => {
      const library = Library.load();
      const { start } = await import("./app/start.ts");
      return start(await library, ...inputs);
    },
    randomBytes,
    buildMs: buildDateMs(),
  }),
);
