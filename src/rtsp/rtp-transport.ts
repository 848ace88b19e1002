import { isIPv4 } from "node:net";
import type { Library } from "bun-ffi-v4l2";
import type { Log } from "../core/log.ts";
import type { MediaStream } from "../stream/media-stream.ts";
import { type MulticastGroup, MulticastTransmission } from "./multicast.ts";
import { plainAddress } from "./peer.ts";
import { type AddressFamily, openRtpSocketPair, type RtpSocketPair } from "./rtp-sockets.ts";
import { endpointKey } from "./session-table.ts";

/** First RTP port of the multicast streams, the one IANA registered (RFC 3551 §9); each stream takes the next pair. */
const FIRST_MULTICAST_PORT = 5004;

/** What RTP over UDP is set up with. */
export interface RtpTransportOptions {
  readonly library: Library;
  readonly log: Log;
  /** The addresses that the server listens on; media leaves from the same. */
  readonly addresses: readonly string[];
  /** Undefined: no multicast. */
  readonly multicast: MulticastGroup | undefined;
  /** RTCP from a receiver; `endpoint` as `endpointKey` writes it. */
  readonly onRtcp: (bytes: Uint8Array, endpoint: string) => void;
}

/** The UDP side of RTSP: one socket pair a family, one multicast transmission a stream. */
export class RtpTransport {
  readonly #pairs: ReadonlyMap<AddressFamily, RtpSocketPair>;
  readonly #group: MulticastGroup | undefined;
  readonly #transmissions = new Map<MediaStream, MulticastTransmission>();

  private constructor(pairs: ReadonlyMap<AddressFamily, RtpSocketPair>, group: MulticastGroup | undefined) {
    this.#pairs = pairs;
    this.#group = group;
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
    const { multicast } = options;
    if (multicast !== undefined) pairs.get(familyOf(multicast.address))?.setMulticastTtl(multicast.ttl);
    return new RtpTransport(pairs, multicast);
  }

  sockets(family: AddressFamily): RtpSocketPair | undefined {
    return this.#pairs.get(family);
  }

  /** The transmission of `stream` to the configured group; undefined when the group is of the other family. */
  multicast(stream: MediaStream, family: AddressFamily): MulticastTransmission | undefined {
    const sockets = this.#pairs.get(family);
    if (this.#group === undefined || sockets === undefined || familyOf(this.#group.address) !== family)
      return undefined;
    let transmission = this.#transmissions.get(stream);
    if (transmission === undefined) {
      const port = FIRST_MULTICAST_PORT + 2 * this.#transmissions.size;
      transmission = new MulticastTransmission(stream, sockets, this.#group, port);
      this.#transmissions.set(stream, transmission);
    }
    return transmission;
  }

  close(): void {
    for (const pair of this.#pairs.values()) pair.close();
  }
}

function familyOf(address: string): AddressFamily {
  return isIPv4(address) ? 4 : 6;
}
