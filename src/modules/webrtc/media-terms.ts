import type { Destination, SecureEgress, SrtpProfile } from "bun-ffi-v4l2";
import type { Clock } from "../../core/clock.ts";
import type { ExtensionName, H264Format } from "../../sdp/peer-description.ts";
import type { StreamOutput } from "./stream-output.ts";

/** What both descriptions agreed on. */
export interface MediaTerms {
  readonly format: Pick<H264Format, "payloadType" | "rtxPayloadType" | "profileLevelId">;
  readonly extensions: ReadonlyMap<ExtensionName, number>;
  readonly mid: string;
  readonly ssrc: number;
  readonly rtxSsrc: number;
}

/** Where packets go: datagrams by the egress, or frames over a connection; `channel`: as ChannelData of a TURN server. */
export type MediaWay = { readonly channel?: number } & (
  | { readonly destination: Destination; readonly connection?: undefined }
  | { readonly destination?: undefined; readonly connection: StreamOutput }
);

/** What media needs of the program. */
export interface MediaContext {
  readonly egress: SecureEgress;
  readonly clock: Clock;
  readonly cname: string;
  randomUint32(): number;
  /** Sends protected RTCP the way that media goes. */
  sendRtcp(bytes: Uint8Array): void;
}

/** What is known of a viewer's reception, for people. */
export interface MediaReading {
  readonly stream: string;
  readonly profile: SrtpProfile;
  readonly packets: number;
  readonly bytes: number;
  readonly retransmitted: number;
  readonly lostLocally: number;
  /** Of the newest report, 0–1; undefined: none yet. */
  readonly fractionLost: number | undefined;
  readonly rttMs: number | undefined;
  readonly jitterMs: number | undefined;
  /** Of the last second. */
  readonly lossRatio: number;
  readonly queueDelayMs: number;
  readonly receivedKbps: number;
}
