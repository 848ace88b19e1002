import { invalidArgument } from "../../../soap/fault.ts";
import { requiredChild, requiredText, requiredToken } from "../../../soap/request-values.ts";
import type { XmlElement } from "../../../soap/xml-element.ts";
import type { OnvifCaller } from "../operation.ts";
import type { MediaContext } from "./media-context.ts";

/** How a stream is to travel; `tcp`: interleaved with RTSP; `http`: RTSP tunnelled in it. */
export type Travel = "udp" | "multicast" | "tcp" | "http";

/** Stream setups of media ver10 (Media Service Specification §5.15.1); TCP is what older clients say for RTSP. */
const STREAM_SETUPS: Readonly<Record<string, Travel>> = {
  "RTP-Unicast UDP": "udp",
  "RTP-Unicast RTSP": "tcp",
  "RTP-Unicast TCP": "tcp",
  "RTP-Unicast HTTP": "http",
  "RTP-Multicast UDP": "multicast",
};
/** Protocols of media ver20; those of SRTP are not served. */
const PROTOCOLS: Readonly<Record<string, Travel>> = {
  RtspUnicast: "udp",
  RtspMulticast: "multicast",
  RTSP: "tcp",
  RtspOverHttp: "http",
};
const STANDARD_PORTS = { rtsp: 554, http: 80, https: 443 } as const;

/** A request for a stream's URI. */
export interface StreamRequest {
  readonly travel: Travel;
  readonly profile: string;
}

/** GetStreamUri of media ver10. Throws SoapFault InvalidStreamSetup. */
export function readStreamSetup(element: XmlElement): StreamRequest {
  const setup = requiredChild(element, "trt:StreamSetup");
  const stream = requiredText(setup, "tt:Stream");
  const protocol = requiredText(requiredChild(setup, "tt:Transport"), "tt:Protocol");
  return {
    travel: travelOf(STREAM_SETUPS, `${stream} ${protocol}`),
    profile: requiredToken(element, "trt:ProfileToken"),
  };
}

/** GetStreamUri of media ver20. Throws SoapFault InvalidStreamSetup. */
export function readStreamProtocol(element: XmlElement): StreamRequest {
  const travel = travelOf(PROTOCOLS, requiredText(element, "tr2:Protocol"));
  return { travel, profile: requiredToken(element, "tr2:ProfileToken") };
}

/** Where a profile plays. Throws SoapFault NoProfile, IncompleteConfiguration, InvalidMulticastSettings. */
export function streamUri(
  { parts: { model, multicast, ports } }: MediaContext,
  { travel, profile }: StreamRequest,
  { host, isSecure }: OnvifCaller,
): string {
  model.profiles.playedStream(profile);
  if (travel === "multicast" && !multicast.isOffered)
    throw invalidArgument("ter:InvalidMulticastSettings", "There is no multicast here");
  const { rtsp, rtsps } = ports();
  const [scheme, port] =
    travel !== "http" ? (["rtsp", rtsp] as const) : isSecure ? (["https", rtsps] as const) : (["http", rtsp] as const);
  return `${scheme}://${host}${port === STANDARD_PORTS[scheme] ? "" : `:${port}`}/onvif/${encodeURIComponent(profile)}`;
}

/** Where the newest picture of a profile is. Throws SoapFault NoProfile, IncompleteConfiguration. */
export function snapshotUri(
  { parts: { model }, encoders }: MediaContext,
  profile: string,
  { origin }: OnvifCaller,
): string {
  const stream = model.profiles.playedStream(profile);
  if (stream !== "jpeg") return `${origin}/api/snapshot?stream=${stream === "main" ? "stream1" : "stream2"}`;
  const source = encoders.jpegStream === "main" ? "stream1" : "stream2";
  return `${origin}/api/snapshot?stream=${source}&quality=${model.values.jpeg.quality}`;
}

function travelOf(known: Readonly<Record<string, Travel>>, asked: string): Travel {
  const travel = Object.hasOwn(known, asked) ? known[asked] : undefined;
  if (travel === undefined) throw invalidArgument("ter:InvalidStreamSetup", "Streams do not travel like that here");
  return travel;
}
