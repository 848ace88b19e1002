import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CALLS_VARIABLE } from "./onvif-calls.ts";
import { OnvifClient } from "./onvif-client.ts";
import { isOffered, listedOperations, makeReaders } from "./onvif-operations.ts";
import { type CoveredOperation, writeTable } from "./onvif-table.ts";
import { startServer } from "./server.ts";

const ROOT = join(import.meta.dirname, "../..");
const DOCUMENT = join(ROOT, "docs/integration/onvif-protocol.md");
const HEADING = "## Operations\n\n";
/** One at a time, those against the executable first: the first test that calls an operation is named. */
const TESTS = ["test/e2e/onvif", "test/unit/modules/onvif"];

/** Writes the table of operations anew, from what the built executable answers and what the tests call: `bun test/support/write-onvif-table.ts`. */
const listed = listedOperations();
if (listed === undefined) throw new Error("ONVIF's list of operations (../shared) is absent");
const calls = callsOfTests();
await using server = await startServer([], { ROTORDREAM_LIMITS_ONVIF_PER_MINUTE: "0" });
const client = new OnvifClient(server.http);
const { guest } = await makeReaders(server.http);
const rows: CoveredOperation[] = [];
for (const operation of listed)
  if (await isOffered(client, guest, operation.name))
    rows.push({ ...operation, test: calls.get(operation.name) ?? "" });
const text = readFileSync(DOCUMENT, "utf8");
writeFileSync(DOCUMENT, `${text.slice(0, text.indexOf(HEADING) + HEADING.length)}${writeTable(rows)}\n`);

/** The test that calls each operation. */
function callsOfTests(): ReadonlyMap<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "rotordream-calls-"));
  const file = join(folder, "calls");
  writeFileSync(file, "");
  for (const tests of TESTS)
    Bun.spawnSync([process.execPath, "test", "--timeout", "120000", tests], {
      cwd: ROOT,
      env: { ...process.env, [CALLS_VARIABLE]: file },
      stdio: ["ignore", "inherit", "inherit"],
    });
  const found = new Map<string, string>();
  for (const line of readFileSync(file, "utf8").trimEnd().split("\n")) {
    const [name = "", test = ""] = line.split("\t");
    if (!found.has(name)) found.set(name, test);
  }
  rmSync(folder, { recursive: true });
  return found;
}
