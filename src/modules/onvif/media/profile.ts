import { type MediaProfile, TOKENS } from "../profiles.ts";

/** The kinds of configurations that profiles have here, as media ver20 names them. */
export const CONFIGURATION_TYPES = ["VideoSource", "VideoEncoder", "Analytics", "PTZ", "Metadata"] as const;

/** One of them. */
export type ConfigurationType = (typeof CONFIGURATION_TYPES)[number];

/** Tokens by kind. */
export type Configurations = Readonly<Partial<Record<ConfigurationType, string>>>;

/** A media profile with everything. */
export interface Profile extends MediaProfile {
  /** Cannot be deleted, and keeps its source and encoder. */
  readonly isFixed: boolean;
  readonly configurations: Configurations;
  /** Sent to its multicast group until it is told to stop, over restarts. */
  readonly isMulticast: boolean;
}

/** What a profile plays: one of the streams, or JPEGs. */
export type ProfileStream = "main" | "sub" | "jpeg";

/** What is sent of a profile. */
export type ProfileTrack = ProfileStream | "metadata";

/** The encoders' configurations by what they code. */
export const ENCODER_TOKENS = {
  main: "VideoEncoderConfig_1",
  sub: "VideoEncoderConfig_2",
  jpeg: "VideoEncoderConfig_jpeg",
} as const satisfies Record<ProfileStream, string>;

/** All tokens there are of each kind. */
export const CONFIGURATION_TOKENS: Readonly<Record<ConfigurationType, readonly string[]>> = {
  VideoSource: [TOKENS.videoSourceConfiguration],
  VideoEncoder: Object.values(ENCODER_TOKENS),
  Analytics: [TOKENS.analyticsConfiguration],
  PTZ: [TOKENS.ptzConfiguration],
  Metadata: [TOKENS.metadataConfiguration],
};

/** What a profile begins with that nobody chose configurations for: clients read the encoder of every profile. */
export const DEFAULT_CONFIGURATIONS: Configurations = {
  VideoSource: TOKENS.videoSourceConfiguration,
  VideoEncoder: ENCODER_TOKENS.main,
};

/** Everything there is, around one encoder. */
function whole(encoder: string): Configurations {
  return {
    VideoSource: TOKENS.videoSourceConfiguration,
    VideoEncoder: encoder,
    Analytics: TOKENS.analyticsConfiguration,
    PTZ: TOKENS.ptzConfiguration,
    Metadata: TOKENS.metadataConfiguration,
  };
}

/** The profiles that every device has, an H.264 one first. */
export const FIXED_PROFILES: readonly {
  readonly token: string;
  readonly name: string;
  readonly configurations: Configurations;
}[] = [
  { token: "profile_1", name: "Main", configurations: whole(ENCODER_TOKENS.main) },
  { token: "profile_2", name: "Sub", configurations: whole(ENCODER_TOKENS.sub) },
  { token: "profile_jpeg", name: "JPEG", configurations: whole(ENCODER_TOKENS.jpeg) },
];

/** What an encoder's configuration codes. */
export function streamOfEncoder(token: string | undefined): ProfileStream | undefined {
  return (Object.keys(ENCODER_TOKENS) as ProfileStream[]).find((stream) => ENCODER_TOKENS[stream] === token);
}
