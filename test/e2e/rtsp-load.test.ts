import { describe, expect, test } from "bun:test";
import { openDescriptors } from "../bench/process-reading.ts";
import { testWith } from "../support/conditional-tests.ts";
import { runChurn } from "../support/load/churn.ts";
import { runLoad } from "../support/load/rtsp-load.ts";
import { areConsecutive, playWithFfmpeg } from "../support/players.ts";
import { startServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const LONG = process.env.RD_LONG === "1";
const VIEWERS = LONG ? 50 : 5;
const LOAD_SECONDS = LONG ? 60 : 6;
const CHURNS = LONG ? 200 : 20;
const LOAD_LIMIT_MS = (LOAD_SECONDS + 30) * 1000;
const CHURN_LIMIT_MS = 60_000;
/** The pictures that a player decodes beside the load, 30 a second. */
const DECODED_FRAMES = (LOAD_SECONDS - 2) * 30;
/** Viewers over UDP that vanished are forgotten after 10 s without RTCP. */
const FORGET_LIMIT_MS = 15_000;

const UNLIMITED = { ROTORDREAM_LIMITS_RTSP_SESSIONS: "0", ROTORDREAM_LIMITS_API_PER_MINUTE: "0" };
/** The rate is asked for where the machine is ours alone; tests that share it check what does not depend on that. */
const WANTED_FPS = LONG ? 30 : undefined;

describe("under load", () => {
  testWith("ffmpeg")(
    `${VIEWERS} TCP and ${VIEWERS} UDP viewers get every packet beside two decoding players`,
    async () => {
      await using server = await startServer([], UNLIMITED);
      const url = `${server.rtsp}/stream1`;
      const load = (transport: "tcp" | "udp") =>
        runLoad({ url, transport, viewers: VIEWERS, seconds: LOAD_SECONDS, fps: WANTED_FPS });
      const play = (transport: "tcp" | "udp") =>
        playWithFfmpeg({ url: `${server.rtsp}/stream2`, transport, width: 640, height: 360, frames: DECODED_FRAMES });
      const [overTcp, overUdp, ...played] = await Promise.all([load("tcp"), load("udp"), play("tcp"), play("udp")]);
      for (const { problems, viewers, frames } of [overTcp, overUdp]) {
        expect(problems).toEqual({});
        if (WANTED_FPS !== undefined) expect(frames).toBeGreaterThan(viewers * LOAD_SECONDS * (WANTED_FPS - 1));
        expect(frames).toBeGreaterThan(0);
      }
      for (const { counters } of played) {
        expect(counters).toHaveLength(DECODED_FRAMES);
        expect(areConsecutive(counters)).toBe(true);
      }
    },
    LOAD_LIMIT_MS,
  );

  test(
    `${CHURNS} viewers come and go, half of them without a word, and leave no descriptor`,
    async () => {
      await using server = await startServer([], UNLIMITED);
      const url = `${server.rtsp}/stream2`;
      await runChurn({ url, churns: 4 }); // opens what stays open
      await until(() => allLeft(server.http), FORGET_LIMIT_MS);
      const before = openDescriptors(server.pid);
      expect(await runChurn({ url, churns: CHURNS })).toMatchObject({ churns: CHURNS, problems: {} });
      await until(() => allLeft(server.http), FORGET_LIMIT_MS);
      expect(openDescriptors(server.pid)).toBe(before);
    },
    CHURN_LIMIT_MS,
  );
});

async function allLeft(http: string): Promise<boolean> {
  const text = await (await fetch(`${http}/api/streams`)).text();
  const totals = [...text.matchAll(/"total":\s*(\d+)/g)].map(([, total]) => Number(total));
  return totals.length > 0 && totals.every((total) => total === 0);
}
