import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testWith } from "../support/conditional-tests.ts";
import { EXECUTABLE, startServer, type TestServer } from "../support/server.ts";

const ROOT = join(import.meta.dirname, "../..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");

function blocks(language: string): readonly string[] {
  return [...README.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, block = ""]) =>
    block.trim(),
  );
}

const commands = blocks("sh").flatMap((block) => block.split("\n"));
const about = (address: string) => commands.filter((command) => command.includes(address));

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startServer();
  folder = mkdtempSync(join(tmpdir(), "rotordream-readme-"));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.stop();
});

/** Runs a command of the page against the test's server. */
async function follow(command: string): Promise<{ readonly code: number; readonly said: string }> {
  const here = command.replace("rtsp://127.0.0.1:8554", server.rtsp).replace("http://127.0.0.1:8080", server.http);
  const child = Bun.spawn(["sh", "-c", here], {
    cwd: folder,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
    timeout: 50_000,
  });
  const said = await new Response(child.stderr).text();
  return { code: await child.exited, said };
}

describe("README.md", () => {
  testWith("ffmpeg")("plays", async () => {
    const [play = ""] = about("ffplay");
    const { code, said } = await follow(
      `${play.replace("ffplay", "ffmpeg -v error -nostdin -i")} -frames:v 3 -f null -`,
    );
    expect({ code, said }).toEqual({ code: 0, said: "" });
  });

  testWith("ffmpeg")("records", async () => {
    const [record = ""] = about("clip.mp4");
    expect(
      await follow(record.replace("ffmpeg", "ffmpeg -v error -nostdin -y").replace("-t 10", "-t 2")),
    ).toMatchObject({ code: 0 });
    const probe = Bun.spawnSync(
      ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", "clip.mp4"],
      { cwd: folder },
    );
    expect(`${probe.stdout}`.trim()).toBe("h264");
  });

  testWith("curl")("takes a picture", async () => {
    const [take = ""] = about("picture.jpg");
    expect(await follow(take)).toMatchObject({ code: 0 });
    expect([...readFileSync(join(folder, "picture.jpg")).subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
  });

  test("shows a configuration that is right", async () => {
    const [example = ""] = blocks("toml");
    const file = join(folder, "rotordream.toml");
    await Bun.write(file, example);
    const check = Bun.spawnSync([EXECUTABLE, "config", "check", "--config", file]);
    expect({ code: check.exitCode, said: `${check.stderr}` }).toEqual({ code: 0, said: "" });
  });

  test("names scripts and commands that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    const named = commands.flatMap((command) => /^npx -y bun@1\.4\.5 (?:run )?(\w+)/.exec(command)?.slice(1) ?? []);
    expect(named).toContain("start");
    expect(named).toContain("test");
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});
