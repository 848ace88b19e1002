import { isIPv4 } from "node:net";
import type { Library } from "bun-ffi-v4l2";
import type { Log } from "../core/log.ts";
import type { MediaStream } from "../stream/media-stream.ts";
import { type MulticastGroup, MulticastTransmission } from "./multicast.ts";
import { plainAddress } from "./peer.ts";
import { type AddressFamily, openRtpSocketPair, type RtpSocketPair } from "./rtp-sockets.ts";
import { endpointKey } from "./session-table.ts";

/** First RTP port of the multicast streams, the one IANA registered (RFC 3551 §9). */
const FIRST_MULTICAST_PORT = 5004;

/** What RTP over UDP is set up with. */
export interface RtpTransportOptions {
  readonly library: Library;
  readonly log: Log;
  /** The addresses that the server listens on; media leaves from the same. */
  readonly addresses: readonly string[];
  /** Undefined: no multicast. */
  readonly multicast: MulticastGroup | undefined;
  /** Those that can be sent to the group: each has the next pair of ports. */
  readonly multicastStreams: readonly MediaStream[];
  /** RTCP from a receiver; `endpoint` as `endpointKey` writes it. */
  readonly onRtcp: (bytes: Uint8Array, endpoint: string) => void;
}

/** The UDP side of RTSP: one socket pair a family, one multicast transmission a stream. */
export class RtpTransport {
  readonly #pairs: ReadonlyMap<AddressFamily, RtpSocketPair>;
  readonly #transmissions: ReadonlyMap<MediaStream, MulticastTransmission>;

  private constructor(
    pairs: ReadonlyMap<AddressFamily, RtpSocketPair>,
    transmissions: ReadonlyMap<MediaStream, MulticastTransmission>,
  ) {
    this.#pairs = pairs;
    this.#transmissions = transmissions;
  }

  /** Binds the sockets. A family that cannot be had is left out and said so. */
  static async open(options: RtpTransportOptions): Promise<RtpTransport> {
    const pairs = new Map<AddressFamily, RtpSocketPair>();
    for (const family of [4, 6] as const) {
      const own = options.addresses.filter((address) => isIPv4(address) === (family === 4));
      if (own.length === 0) continue;
      const anyAddress = family === 4 ? "0.0.0.0" : "::";
      const pair = await openRtpSocketPair({
        library: options.library,
        family,
        hostname: own.length === 1 ? (own[0] ?? anyAddress) : anyAddress,
        onRtcp: (bytes, port, address) => options.onRtcp(bytes, endpointKey(plainAddress(address), port)),
      }).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        options.log.info("RTP over UDP is not served", { family: `IPv${family}`, reason });
      });
      if (pair !== undefined) pairs.set(family, pair);
    }
    const { multicast: group, multicastStreams } = options;
    const sockets = group && pairs.get(familyOf(group.address));
    if (group === undefined || sockets === undefined) return new RtpTransport(pairs, new Map());
    sockets.setMulticastTtl(group.ttl);
    const transmissions = multicastStreams.map(
      (stream, index) =>
        [stream, new MulticastTransmission(stream, sockets, group, FIRST_MULTICAST_PORT + 2 * index)] as const,
    );
    return new RtpTransport(pairs, new Map(transmissions));
  }

  sockets(family: AddressFamily): RtpSocketPair | undefined {
    return this.#pairs.get(family);
  }

  /** The transmission of `stream` to the configured group; undefined when it has none, or the group is of the other family. */
  multicast(stream: MediaStream, family: AddressFamily): MulticastTransmission | undefined {
    const transmission = this.#transmissions.get(stream);
    return transmission && familyOf(transmission.group.address) === family ? transmission : undefined;
  }

  close(): void {
    for (const pair of this.#pairs.values()) pair.close();
  }
}

function familyOf(address: string): AddressFamily {
  return isIPv4(address) ? 4 : 6;
}
