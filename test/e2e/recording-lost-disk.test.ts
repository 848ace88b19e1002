import { expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openControlSocket } from "../support/control-socket.ts";
import { areConsecutive, playWithFfmpeg } from "../support/players.ts";
import {
  callApi,
  fetchApi,
  fileOf,
  type ListedRecording,
  type RecorderStatusAnswer,
  recorderOf,
} from "../support/recorder-client.ts";
import { decodeRecording } from "../support/recording-file.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { mountLoopDisk, mountSmallDisk, mustRun, testAsRoot, testWithLoop } from "../support/small-disk.ts";
import { until } from "../support/until.ts";

const LIMIT_MS = 60_000;
const ENVIRONMENT = {
  ROTORDREAM_LIMITS_API_PER_MINUTE: "0",
  ROTORDREAM_RECORDING_MIN_FREE_BYTES: "0",
  ROTORDREAM_RECORDING_MIN_FREE_PERCENT: "0",
};
const SIZE = { width: 640, height: 360 };
/** Some seconds before, at and after the fault. */
const LIVE_FRAMES = 90;
const ENOUGH_BYTES = 100_000;

interface Ended {
  readonly server: TestServer;
  readonly folder: string;
  readonly id: string;
  readonly row: ListedRecording;
  readonly reason: unknown;
  readonly warnings: readonly string[];
}

/** Records stream2 in `folder`, breaks what it is written to, and waits until the recording has ended by itself while somebody watches. */
async function breakWhileRecording(folder: string, breakDisk: () => void, look: (ended: Ended) => Promise<void>) {
  await using server = await startServer(["--data-dir", folder], ENVIRONMENT);
  const recorder = recorderOf(server);
  const id = await recorder.record(0, { stream: "stream2" });
  await until(async () => (await recorder.status()).file_size > ENOUGH_BYTES, LIMIT_MS);
  const watching = playWithFfmpeg({ url: `${server.rtsp}/stream2`, transport: "tcp", ...SIZE, frames: LIVE_FRAMES });
  breakDisk();
  await until(async () => (await recorder.status()).state === "off", LIMIT_MS);
  const { counters, words } = await watching;
  expect([counters.length, areConsecutive(counters)], words).toEqual([LIVE_FRAMES, true]);
  const [failed] = await recorder.events("recording-failed");
  expect(failed).toMatchObject({ recording_id: id });
  const { data: row } = await callApi<ListedRecording>(server, "GET", `/api/recordings/${id}/info`);
  const { data: status } = await callApi<{ warnings: readonly string[] }>(server, "GET", "/api/status");
  await look({ server, folder, id, row, reason: failed?.reason, warnings: status.warnings });
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "rotordream-disk-"));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function expectWhole(path: string): Promise<void> {
  const { counters, complaints } = await decodeRecording(path, SIZE.width, SIZE.height);
  expect(complaints).toBe("");
  expect(areConsecutive(counters)).toBe(true);
  expect(counters.length).toBeGreaterThan(9);
}

/** Downloads it, and looks whether it is whole. */
async function expectDownload({ server, folder, id }: Ended): Promise<void> {
  const answer = await fetchApi(server, `/api/recordings/${id}`);
  expect(answer.status).toBe(200);
  await Bun.write(join(folder, "download.mp4"), await answer.bytes());
  await expectWhole(join(folder, "download.mp4"));
}

const refusal = (server: TestServer) =>
  callApi<RecorderStatusAnswer>(server, "POST", "/api/recording/start").then(({ status, code }) => [status, code]);

testWithLoop(
  "a disk that becomes read-only ends the recording in what was written until then",
  () =>
    withFolder(async (folder) => {
      const disk = join(folder, "recordings");
      const unmount = mountLoopDisk(join(folder, "image"), disk);
      try {
        // what ext4 does with errors=remount-ro when its disk fails
        const abort = () => mustRun("mount", "-o", "remount,abort", disk);
        await breakWhileRecording(folder, abort, async (ended) => {
          expect(["the disk is mounted read-only", "the disk reports errors"]).toContain(String(ended.reason));
          expect(ended.warnings).toContain(`The last recording ended by itself: ${ended.reason}.`);
          expect(ended.row.state).toBe("ready");
          await expectDownload(ended);
          expect((await refusal(ended.server))[0]).toBe(503);
        });
      } finally {
        unmount();
      }
    }),
  LIMIT_MS,
);

testWithLoop(
  "a disk that reports errors ends the recording in what was written until then",
  () =>
    withFolder(async (folder) => {
      const disk = join(folder, "recordings");
      const memory = join(folder, "memory");
      const unmountMemory = mountSmallDisk(memory, 24);
      const unmount = mountLoopDisk(join(memory, "image"), disk);
      try {
        // the image has no more room where it lies: writes to its blocks fail
        const fill = () => void Bun.spawnSync(["dd", "if=/dev/zero", `of=${join(memory, "filler")}`, "bs=64k"]);
        await breakWhileRecording(folder, fill, async (ended) => {
          // the kernel hands on that the image has no room, or that is an error of the disk's journal
          const reasons = ["the disk is mounted read-only", "the disk reports errors", "the disk is full"];
          expect(reasons).toContain(String(ended.reason));
          expect(ended.row.state).toBe("ready");
          await expectDownload(ended);
        });
      } finally {
        unmount();
        unmountMemory();
      }
    }),
  LIMIT_MS,
);

testAsRoot(
  "a disk that is unmounted under a recording ends it, and keeps what is on it",
  () =>
    withFolder(async (folder) => {
      const disk = join(folder, "recordings");
      const elsewhere = join(folder, "elsewhere");
      const unmountElsewhere = mountSmallDisk(elsewhere, 64);
      mustRun("mkdir", "-p", disk);
      mustRun("mount", "--bind", elsewhere, disk);
      try {
        await breakWhileRecording(
          folder,
          () => mustRun("umount", "-l", disk),
          async ({ server, id, row, reason }) => {
            expect(reason).toBe("the recordings folder was removed, or its disk is gone");
            expect(row.state).toBe("missing");
            expect(row.duration).toBeGreaterThan(0);
            await expectWhole(fileOf(folder, id).replace(disk, elsewhere));
            expect(await refusal(server)).toEqual([503, "STORAGE_UNAVAILABLE"]);
            expect((await fetchApi(server, `/api/recordings/${id}`)).status).toBe(503);
          },
        );
        // the disk is there again at the next start
        mustRun("mount", "--bind", elsewhere, disk);
        await using server = await startServer(["--data-dir", folder], ENVIRONMENT);
        const states = async () =>
          (await callApi<readonly ListedRecording[]>(server, "GET", "/api/recordings")).data.map(({ state }) => state);
        await until(async () => (await states()).join() === "ready", LIMIT_MS);
      } finally {
        Bun.spawnSync(["umount", "-l", disk]);
        unmountElsewhere();
      }
    }),
  LIMIT_MS,
);

testAsRoot(
  "a folder that is removed under a recording ends it, and its row says that the file is gone",
  () =>
    withFolder(async (folder) => {
      const disk = join(folder, "recordings");
      await breakWhileRecording(
        folder,
        () => rmSync(disk, { recursive: true }),
        async ({ server, id, row, reason }) => {
          expect(reason).toBe("the recordings folder was removed, or its disk is gone");
          expect(row.state).toBe("missing");
          expect((await fetchApi(server, `/api/recordings/${id}`)).status).toBe(503);
          expect(await refusal(server)).toEqual([503, "STORAGE_UNAVAILABLE"]);
          expect(existsSync(disk)).toBe(false);
        },
      );
    }),
  LIMIT_MS,
);

testWithLoop(
  "a data folder that somebody else fills, its database with it, ends the recording, and takes the next one when it has room",
  () =>
    withFolder(async (folder) => {
      const data = join(folder, "data");
      const filler = join(data, "filler");
      const unmount = mountLoopDisk(join(folder, "image"), data);
      try {
        await using server = await startServer(["--data-dir", data], ENVIRONMENT);
        using socket = await openControlSocket(server);
        await socket.ask({ subscribe: ["events"] });
        const recorder = recorderOf(server);
        const id = await recorder.record(1, { stream: "stream2" });
        Bun.spawnSync(["dd", "if=/dev/zero", `of=${filler}`, "bs=4k"]);
        await until(async () => (await recorder.status()).state === "off", LIMIT_MS);
        const told = () => JSON.stringify(socket.heard);
        await until(() => told().includes("recording-failed"), LIMIT_MS);
        expect(told()).toContain("the disk is full");
        await until(() => told().includes('"record":false'), LIMIT_MS);
        // neither the row nor the event could be written: the disk has no room for SQLite's either
        expect(await recorder.events("recording-failed")).toEqual([]);
        rmSync(filler);
        await expectWhole(fileOf(data, id));
        const next = await recorder.record(1, { stream: "stream2" });
        expect((await recorder.stop()).status).toBe(200);
        await expectWhole(fileOf(data, next));
        expect(server.log.map(({ message }) => message)).toContain("an event could not be written down");
      } finally {
        unmount();
      }
    }),
  LIMIT_MS,
);

test(
  "names are in UTC, whatever the time zone",
  () =>
    withFolder(async (folder) => {
      await using server = await startServer(["--data-dir", folder], { ...ENVIRONMENT, TZ: "Pacific/Kiritimati" });
      const recorder = recorderOf(server);
      const id = await recorder.record(0.3, { stream: "stream2" });
      await recorder.stop();
      const { data } = await callApi<ListedRecording>(server, "GET", `/api/recordings/${id}/info`);
      const [date = "", time = ""] = new Date(data.start).toISOString().replace(/[-:]/g, "").split(/[T.]/);
      expect(fileOf(folder, id)).toEndWith(
        `/${date.replace(/(....)(..)(..)/, "$1/$2/$3")}/recording_${date}_${time}.mp4`,
      );
    }),
  LIMIT_MS,
);
