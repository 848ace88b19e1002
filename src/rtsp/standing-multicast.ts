import type { Clock } from "../core/clock.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { formatBye, formatSenderReport } from "../rtp/rtcp.ts";
import type { MediaStream } from "../stream/media-stream.ts";
import type { MulticastTransmission } from "./multicast.ts";
import type { SessionTable } from "./session-table.ts";

/** RFC 3550 §6.2 */
const REPORT_INTERVAL_MS = 5000;

/** What its reports are made with. */
interface ReportParts {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly cname: string;
  /** Receivers need the new mapping from RTP time at once. */
  readonly sessions: Pick<SessionTable, "onClockStep">;
}

/** Sends a stream to its group without any session, with its sender reports. Returns how to end that. Throws AppError `limit-reached`. */
export function startStandingMulticast(
  transmission: Pick<MulticastTransmission, "member">,
  stream: Pick<MediaStream, "ssrc" | "rtpTimestampNow">,
  { clock, scheduler, cname, sessions }: ReportParts,
): () => void {
  let isSending = false;
  const report = () => {
    if (!isSending) return;
    const { packets, octets } = member.sent();
    const rtpTimestamp = stream.rtpTimestampNow();
    const counts = { packetCount: packets, octetCount: octets };
    member.sendReport(
      formatSenderReport({ ssrc: stream.ssrc, wallMs: clock.wallMs(), rtpTimestamp, ...counts, cname }),
    );
  };
  const member = transmission.member({
    onStart: () => {
      isSending = true;
      report();
    },
    onResolutionChange: () => undefined,
  });
  member.start();
  const stopReports = [scheduler.every(REPORT_INTERVAL_MS, report), sessions.onClockStep(report)];
  return () => {
    for (const stop of stopReports) stop();
    if (isSending) member.sendBye(formatBye(stream.ssrc, cname));
    member.close();
  };
}
