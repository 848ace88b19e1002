import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testWith } from "../support/conditional-tests.ts";
import { EXECUTABLE, startServer, type TestServer } from "../support/server.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/security/users-and-tokens.md"), "utf8");
const blocks = (language: string) =>
  [...PAGE.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, block = ""]) => block.trim());

let server: TestServer;
let data: string;
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), "rotordream-docs-"));
  server = await startServer(["--data-dir", data]);
});
afterAll(async () => {
  await server.stop();
  rmSync(data, { recursive: true });
});

describe("docs/security/users-and-tokens.md", () => {
  testWith("curl")("the commands work one after the other", async () => {
    const commands = blocks("sh").filter((command) => command.includes("localhost:8080"));
    expect(commands.length).toBeGreaterThan(8);
    const here = (command: string) =>
      command.replaceAll("http://localhost:8080", server.http).replaceAll("curl ", "curl -sS --fail-with-body ");
    const script = ["set -e", ...commands.map((command) => `${here(command)}\necho`)].join("\n");
    const child = Bun.spawn(["sh", "-c", script], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
    const [said, complaints] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    expect([await child.exited, complaints]).toEqual([0, ""]);
    const answers = said
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
    // all but the one that keeps the token
    expect(answers).toHaveLength(commands.length - 1);
    expect(answers.every(({ status }) => status === "success")).toBe(true);
  });

  test("the command line knows what it shows", () => {
    const [commands = ""] = blocks("text");
    const ids: string[] = [];
    for (const command of commands.split("\n")) {
      const args = command
        .replace("0123456789abcdef", ids[0] ?? "")
        .split(" ")
        .slice(1);
      const run = Bun.spawnSync([EXECUTABLE, "--data-dir", join(data, "cli"), ...args], {
        stdin: Buffer.from("three small words\n"),
      });
      ids.push(...(/^[0-9a-f]{16}/.exec(`${run.stdout}`) ?? []));
      expect([command, run.exitCode]).toEqual([command, 0]);
    }
  });
});
