import { expect, test } from "bun:test";
import { SessionTable } from "../../../src/rtsp/session-table.ts";
import { startStandingMulticast } from "../../../src/rtsp/standing-multicast.ts";
import { createManualTime } from "../../support/manual-scheduler.ts";

/** Seconds between 1900 (NTP) and 1970 (Unix). */
const NTP_UNIX_OFFSET_S = 2_208_988_800;
const DAY_S = 86_400;

/** A transmission that sends nothing, and the seconds of the NTP time of each of its reports. */
function setUp() {
  const { clock, scheduler, advanceMs } = createManualTime();
  const sessions = new SessionTable(clock, () => 0);
  const reportedS: number[] = [];
  const transmission = {
    member: ({ onStart }: { readonly onStart: (start: undefined) => void }) => ({
      transport: "multicast" as const,
      start: () => onStart(undefined),
      stop: () => undefined,
      sent: () => ({ packets: 0, octets: 0 }),
      sendReport: (bytes: Uint8Array) => void reportedS.push(Buffer.from(bytes).readUInt32BE(8) - NTP_UNIX_OFFSET_S),
      sendBye: () => undefined,
      onDrain: () => undefined,
      close: () => undefined,
    }),
  };
  const stream = { ssrc: 1, rtpTimestampNow: () => 0 };
  const stop = startStandingMulticast(transmission, stream, { clock, scheduler, cname: "test", sessions });
  return { clock, sessions, advanceMs, reportedS, stop };
}

test("reports every 5 s, and at once when the wall clock was stepped, until it ends", () => {
  const { clock, sessions, advanceMs, reportedS, stop } = setUp();
  advanceMs(5000);
  sessions.tick();
  expect(reportedS.length).toBe(2);
  clock.stepWallMs(DAY_S * 1000);
  sessions.tick();
  sessions.tick();
  expect(reportedS.length).toBe(3);
  expect((reportedS[2] ?? 0) - (reportedS[1] ?? 0)).toBe(DAY_S);
  stop();
  clock.stepWallMs(DAY_S * 1000);
  sessions.tick();
  expect(reportedS.length).toBe(3);
});
