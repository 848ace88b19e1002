import type { WebRtcViewerStatus } from "../../stream/stream-status.ts";
import type { WebRtcSession } from "./session.ts";

/** A session for the list of viewers; undefined where nobody watches (yet): offers, ended sessions. `nowMs`: of the monotonic clock. */
export function viewerStatus(session: WebRtcSession, nowMs: number): WebRtcViewerStatus | undefined {
  const { id, state, owner, media } = session;
  if (state === "offered" || state === "ended") return undefined;
  const reading = media?.read();
  return {
    id,
    user: owner.identity.user,
    address: owner.address,
    state,
    wants: session.wantedStream.name,
    transport: session.agent.selected(nowMs)?.path.candidate.transport,
    ageMs: nowMs - session.createdMs,
    rttMs: reading?.rttMs,
    lossRatio: reading?.lossRatio,
    queueDelayMs: reading?.queueDelayMs,
    receivedKbps: reading?.receivedKbps,
  };
}
