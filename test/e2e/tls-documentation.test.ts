import { afterAll, beforeAll, describe, expect } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testWith } from "../support/conditional-tests.ts";
import { playsToItsEnd } from "../support/gstreamer.ts";
import { EXECUTABLE, startServer, type TestServer } from "../support/server.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/security/ssl-certificates.md"), "utf8");
/** Each block is one script: later lines use the files of earlier ones. */
const SCRIPTS = [...PAGE.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, script = ""]) => script.trim());

let folder: string;
let server: TestServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rotordream-docs-"));
  server = await startServer(["--data-dir", join(folder, "demo")]);
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A documented script against the test's server, without windows. */
function runnable(script: string): string {
  return script
    .replaceAll("localhost:8443", new URL(server.https).host)
    .replaceAll("rtsps://localhost:8322", server.rtsps)
    .replaceAll(/^rotordream /gm, `${EXECUTABLE} `)
    .replaceAll("ffmpeg ", "ffmpeg -nostdin ")
    .replaceAll("autovideosink", "fakesink num-buffers=5")
    .replaceAll(/^gst-launch-1.0 .*$/gm, playsToItsEnd);
}

describe("docs/security/ssl-certificates.md", () => {
  for (const script of SCRIPTS) {
    const players = script.includes("gst-launch") ? (["ffmpeg", "gstreamer"] as const) : [];
    testWith(
      "curl",
      "openssl",
      ...players,
    )(`works: ${script.split("\n")[0]}`, async () => {
      const child = Bun.spawn(["bash", "-e", "-o", "pipefail", "-c", runnable(script)], {
        cwd: folder,
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
        timeout: 40_000,
      });
      const said = `${await new Response(child.stdout).text()}${await new Response(child.stderr).text()}`;
      expect(await child.exited, said).toBe(0);
      if (script.includes("curl")) expect(said).not.toContain('"status":"error"');
    });
  }
});
