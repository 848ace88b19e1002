import { noProfile } from "./media/faults.ts";

/** Tokens of what there is one of: clients store them, so they never change. */
export const TOKENS = {
  videoSource: "VideoSource_1",
  videoSourceConfiguration: "VideoSourceConfig_1",
  ptzNode: "PTZNode_1",
  ptzConfiguration: "PTZConfig_1",
  metadataConfiguration: "MetadataConfig_1",
  analyticsConfiguration: "AnalyticsConfig_1",
} as const;

/** A media profile as services other than media see it. */
export interface MediaProfile {
  readonly token: string;
  readonly name: string;
  readonly hasVideoSource: boolean;
  readonly hasPtz: boolean;
  readonly hasMetadata: boolean;
}

/** The media profiles there are now. */
export interface MediaProfiles {
  all(): readonly MediaProfile[];
  find(token: string): MediaProfile | undefined;
}

/** Throws SoapFault NoProfile. */
export function findProfile(profiles: MediaProfiles, token: string): MediaProfile {
  const profile = profiles.find(token);
  if (profile === undefined) throw noProfile();
  return profile;
}
