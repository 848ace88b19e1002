import type { Clock } from "../core/clock.ts";
import type { Crypto } from "../core/crypto-port.ts";
import type { Log } from "../core/log.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { Authenticator, NonceStore } from "../identity/authenticator.ts";
import type { JpegStream } from "../stream/jpeg-stream.ts";
import type { MetadataStream } from "../stream/metadata-stream.ts";
import type { VideoStream } from "../stream/video-stream.ts";
import type { RtspTarget } from "./protocol/url.ts";
import type { RecordedMedia } from "./recorded-media.ts";
import type { RtpTransport } from "./rtp-transport.ts";

/** A stream with what its description says beside the parameter sets. */
export interface PublishedStream {
  readonly stream: VideoStream;
  readonly frameRate: number;
  readonly bitrateKbps: number;
}

/** The same for JPEG, whose pictures describe themselves. */
export interface PublishedJpeg {
  readonly stream: JpegStream;
  readonly frameRate: number;
}

/** What an ONVIF profile plays. */
export interface PublishedProfile {
  readonly video: ({ readonly kind: "h264" } & PublishedStream) | ({ readonly kind: "jpeg" } & PublishedJpeg);
  readonly metadata?: MetadataStream | undefined;
}

/** What the RTSP server needs of the rest of the program. */
export interface RtspServices {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly crypto: Crypto;
  readonly log: Log;
  readonly authenticator: Authenticator;
  /** Nonces of one connection. */
  readonly createNonceStore: () => NonceStore;
  /** Digest algorithms to offer, in order. */
  readonly digestAlgorithms: readonly ("SHA-256" | "MD5")[];
  readonly findStream: (target: RtspTarget) => PublishedStream | undefined;
  /** The ONVIF profile of that token. */
  readonly findProfile: (token: string) => PublishedProfile | undefined;
  /** The recording that a target names; undefined where it names none, or one that is not there. */
  readonly findRecording: (target: RtspTarget) => Promise<RecordedMedia | undefined>;
  readonly closeOnResolutionChange: boolean;
  /** Tokens are taken over RTSPS only. */
  readonly requireTls: boolean;
  /** Sockets and multicast of a family; what is not there is undefined. */
  readonly transport: Pick<RtpTransport, "sockets" | "multicast">;
  /** RTCP canonical name: RFC 3550 §6.5.1. */
  readonly cname: string;
}
