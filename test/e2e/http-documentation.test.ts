import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testWith } from "../support/conditional-tests.ts";
import { startServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/api/http-api.md"), "utf8");
const blocks = [...PAGE.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = ""]) => block.trim());

const server = await startServer();
const folder = mkdtempSync(join(tmpdir(), "rotordream-docs-"));
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.stop();
});
await until(async () => (await fetch(`${server.http}/health/ready`)).status === 200);
const document = (await (await fetch(`${server.http}/swagger/json`)).json()) as { paths: Record<string, object> };

/** Routes of logins, which this page may name before the server has them. */
const LOGINS = ["/api/login", "/api/session", "/api/tokens"].filter((path) => document.paths[path] === undefined);
const runnable = blocks.filter((block) => !LOGINS.some((path) => block.includes(path)));

/** Runs a block of the page in a shell; an error of HTTP is one of the command. */
async function follow(
  block: string,
): Promise<{ readonly code: number; readonly said: string; readonly output: string }> {
  const here = block.replaceAll("http://localhost:8080", server.http).replaceAll("curl ", "curl --fail-with-body ");
  const child = Bun.spawn(["sh", "-ec", here], { cwd: folder, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [output, said] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { code: await child.exited, said, output };
}

describe("docs/api/http-api.md", () => {
  // The last one restarts the server, which then listens elsewhere.
  for (const block of runnable) {
    testWith("curl", "jq")(`works: ${block.split("\n")[0]}`, async () => {
      const { code, output } = await follow(block);
      expect([block, code, output]).toEqual([block, 0, output]);
      expect(output).not.toContain('"status":"error"');
      if (block.includes("picture.jpg")) expect(statSync(join(folder, "picture.jpg")).size).toBeGreaterThan(1000);
      if (block.includes("urls.rtsp"))
        expect(output).toMatch(/^\d+\.\d+\.\d+\nrtsp:\/\/\S+\/stream1\nrtsp:\/\/\S+\/stream2\n$/);
      if (block.includes("/metrics")) expect(output).toContain('rotordream_stream_fps{stream="stream1"}');
    });
  }

  test("names routes that exist", () => {
    const named = [...PAGE.matchAll(/(?:localhost:8080|`(?:GET|POST) |DEVICE)(\/[\w/.-]+)/g)].map(
      ([, path = ""]) => path,
    );
    expect(named.length).toBeGreaterThan(10);
    const exist = (path: string) => document.paths[path] !== undefined;
    expect([...new Set(named)].filter((path) => path !== "/api/" && !LOGINS.includes(path) && !exist(path))).toEqual(
      [],
    );
  });
});
