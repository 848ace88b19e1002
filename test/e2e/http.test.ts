import { afterAll, beforeAll, describe, expect } from "bun:test";
import { testWith } from "../support/conditional-tests.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const PASSWORD = "correct horse battery";

let server: TestServer;
beforeAll(async () => {
  server = await startServer(["--admin-password", PASSWORD, "--anonymous", "guest"]);
});
afterAll(() => server.stop());

/** What curl gets: status and body. */
async function curl(
  path: string,
  ...options: readonly string[]
): Promise<{ readonly status: number; readonly body: Buffer }> {
  const child = Bun.spawn(["curl", "-s", "-w", "\n%{http_code}", ...options, server.http + path], { stdout: "pipe" });
  const answer = Buffer.from(await new Response(child.stdout).arrayBuffer());
  const end = answer.lastIndexOf("\n");
  return { status: Number(answer.toString("latin1", end + 1)), body: answer.subarray(0, end) };
}

const login = ["--digest", "--user", `admin:${PASSWORD}`];

describe("the compiled executable over HTTP", () => {
  testWith("curl")("tells everyone its name, and what it is only to those who may know", async () => {
    const open = JSON.parse((await curl("/api/info")).body.toString());
    expect(Object.keys(open.data).sort()).toEqual(["api_version", "name", "version"]);
    const known = JSON.parse((await curl("/api/info?auth=required", ...login)).body.toString());
    expect(known.data.capabilities.streams).toEqual(["stream1", "stream2"]);
    expect(known.version).toBe(known.data.version);
  });

  for (const path of ["/api/status", "/api/streams", "/api/camera/status", "/api/health", "/api/v1/streams"]) {
    testWith("curl")(`answers GET ${path} to a Digest login`, async () => {
      const { status, body } = await curl(`${path}?auth=required`, ...login);
      expect([status, JSON.parse(body.toString()).status]).toEqual([200, "success"]);
    });
  }

  testWith("curl")("is healthy and ready", async () => {
    await until(async () => (await curl("/health/ready")).status === 200);
    expect(JSON.parse((await curl("/health")).body.toString()).checks.camera).toBe("ok");
  });

  testWith("curl", "ffmpeg")("gives a picture at its stream's size, under all its names", async () => {
    for (const [path, size] of [
      ["/api/snapshot", "1920,1080"],
      ["/camera.jpeg?stream=stream2&quality=40", "640,360"],
      ["/image", "1920,1080"],
    ] as const) {
      const { status, body } = await curl(path, ...login);
      expect(status).toBe(200);
      const probe = Bun.spawn(
        ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name,width,height", "-of", "csv=p=0", "-"],
        {
          stdin: body,
          stdout: "pipe",
        },
      );
      expect((await new Response(probe.stdout).text()).trim()).toBe(`mjpeg,${size}`);
    }
  });

  testWith("curl")("refuses whoever is not logged in or asks for what is not there", async () => {
    expect((await curl("/api/streams")).status).toBe(401);
    expect((await curl("/api/snapshot")).status).toBe(401);
    expect((await curl("/api/nothing")).status).toBe(404);
    expect((await curl("/api/streams/")).status).toBe(404);
    expect((await curl("/api/streams", "-X", "DELETE", ...login)).status).toBe(405);
    expect((await curl("/api/snapshot?quality=0", ...login)).status).toBe(400);
    expect((await curl("/api/info", "-H", "Host: evil.example")).status).toBe(421);
  });
});
