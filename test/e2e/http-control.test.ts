import { afterAll, beforeAll, describe, expect } from "bun:test";
import { join } from "node:path";
import { testWith } from "../support/conditional-tests.ts";
import { startServer, type TestServer } from "../support/server.ts";

const SCRIPT = join(import.meta.dirname, "../support/control.sh");

let server: TestServer;
beforeAll(async () => {
  server = await startServer([], { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" });
});
afterAll(async () => void (await server.stop()));

const data = () => String(server.log.find(({ message }) => message === "started")?.dataFolder);
const https = () =>
  String(server.log.find(({ message, service }) => message === "listening" && service === "https")?.url).replace(
    /\/$/,
    "",
  );

describe("everything that the documentation says, with curl", () => {
  for (const scheme of ["HTTP", "HTTPS"] as const) {
    testWith("curl", "jq")(`over ${scheme}`, async () => {
      const child = Bun.spawn(["sh", SCRIPT, scheme === "HTTP" ? server.http : https(), join(data(), "server.crt")], {
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
      });
      const said = await new Response(child.stdout).text();
      expect({ said, errors: await new Response(child.stderr).text() }).toEqual({ said: "", errors: "" });
      expect(await child.exited).toBe(0);
    });
  }
});
