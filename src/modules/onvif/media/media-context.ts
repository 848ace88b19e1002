import { optionalToken } from "../../../soap/request-values.ts";
import type { XmlElement } from "../../../soap/xml-element.ts";
import type { GivenConfiguration } from "./configuration-requests.ts";
import type { ConfigurationWriter, MediaPrefix } from "./configuration-xml.ts";
import { type EncoderOptions, unitedOptions } from "./encoder-options.ts";
import { configModify, noConfig } from "./faults.ts";
import type { MediaServiceParts } from "./media-parts.ts";
import { CONFIGURATION_TOKENS, type ConfigurationType, type Profile, type ProfileTrack } from "./profile.ts";
import type { VideoEncoders } from "./video-encoders.ts";

/** What the operations of both media services work with. */
export interface MediaContext {
  readonly parts: MediaServiceParts;
  readonly encoders: VideoEncoders;
  readonly writer: ConfigurationWriter;
}

/** Which configuration or profile a request is about, if any. */
export interface Asked {
  readonly configuration: string | undefined;
  readonly profile: string | undefined;
}

/** Reads `ConfigurationToken` and `ProfileToken`, which may be missing. Throws SoapFault. */
export function readAsked(service: MediaPrefix): (element: XmlElement) => Asked {
  return (element) => ({
    configuration: optionalToken(element, `${service}:ConfigurationToken`),
    profile: optionalToken(element, `${service}:ProfileToken`),
  });
}

/** The tokens of a kind that were asked for. Throws SoapFault NoConfig, NoProfile. */
export function askedTokens(
  { parts: { model } }: MediaContext,
  type: ConfigurationType,
  { configuration, profile }: Asked,
): readonly string[] {
  const found: Profile | undefined = profile === undefined ? undefined : model.profiles.get(profile);
  const tokens = model.profiles.compatible(type, found);
  if (configuration === undefined) return tokens;
  if (!CONFIGURATION_TOKENS[type].includes(configuration)) throw noConfig();
  return [configuration];
}

/** What the encoders asked for can do, by encoding. Throws SoapFault NoConfig, NoProfile. */
export function askedOptions(
  context: MediaContext,
  asked: Asked,
): { readonly h264?: EncoderOptions; readonly jpeg?: EncoderOptions } {
  const { encoders } = context;
  const options = askedTokens(context, "VideoEncoder", asked).map((token) => encoders.options(encoders.stream(token)));
  const [h264, ...more] = options.filter(({ encoding }) => encoding === "H264");
  const jpeg = options.find(({ encoding }) => encoding === "JPEG");
  return {
    ...(h264 !== undefined && { h264: unitedOptions([h264, ...more]) }),
    ...(jpeg !== undefined && { jpeg }),
  };
}

/** Groups come from the configuration file alone (contract rtsp.md). Throws SoapFault NoConfig, ConfigModify. */
export function checkGiven(
  { parts: { multicast } }: MediaContext,
  type: ConfigurationType,
  given: GivenConfiguration,
  track: ProfileTrack | undefined,
): void {
  if (!CONFIGURATION_TOKENS[type].includes(given.token)) throw noConfig();
  if (given.multicast === undefined || track === undefined) return;
  const { address, port, ttl } = multicast.endpoint(track);
  const { multicast: wanted } = given;
  const isOwn = wanted.address === address && (wanted.port === 0 || (wanted.port === port && wanted.ttl === ttl));
  if (!isOwn) throw configModify(`Multicast goes to ${address}, port ${port}, TTL ${ttl} only`);
}
