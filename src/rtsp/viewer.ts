import type { StartPoint } from "../stream/gop-cache.ts";

/** How a viewer's packets travel. */
export type ViewerTransport = "tcp" | "udp" | "multicast";

/** Counts that a sender report carries: RFC 3550 §6.4.1. */
export interface SentCounts {
  readonly packets: number;
  /** RTP payload bytes, headers excluded. */
  readonly octets: number;
}

/** What a session wants to know of its viewer. */
export interface ViewerEvents {
  /** The first packets follow at once; undefined: where they begin is not known. */
  onStart(start: StartPoint | undefined): void;
  onResolutionChange(): void;
}

/** One session's share of a stream, whatever it travels over. */
export interface RtspViewer {
  readonly transport: ViewerTransport;
  /** Joins the stream; `ViewerEvents.onStart` follows, perhaps during the call. */
  start(): void;
  /** Leaves the stream; may start again. */
  stop(): void;
  sent(): SentCounts;
  sendReport(bytes: Uint8Array): void;
  sendBye(bytes: Uint8Array): void;
  /** The connection has room again. */
  onDrain(): void;
  /** Gives back what the viewer holds; not used afterwards. */
  close(): void;
}
