import { appendFileSync } from "node:fs";
import { relative } from "node:path";
import type { QualifiedName } from "../../src/soap/namespaces.ts";

const TESTS = `${import.meta.dirname}/..`;

/** Names the file in which the table of operations finds out which test calls what. */
export const CALLS_VARIABLE = "RD_ONVIF_CALLS";

/** Notes that the test that runs calls an operation, where somebody wants to know. */
export function noteCall(name: QualifiedName): void {
  const file = process.env[CALLS_VARIABLE];
  if (file !== undefined) appendFileSync(file, `${name}\t${relative(TESTS, Bun.main)}\n`);
}
