import { describe, expect, test } from "bun:test";
import { testWith } from "../support/conditional-tests.ts";
import { areConsecutive } from "../support/players.ts";
import { callApi, fileOf, type ListedRecording, shareRecorder } from "../support/recorder-client.ts";
import { decodeRecording } from "../support/recording-file.ts";
import { turnRotor, watchRotor } from "../support/rotor.ts";
import { until } from "../support/until.ts";

const LIMIT_MS = 60_000;
const shared = shareRecorder();

describe("a recording", () => {
  testWith("ffmpeg")(
    "begins before it was ordered, where pictures are kept for that",
    async () => {
      await callApi(shared.server, "POST", "/api/settings/pre-roll", 3);
      const keptSinceMs = Date.now();
      await until(() => Date.now() - keptSinceMs > 3500, LIMIT_MS);
      const orderedMs = Date.now();
      const id = await shared.recorder.record(4);
      await shared.recorder.stop();
      await callApi(shared.server, "POST", "/api/settings/pre-roll", 0);
      const { counters, complaints, firstUnixMs = 0 } = await decodeRecording(fileOf(shared.folder, id), 1920, 1080);
      expect(complaints).toBe("");
      expect(areConsecutive(counters)).toBe(true);
      expect(firstUnixMs).toBeLessThan(orderedMs - 1900);
      expect(firstUnixMs).toBeGreaterThan(orderedMs - 4500);
    },
    LIMIT_MS,
  );

  test(
    "ends by itself after its duration, and is one of the settings",
    async () => {
      await callApi(shared.server, "POST", "/api/recording/start", { duration: 1, stream: "stream2" });
      await until(async () => (await shared.recorder.status()).state === "off", LIMIT_MS);
      const setting = async () =>
        (await callApi<{ record: unknown }>(shared.server, "GET", "/api/settings?keys=record")).data.record;
      expect(await setting()).toBe(false);
      await callApi(shared.server, "POST", "/api/settings/record", "on");
      await until(async () => (await shared.recorder.status()).state === "recording", LIMIT_MS);
      await callApi(shared.server, "POST", "/api/settings/record", "pause");
      expect(await setting()).toBe("pause");
      await callApi(shared.server, "POST", "/api/settings/record", "pause_release");
      expect(await setting()).toBe(true);
      await callApi(shared.server, "POST", "/api/settings/record", false);
      await until(async () => (await shared.recorder.status()).state === "off", LIMIT_MS);
      expect((await callApi(shared.server, "POST", "/api/settings/record", "pause")).status).toBe(409);
    },
    LIMIT_MS,
  );

  test(
    "runs by the schedule of the week",
    async () => {
      const always = [0, 1, 2, 3, 4, 5, 6].map((day) => ({ day, from: "00:00", to: "24:00" }));
      expect((await callApi(shared.server, "POST", "/api/settings/record-schedule", [{ day: 7 }])).status).toBe(400);
      expect((await callApi(shared.server, "POST", "/api/settings/record-schedule", always)).status).toBe(200);
      await until(async () => (await shared.recorder.status()).state === "recording", LIMIT_MS);
      await callApi(shared.server, "POST", "/api/settings/record-schedule", []);
      await until(async () => (await shared.recorder.status()).state === "off", LIMIT_MS);
      const { data } = await callApi<readonly ListedRecording[]>(shared.server, "GET", "/api/recordings?limit=1");
      expect(data[0]).toMatchObject({ trigger: "schedule", state: "ready" });
    },
    LIMIT_MS,
  );

  testWith("ffmpeg")(
    "is begun by motion, with pictures from before it, and ends after it; what moves outside of the zones is none",
    async () => {
      // a time-lapse would miss what moves
      await callApi(shared.server, "POST", "/api/settings/record-mode", "timelapse");
      await watchRotor(shared.server, { "record-on-motion": true, "pre-roll": 2 });
      const watchedSinceMs = Date.now();
      await until(() => Date.now() - watchedSinceMs > 3000, LIMIT_MS);
      const motion = async () =>
        (await callApi<{ motion: boolean }>(shared.server, "GET", "/api/settings/motion")).data.motion;
      expect([await motion(), (await shared.recorder.status()).state]).toEqual([false, "off"]);
      const movedMs = Date.now();
      await turnRotor(shared.server, true);
      await until(async () => (await shared.recorder.status()).state === "recording", LIMIT_MS);
      expect(await motion()).toBe(true);
      await turnRotor(shared.server, false);
      await until(async () => (await shared.recorder.status()).state === "off", LIMIT_MS);
      expect(await motion()).toBe(false);
      const usual = { "motion-detection": false, "record-on-motion": false, "record-mode": "video", "pre-roll": 0 };
      await callApi(shared.server, "POST", "/api/settings", usual);
      const { data } = await callApi<readonly ListedRecording[]>(shared.server, "GET", "/api/recordings?limit=1");
      expect(data[0]).toMatchObject({ trigger: "motion", state: "ready", mode: "video" });
      const file = fileOf(shared.folder, data[0]?.id ?? "");
      const { counters, complaints, firstUnixMs = 0, lastUnixMs = 0 } = await decodeRecording(file, 1920, 1080);
      expect(complaints).toBe("");
      expect(areConsecutive(counters)).toBe(true);
      expect(firstUnixMs).toBeLessThan(movedMs);
      expect(lastUnixMs).toBeGreaterThan(movedMs + 5000);
      const kinds = [
        (await shared.recorder.events("motion-start")).length,
        (await shared.recorder.events("motion-stop")).length,
      ];
      expect(kinds).toEqual([1, 1]);
    },
    LIMIT_MS,
  );
});
