import {
  array,
  boolean,
  type InferOutput,
  literal,
  maxLength,
  minLength,
  nullish,
  number,
  object,
  optional,
  picklist,
  pipe,
  string,
  unknown,
} from "valibot";
import { MAX_SDP_BYTES } from "../../sdp/sdp-lines.ts";

const StreamName = picklist(["stream1", "stream2"], "must be stream1 or stream2");
const Sdp = pipe(
  string("must be SDP"),
  minLength(1, "must be SDP"),
  maxLength(MAX_SDP_BYTES, `must have at most ${MAX_SDP_BYTES} characters`),
);

/** `GET /api/webrtc/offer`. */
export const OfferQuery = object({ stream: optional(StreamName, "stream1") });

/** `POST /api/webrtc/answer`. */
export const AnswerBody = object({
  type: literal("answer", 'must be "answer"'),
  sdp: Sdp,
  id: nullish(pipe(string(), maxLength(64))),
});

/** `POST /api/webrtc/offer`. */
export const OfferBody = object({
  type: literal("offer", 'must be "offer"'),
  sdp: Sdp,
  stream: optional(StreamName, "stream1"),
});

/** `POST /api/whep/:stream`. */
export const WhepParams = object({ stream: StreamName });

/** Parts of paths below `/api/webrtc/sessions`. */
export const SessionParams = object({ id: pipe(string(), maxLength(64)) });

/** What a session answers to a description. */
export const Description = object({
  type: picklist(["offer", "answer"]),
  sdp: string(),
  id: string(),
  ice_servers: array(object({ urls: array(string()), username: optional(string()), credential: optional(string()) })),
});

/** `GET /api/webrtc/sessions/:id`. */
export const Explanation = object({
  id: string(),
  state: picklist(["offered", "connecting", "securing", "playing", "paused", "ended"]),
  reason: optional(string()),
  user: optional(string()),
  address: string(),
  age_s: number(),
  stream: string(),
  ice: object({
    restarts: number(),
    role: picklist(["controlling", "controlled"]),
    silence_ms: optional(number()),
    pairs: array(
      object({
        local: object({ address: string(), type: string(), transport: string() }),
        remote: object({ address: string(), type: string() }),
        state: picklist(["waiting", "in-progress", "succeeded", "failed"]),
        nominated: boolean(),
        selected: boolean(),
        checks_received: number(),
        checks_sent: number(),
        rtt_ms: optional(number()),
        failure: optional(string()),
      }),
    ),
    servers: array(
      object({
        url: string(),
        server_reflexive: array(string()),
        relay: optional(string()),
        failure: optional(string()),
      }),
    ),
    remote_candidates: array(object({ candidate: string(), outcome: string() })),
  }),
  /** What a picture captured now would have: `rtpTimestamp` of a shown one tells its age. */
  clock: optional(object({ rtp_timestamp: number() })),
  codec: optional(unknown()),
  srtp: optional(string()),
  sent: optional(object({ packets: number(), bytes: number(), retransmitted: number(), lost_here: number() })),
  received: optional(
    object({
      fraction_lost: optional(number()),
      rtt_ms: optional(number()),
      jitter_ms: optional(number()),
      loss: number(),
      queue_ms: optional(number()),
      kbps: number(),
    }),
  ),
});

/** A checked body of an answer. */
export type AnswerBody = InferOutput<typeof AnswerBody>;
