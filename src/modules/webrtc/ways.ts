import type { LocalPath } from "../../ice/candidate-pair.ts";
import type { TransportAddress } from "../../ice/ip-address.ts";
import type { MediaWay } from "./media-terms.ts";

/** Everything that sessions send over: sockets, connections, relays. */
export interface WebRtcWays {
  /** Ways that checks may be sent over. */
  readonly paths: readonly LocalPath[];
  /** Never throws: what there is no way for is lost, as any datagram may be. */
  send(bytes: Uint8Array, path: LocalPath, remote: TransportAddress): void;
  /** How media get to a peer over a path; undefined: not now. */
  wayTo(path: LocalPath, remote: TransportAddress): MediaWay | undefined;
}
