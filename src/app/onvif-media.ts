import { parseSps, profileName } from "../media/h264-sps.ts";
import type { MediaMulticast, MediaServiceParts } from "../modules/onvif/media/media-parts.ts";
import { createMediaServices } from "../modules/onvif/media/service.ts";
import type { OnvifService } from "../modules/onvif/operation.ts";
import type { SettingsStore } from "../settings/settings-store.ts";
import type { FeatureParts } from "./features.ts";
import type { LiveVideo } from "./live-video.ts";

/** The profiles of H.264 that ONVIF has names for, by what ours begin with. */
const H264_PROFILES = ["Main", "Extended", "High"] as const;

/** Media ver10 and ver20. */
export function createOnvifMedia(
  parts: Pick<FeatureParts, "foundation" | "live" | "profiles" | "rtsp" | "ports">,
  settings: SettingsStore,
  ptz: MediaServiceParts["ptz"],
  synchronizeMetadata: () => void,
): readonly OnvifService[] {
  const { live, profiles, ports } = parts;
  return createMediaServices({
    model: profiles.media,
    settings,
    camera: live.camera,
    h264Profile: (stream) => h264Profile(live, stream),
    forceKeyframe: (stream) => live[stream].keyframeRequests.request(),
    multicast: createMulticast(parts),
    ports: () => ports,
    ptz,
    synchronizeMetadata,
  });
}

function h264Profile(live: LiveVideo, stream: "main" | "sub"): string {
  const { parameters } = live[stream];
  const sps = parameters && parseSps(parameters.sps);
  const name = sps === undefined ? "" : profileName(sps);
  const known = H264_PROFILES.find((profile) => name.startsWith(profile));
  return known ?? (name === "Constrained High" ? "High" : "Baseline");
}

function createMulticast({
  foundation: { config },
  live,
  profiles,
  rtsp,
}: Pick<FeatureParts, "foundation" | "live" | "profiles" | "rtsp">): MediaMulticast {
  const tracks = {
    main: rtsp.multicast(live.main),
    sub: rtsp.multicast(live.sub),
    jpeg: rtsp.multicast(profiles.jpeg.stream),
    metadata: rtsp.multicast(profiles.metadata),
  };
  const { group: address, ttl } = config.multicast;
  return {
    isOffered: tracks.main !== undefined,
    endpoint: (track) => ({ address, port: tracks[track]?.port ?? 0, ttl }),
    start: (track) => tracks[track]?.start(),
  };
}
