import type { Egress } from "bun-ffi-v4l2";
import type { PacketBlock } from "../rtp/packet-block.ts";
import type { StartPoint } from "./gop-cache.ts";

/** Someone who takes a stream's packets. Calls come synchronously from publishing; none may wait or throw. */
export interface StreamViewer {
  /** Destination in the stream's egress that the packets go to, for viewers over UDP; undefined: they come through `deliver`. */
  readonly destination: number | undefined;
  /** The first packets of the viewer follow, and begin at `start` with something that can be decoded by itself. */
  onStart(start: StartPoint): void;
  /** Takes all packets of `block`, which is reused after the call. False: there is no room; nothing more comes until what can be decoded by itself (see `MediaStream.resume`). */
  deliver(block: PacketBlock): boolean;
  /** The picture size changed; the new size begins with the next packets. */
  onResolutionChange(): void;
}

/** RTP packets made once and handed to every viewer. */
export interface MediaStream {
  readonly name: string;
  readonly ssrc: number;
  /** Sends to the viewers over UDP. */
  readonly egress: Egress;
  /** Adds a viewer, which starts at once or with the next frame that can be decoded by itself. */
  join(viewer: StreamViewer): void;
  /** Removes a viewer in whatever state it is. */
  leave(viewer: StreamViewer): void;
  /** A viewer that lost frames has room again. */
  resume(viewer: StreamViewer): void;
  /** Asks for a frame that can be decoded by itself, for someone who listens already. */
  refresh(): void;
  /** The media clock now, 90 kHz, 32 bits: what sender reports map to wall time. */
  rtpTimestampNow(): number;
}
