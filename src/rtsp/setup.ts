import { isIPv6 } from "node:net";
import type { MediaStream } from "../stream/media-stream.ts";
import type { Peer } from "./peer.ts";
import type { AgreedTransport, NumberPair, TransportOffer } from "./protocol/transport-header.ts";
import type { RtspServices } from "./services.ts";
import { endpointKey } from "./session-table.ts";
import type { SocketQueue } from "./socket-queue.ts";
import { TcpViewer } from "./tcp-viewer.ts";
import { UdpViewer } from "./udp-viewer.ts";
import type { RtspViewer, ViewerEvents } from "./viewer.ts";

/** Ports below belong to services that a client must not have flooded. */
const FIRST_CLIENT_PORT = 1024;
const MAX_CHANNEL = 255;
/** fe80::/10 (RFC 4291 §2.5.6). Sockets do not tell the zone of such a peer, and without it no datagram finds the way. */
const LINK_LOCAL = /^fe[89ab][0-9a-f]:/i;

/** A transport both sides can do, and how to build its viewer. */
export interface ChosenTransport {
  readonly agreed: AgreedTransport;
  readonly createViewer: (events: ViewerEvents) => RtspViewer;
  /** Where the client's RTCP comes from, for UDP. */
  readonly rtcpEndpoint: string | undefined;
  /** Interleaved channels in use by the track, for TCP. */
  readonly channels: NumberPair | undefined;
}

/** What a transport is chosen for. */
export interface TransportContext {
  readonly services: RtspServices;
  readonly stream: MediaStream;
  readonly peer: Peer;
  readonly queue: SocketQueue;
  /** Interleaved channels taken by other tracks of the connection. */
  readonly takenChannels: ReadonlySet<number>;
  /** `?tcp` or `?udp` of the URL. */
  readonly only: "tcp" | "udp" | undefined;
}

/** The first of the client's offers that can be served; undefined: 461. */
export function chooseTransport(
  offers: readonly TransportOffer[],
  context: TransportContext,
): ChosenTransport | undefined {
  for (const offer of offers) {
    if (offer.unsupported !== undefined) continue;
    if (context.only !== undefined && offer.lowerTransport !== context.only) continue;
    // RTP beside an encrypted connection would travel in the clear, and whoever needs a tunnel gets nothing beside it
    if ((context.peer.isSecure || context.peer.isTunnelled) && offer.lowerTransport !== "tcp") continue;
    const chosen =
      offer.lowerTransport === "tcp"
        ? interleaved(offer, context)
        : offer.delivery === "multicast"
          ? multicast(offer, context)
          : unicast(offer, context);
    if (chosen !== undefined) return chosen;
  }
  return undefined;
}

function interleaved(offer: TransportOffer, context: TransportContext): ChosenTransport | undefined {
  if (offer.delivery === "multicast") return undefined;
  const channels = offer.interleaved ?? freeChannels(context.takenChannels);
  if (channels === undefined || channels[1] !== channels[0] + 1) return undefined;
  if (channels.some((channel) => context.takenChannels.has(channel))) return undefined;
  const { stream, queue } = context;
  return {
    agreed: { kind: "tcp", interleaved: channels, ssrc: stream.ssrc },
    createViewer: (events) => new TcpViewer(stream, queue, channels[0], events),
    rtcpEndpoint: undefined,
    channels,
  };
}

function freeChannels(taken: ReadonlySet<number>): NumberPair | undefined {
  for (let channel = 0; channel < MAX_CHANNEL; channel += 2) {
    if (!taken.has(channel) && !taken.has(channel + 1)) return [channel, channel + 1];
  }
  return undefined;
}

/** Media goes to the peer of the control connection only, so that nobody can be flooded through us. */
function unicast(offer: TransportOffer, context: TransportContext): ChosenTransport | undefined {
  const { services, stream, peer } = context;
  const sockets = services.transport.sockets(peer.family);
  const clientPort = offer.clientPort;
  if (sockets === undefined || clientPort === undefined || LINK_LOCAL.test(peer.address)) return undefined;
  if (clientPort.some((port) => port < FIRST_CLIENT_PORT)) return undefined;
  if (!isOwn(offer.destination, peer.address)) return undefined;
  const [rtpPort, rtcpPort] = clientPort;
  const endpoint = { address: peer.address, rtpPort, rtcpPort, source: peer.localAddress, transport: "udp" } as const;
  return {
    agreed: {
      kind: "udp",
      clientPort,
      serverPort: [sockets.rtpPort, sockets.rtcpPort],
      source: peer.localAddress,
      ssrc: stream.ssrc,
    },
    createViewer: (events) => new UdpViewer(stream, sockets, endpoint, events),
    rtcpEndpoint: endpointKey(peer.address, rtcpPort),
    channels: undefined,
  };
}

/** The group comes from the configuration; a client that names another is refused. */
function multicast(offer: TransportOffer, context: TransportContext): ChosenTransport | undefined {
  const transmission = context.services.transport.multicast(context.stream, context.peer.family);
  if (transmission === undefined) return undefined;
  const { group, rtpPort } = transmission;
  if (!isOwn(offer.destination, group.address)) return undefined;
  return {
    agreed: {
      kind: "multicast",
      destination: group.address,
      port: [rtpPort, rtpPort + 1],
      ttl: group.ttl,
      ssrc: context.stream.ssrc,
    },
    createViewer: (events) => transmission.member(events),
    rtcpEndpoint: undefined,
    channels: undefined,
  };
}

/** Whether a `destination` names `address`, in whatever spelling, or leaves the choice to us. */
function isOwn(destination: string | undefined, address: string): boolean {
  return destination === undefined || destination === "" || canonical(destination) === canonical(address);
}

/** One spelling for each IPv6 address, which have many (RFC 5952). A URL holds none with a zone: that one stays as it is. */
function canonical(address: string): string {
  const bare = address.replace(/^\[(.*)\]$/, "$1");
  return (isIPv6(bare) ? URL.parse(`http://[${bare}]`)?.hostname : undefined) ?? bare;
}
