import { afterAll, beforeAll, describe, expect } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testWith } from "../support/conditional-tests.ts";
import { playsToItsEnd } from "../support/gstreamer.ts";
import type { PeerName } from "../support/peers.ts";
import { startServer, type TestServer } from "../support/server.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/api/rtsp-streaming.md"), "utf8");
const COMMANDS = [...PAGE.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = ""]) => block.trim().split("\n"));
const SCRIPTS = [...PAGE.matchAll(/```python\n([\s\S]*?)```/g)].map(([, script = ""]) => script);

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startServer();
  folder = mkdtempSync(join(tmpdir(), "rotordream-docs-"));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.stop();
});

/** What documented addresses are in the test. */
const here = (text: string) =>
  text
    .replace("rtsp://localhost:8554", server.rtsp)
    .replace("rtsph://localhost:8554", server.rtsp.replace("rtsp", "rtsph"))
    .replace("rtsp://localhost:8322", server.rtsps.replace("rtsps", "rtsp"));

/** A documented command against the test's server, with a window replaced by nothing: what it plays stays the same. */
function runnable(command: string): { readonly peer: PeerName; readonly words: readonly string[] } | undefined {
  if (!command.includes("localhost:")) return undefined;
  const [program, ...args] = here(command).replaceAll('"', "").split(" ");
  if (program === "ffmpeg") return { peer: "ffmpeg", words: ["ffmpeg", "-nostdin", ...args] };
  if (program === "ffplay")
    return {
      peer: "ffmpeg",
      words: ["ffmpeg", "-nostdin", ...args.slice(0, -1), "-i", args.at(-1) ?? "", "-frames:v", "5", "-f", "null", "-"],
    };
  if (program === "gst-launch-1.0")
    return {
      peer: "gstreamer",
      words: [
        ...["bash", "-c", playsToItsEnd('"$@"'), "bash", program],
        ...args
          .filter((arg) => arg !== "-q")
          .map((arg) => (arg === "autovideosink" ? "fakesink num-buffers=5" : arg))
          .flatMap((arg) => arg.split(" ")),
      ],
    };
  return undefined;
}

describe("docs/api/rtsp-streaming.md", () => {
  for (const command of COMMANDS.filter((each) => each.includes("localhost:") && !each.startsWith("vlc"))) {
    const peer: PeerName = command.startsWith("gst") ? "gstreamer" : "ffmpeg";
    testWith(peer)(`works: ${command}`, async () => {
      const { words } = runnable(command) ?? { words: [] };
      const child = Bun.spawn([...words], {
        cwd: folder,
        stdin: "ignore",
        stdout: "ignore",
        stderr: "pipe",
        timeout: 40_000,
      });
      const said = await new Response(child.stderr).text();
      expect(await child.exited, said).toBe(0);
      const output = words.at(-1) ?? "";
      if (/\.(jpg|mp4)$/.test(output)) expect(existsSync(join(folder, output))).toBe(true);
    });
  }

  for (const script of SCRIPTS) {
    testWith("opencv")("the OpenCV example reads a picture", async () => {
      const child = Bun.spawn(["/usr/bin/python3", "-c", here(script)], {
        stdin: "ignore",
        stdout: "pipe",
        stderr: "inherit",
      });
      expect(await new Response(child.stdout).text()).toBe("True (1080, 1920, 3)\n");
    });
  }
});
