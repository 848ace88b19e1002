import type { MediaStream } from "../stream/media-stream.ts";
import type { RtspViewerStatus } from "../stream/stream-status.ts";
import type { RtspSession } from "./session.ts";

/** A session for the list of a stream's viewers; undefined where it plays another. `nowUs`: of the monotonic clock. */
export function viewerStatus(session: RtspSession, stream: MediaStream, nowUs: number): RtspViewerStatus | undefined {
  const track = session.tracks.find((each) => each.stream === stream);
  if (track === undefined) return undefined;
  const { id, user, peer } = session.viewer;
  return {
    id,
    user: user(),
    address: peer.address,
    state: session.state === "PLAYING" ? "playing" : "paused",
    transport: track.transport,
    isSecure: peer.isSecure,
    isTunnelled: peer.isTunnelled,
    ageMs: (nowUs - session.createdUs) / 1000,
  };
}
