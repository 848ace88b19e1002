import { afterAll, beforeAll, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testWith } from "../support/conditional-tests.ts";
import { areConsecutive } from "../support/players.ts";
import { callApi, fileOf, recorderOf } from "../support/recorder-client.ts";
import { decodeRecording } from "../support/recording-file.ts";
import { EXECUTABLE, startServer } from "../support/server.ts";

const LIMIT_MS = 60_000;
const UNLIMITED = { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" };

let folder: string;
const ids: string[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rotordream-recordings-"));
  await using server = await startServer(["--data-dir", folder], UNLIMITED);
  const recorder = recorderOf(server);
  for (let index = 0; index < 3; index++) {
    ids.push(await recorder.record(1.3, { stream: "stream2" }));
    await recorder.stop();
  }
  await callApi(server, "POST", "/api/snapshot");
}, LIMIT_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function recordings(...args: readonly string[]) {
  const run = Bun.spawnSync([EXECUTABLE, "recordings", ...args, "--data-dir", folder]);
  return { exitCode: run.exitCode, out: run.stdout.toString(), err: run.stderr.toString() };
}

test("lists every file, and finds nothing wrong after a clean stop", () => {
  const { exitCode, out } = recordings("list");
  expect(exitCode).toBe(0);
  const lines = out.trim().split("\n");
  expect(lines.length).toBe(4);
  for (const id of ids) expect(lines.filter((line) => line.startsWith(id)).length).toBe(1);
  expect(recordings("check")).toMatchObject({ exitCode: 0, out: "" });
});

test("exports a recording, and never over a file that is there", () => {
  const [id = ""] = ids;
  const target = join(folder, "copy.mp4");
  expect(recordings("export", id, target).exitCode).toBe(0);
  expect(statSync(target).size).toBe(statSync(fileOf(folder, id)).size);
  expect(recordings("export", id, target)).toMatchObject({ exitCode: 74 });
  expect(recordings("export", "../rotordream.db", join(folder, "x")).exitCode).toBe(69);
});

test("tells what is wrong, and mends it", () => {
  const [gone = "", cut = "", copied = ""] = ids;
  const file = fileOf(folder, copied);
  copyFileSync(file, file.replace(/recording_\d{8}_\d{6}/, "recording_20200101_000000"));
  rmSync(fileOf(folder, gone));
  truncateSync(fileOf(folder, cut), statSync(fileOf(folder, cut)).size - 300);
  const broken = recordings("check");
  expect(broken.exitCode).toBe(74);
  expect(broken.out).toContain(`${gone}  its file is gone`);
  expect(broken.out).toContain(`${cut}  its file has`);
  expect(broken.out).toContain("no row: ");
  expect(recordings("repair").exitCode).toBe(0);
  expect(recordings("check")).toMatchObject({ exitCode: 0, out: "" });
  const { out } = recordings("list");
  expect(out).not.toContain(gone);
  expect(out).toContain("2020-01-01T00:00:00.000Z");
});

testWith("ffmpeg")(
  "leaves alone what a running server writes",
  async () => {
    await using server = await startServer(["--data-dir", folder], UNLIMITED);
    const recorder = recorderOf(server);
    const id = await recorder.record(1.5, { stream: "stream2" });
    expect(recordings("repair").err).toContain("1 left to a running server");
    await recorder.recorded(3);
    await recorder.stop();
    const { counters, complaints } = await decodeRecording(fileOf(folder, id), 640, 360);
    expect(complaints).toBe("");
    expect(areConsecutive(counters)).toBe(true);
  },
  LIMIT_MS,
);
