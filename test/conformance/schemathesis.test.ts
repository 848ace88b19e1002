import { afterAll, beforeAll, describe, expect } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testWith } from "../support/conditional-tests.ts";
import { SCHEMATHESIS } from "../support/schemathesis.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const PASSWORD = "correct horse battery";
/** Limits are tested elsewhere; here they would hide everything behind 429. */
const NO_LIMITS = {
  ROTORDREAM_LIMITS_API_PER_MINUTE: "0",
  ROTORDREAM_LIMITS_MEDIA_PER_SECOND: "0",
  ROTORDREAM_LIMITS_LOGIN_FAILURES: "0",
};
/** What would end the server, the login or the administrator that the run works with, and MJPEG, which never ends. */
const EXCLUDED = "^/api/(system/(restart|reboot|factory-reset)|logout|users/.*|mjpeg.*)$";
/** The document cannot say every rule, such as a passphrase that fits: a refused body may be valid by its schema. */
const EXCLUDED_CHECKS = "positive_data_acceptance";
const EXAMPLES = process.env.RD_LONG === "1" ? "500" : "25";
const SEED = "20261125";
const LIMIT_MS = process.env.RD_LONG === "1" ? 3_600_000 : 170_000;

let server: TestServer;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rotordream-schemathesis-"));
  server = await startServer(["--admin-password", PASSWORD, "--anonymous", "guest"], NO_LIMITS);
  await until(async () => (await fetch(`${server.http}/health/ready`)).status === 200);
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("the HTTP API tried by its own document", () => {
  testWith("schemathesis")(
    "no defect, no undocumented status, type or form, nothing malformed taken, no login overlooked",
    async () => {
      const options = {
        url: server.http,
        auth: `admin:${PASSWORD}`,
        phases: "examples,coverage,fuzzing",
        "exclude-path-regex": EXCLUDED,
        "exclude-checks": EXCLUDED_CHECKS,
        "max-examples": EXAMPLES,
        seed: SEED,
        "generation-database": "none",
        warnings: "off",
      };
      const run = Bun.spawn(
        [
          SCHEMATHESIS,
          "run",
          `${server.http}/swagger/json`,
          ...Object.entries(options).map(([name, value]) => `--${name}=${value}`),
          "--continue-on-failure",
          "--no-color",
        ],
        { cwd: folder, stdin: "ignore", stdout: "pipe", stderr: "pipe", timeout: LIMIT_MS },
      );
      const said = await new Response(run.stdout).text();
      expect({ code: await run.exited, said: run.exitCode === 0 ? "" : said.slice(-8000) }).toEqual({
        code: 0,
        said: "",
      });
      expect(said).toMatch(/[1-9]\d{2,} generated/);
      expect(server.log.filter(({ level }) => level === "error")).toEqual([]);
    },
    LIMIT_MS + 10_000,
  );
});
