import type { RtspHeader } from "./protocol/headers.ts";
import type { RtspRequest } from "./protocol/parser.ts";
import type { RtspStatus } from "./protocol/status.ts";
import type { RtspTarget } from "./protocol/url.ts";

/** An answer before it has its CSeq. */
export interface Answer {
  readonly status: RtspStatus;
  readonly headers?: readonly RtspHeader[];
  readonly body?: Uint8Array;
}

/** One request on its way to its answer. */
export interface Exchange {
  readonly request: RtspRequest;
  readonly target: RtspTarget;
  /** Writes the answer; to be called exactly once. Returns when it is written or queued, so what is written next follows it. */
  readonly answer: (answer: Answer) => void;
}
