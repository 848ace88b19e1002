import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { startServer } from "../support/server.ts";
import { until } from "../support/until.ts";

test("a server that dies behind a test's back leaves its last words, one that is stopped none", async () => {
  const server = await startServer();
  process.kill(server.pid, "SIGKILL");
  await until(() => !existsSync(`/proc/${server.pid}`));
  await expect(server.stop()).rejects.toThrow(/^rotordream \(pid \d+\) ended by itself, by SIGKILL\n.*"listening"/s);
  await expect(startServer(["--no-such-flag"])).rejects.toThrow(/by itself, with exit code 78\n.*--no-such-flag/s);
  const other = await startServer();
  expect([await other.stop(), await other.stop()]).toEqual([0, 0]);
});
