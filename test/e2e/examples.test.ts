import { afterAll, beforeAll, describe, expect } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testWith } from "../support/conditional-tests.ts";
import type { PeerName } from "../support/peers.ts";
import { startServer, type TestServer } from "../support/server.ts";

/** Go compiles its own library before the first program: 85 s were seen on a busy machine. */
const LIMIT_MS = 300_000;
const EXAMPLES = join(import.meta.dirname, "../../docs/api/examples");

const PROGRAMS: readonly (readonly [file: string, peers: readonly PeerName[], command: readonly string[]])[] = [
  ["control.sh", ["curl", "jq"], ["sh"]],
  ["control.mjs", [], [process.execPath]],
  ["control.py", ["python", "websockets"], ["/usr/bin/python3"]],
  ["control.go", ["go"], ["go", "run"]],
  ["Control.java", ["java"], ["java"]],
];

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startServer([], { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" });
  folder = mkdtempSync(join(tmpdir(), "rotordream-examples-"));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.stop();
});

describe("docs/api/examples", () => {
  for (const [file, peers, command] of PROGRAMS) {
    testWith(...peers)(
      `${file} logs in, changes a setting and takes a picture`,
      async () => {
        const child = Bun.spawn([...command, join(EXAMPLES, file)], {
          cwd: folder,
          env: { ...process.env, ROTORDREAM_URL: server.http },
          stdin: "ignore",
          stdout: "pipe",
          stderr: "pipe",
        });
        const [said, errors] = await Promise.all([
          new Response(child.stdout).text(),
          new Response(child.stderr).text(),
        ]);
        expect({ said: said.trim().split("\n"), errors }).toMatchObject({
          said: ["logged in as admin", "brightness is 50", "brightness becomes 62", "picture.jpg has ffd8"],
        });
        expect(await child.exited).toBe(0);
        expect(readFileSync(join(folder, "picture.jpg")).length).toBeGreaterThan(10_000);
        rmSync(join(folder, "picture.jpg"));
      },
      LIMIT_MS,
    );
  }
});
