import type { Clock } from "../core/clock.ts";
import type { MediaStream } from "../stream/media-stream.ts";
import type { EndedViewer, RtspViewerStatus } from "../stream/stream-status.ts";
import type { RtspSession } from "./session.ts";
import type { ViewerTransport } from "./viewer.ts";
import { viewerStatus } from "./viewer-status.ts";

/** Wall clock against monotonic clock: a larger change than this between two ticks is a step, not drift. */
const CLOCK_STEP_MS = 50;

/** All sessions of the server: their number, who an RTCP datagram is for, and when the wall clock steps. */
export class SessionTable {
  readonly #clock: Clock;
  readonly #maxSessions: () => number;
  readonly #sessions = new Set<RtspSession>();
  readonly #byRtcpEndpoint = new Map<string, RtspSession>();
  readonly #stepListeners = new Set<() => void>();
  #clockOffsetMs: number;

  /** `maxSessions` 0: no limit. */
  constructor(clock: Clock, maxSessions: () => number) {
    this.#clock = clock;
    this.#maxSessions = maxSessions;
    this.#clockOffsetMs = this.#measureOffset();
  }

  /** Whether one more session of `address` may be added. Its own orphan gives way, so that a player that crashed finds its slot. */
  hasRoomFor(address: string): boolean {
    const limit = this.#maxSessions();
    if (limit === 0 || this.#sessions.size < limit) return true;
    for (const session of this.#sessions) {
      if (!session.isOrphan || session.viewer.peer.address !== address) continue;
      session.end();
      return true;
    }
    return false;
  }

  /**
   * Adds a session, or learns anew where its reports over UDP come from (see `endpointKey`). An orphan that sends to the same place would
   * double every packet and ends.
   */
  add(session: RtspSession): void {
    this.#sessions.add(session);
    this.#forgetEndpoints(session);
    for (const { rtcpSource } of session.tracks) {
      if (typeof rtcpSource !== "string") continue;
      const former = this.#byRtcpEndpoint.get(rtcpSource);
      if (former?.isOrphan) former.end();
      this.#byRtcpEndpoint.set(rtcpSource, session);
    }
  }

  remove(session: RtspSession): void {
    this.#sessions.delete(session);
    this.#forgetEndpoints(session);
  }

  #forgetEndpoints(session: RtspSession): void {
    for (const [endpoint, owner] of this.#byRtcpEndpoint) {
      if (owner === session) this.#byRtcpEndpoint.delete(endpoint);
    }
  }

  /** All sessions, playing or not. */
  get size(): number {
    return this.#sessions.size;
  }

  /** Sessions that play from `stream`, over `transport` or any. */
  count(stream: MediaStream, transport?: ViewerTransport): number {
    let count = 0;
    for (const session of this.#sessions) if (session.plays(stream, transport)) count += 1;
    return count;
  }

  /** Who plays from `stream`, or could at once. */
  viewers(stream: MediaStream): readonly RtspViewerStatus[] {
    const nowUs = this.#clock.monotonicUs();
    return [...this.#sessions].flatMap((session) => viewerStatus(session, stream, nowUs) ?? []);
  }

  /** Ends the session of the viewer with that id, and with it its connection; undefined: there is none. */
  dismiss(viewerId: string): EndedViewer | undefined {
    for (const session of this.#sessions) {
      const { id, user, peer } = session.viewer;
      if (id !== viewerId) continue;
      const ended = { user: user(), address: peer.address, protocol: "RTSP" } as const;
      session.dismiss();
      return ended;
    }
    return undefined;
  }

  /** Housekeeping of every session, also of those whose connection is gone; a few times a second. */
  tick(): void {
    this.#reportClockStep();
    const nowUs = this.#clock.monotonicUs();
    for (const session of [...this.#sessions]) session.tick(nowUs);
  }

  /** Ends sessions whose login ended or may no longer look, also those whose connection is gone. */
  endDisallowed(): void {
    for (const session of [...this.#sessions]) if (!session.isAllowed) session.end();
  }

  /** Ends every session with a BYE. */
  endAll(): void {
    for (const session of [...this.#sessions]) session.end();
  }

  /** Calls `listener` when the wall clock was stepped; returns how to stop that. */
  onClockStep(listener: () => void): () => void {
    this.#stepListeners.add(listener);
    return () => void this.#stepListeners.delete(listener);
  }

  onRtcp(bytes: Uint8Array, endpoint: string): void {
    this.#byRtcpEndpoint.get(endpoint)?.onRtcp(bytes, endpoint);
  }

  /** After a step of the wall clock every receiver needs the new mapping from RTP time at once. */
  #reportClockStep(): void {
    const offsetMs = this.#measureOffset();
    if (Math.abs(offsetMs - this.#clockOffsetMs) > CLOCK_STEP_MS) {
      for (const session of this.#sessions) session.sendReports();
      for (const listener of this.#stepListeners) listener();
    }
    this.#clockOffsetMs = offsetMs;
  }

  #measureOffset(): number {
    return this.#clock.wallMs() - this.#clock.monotonicUs() / 1000;
  }
}

/** One text for an address and port, to look sessions up by. */
export function endpointKey(address: string, port: number): string {
  return `${address}|${port}`;
}
