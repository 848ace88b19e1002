import type { SettingName } from "../../../settings/keys.ts";
import { type Xml, xml } from "../../../soap/xml-writer.ts";
import { MOTION_KEYS } from "../analytics/motion-rule.ts";
import { ONVIF_VERSION } from "../device/capabilities.ts";
import { type OnvifService, serviceCapabilities } from "../operation.ts";
import { TOKENS } from "../profiles.ts";
import { ConfigurationWriter } from "./configuration-xml.ts";
import type { MediaContext } from "./media-context.ts";
import type { MediaServiceParts } from "./media-parts.ts";
import { MulticastStreaming } from "./multicast-streaming.ts";
import { CONFIGURATION_TYPES } from "./profile.ts";
import { MAX_PROFILES } from "./profile-list.ts";
import { sharedOperations } from "./shared-operations.ts";
import { tr2Operations } from "./tr2-operations.ts";
import { trtOperations } from "./trt-operations.ts";
import { VideoEncoders } from "./video-encoders.ts";

const CAN = { SnapshotUri: true, Rotation: true, VideoSourceMode: true, OSD: true, TemporaryOSDText: false } as const;

/** Media ver10 and media ver20 over one model. */
export function createMediaServices(parts: MediaServiceParts): readonly [media: OnvifService, media2: OnvifService] {
  const { model, settings, multicast } = parts;
  const encoders = new VideoEncoders(parts);
  const context: MediaContext = { parts, encoders, writer: new ConfigurationWriter(parts, encoders) };
  const streaming = new MulticastStreaming(multicast, model.profiles);
  model.changes.listen(({ kind }) => {
    if (kind === "profile") streaming.follow();
  });
  settings.subscribe(({ values }) => tellOfSettings(context, new Set(values.keys())));
  const media: OnvifService = {
    prefix: "trt",
    path: "/onvif/media_service",
    version: ONVIF_VERSION,
    capabilities: () => trtCapabilities(multicast.isOffered),
    category: { name: "Media", describe: (xAddr) => mediaCategory(xAddr, multicast.isOffered) },
    operations: {
      "trt:GetServiceCapabilities": serviceCapabilities(() => media),
      ...sharedOperations(context, streaming, "trt"),
      ...trtOperations(context),
    },
  };
  const media2: OnvifService = {
    prefix: "tr2",
    path: "/onvif/media2_service",
    version: ONVIF_VERSION,
    capabilities: () => tr2Capabilities(multicast.isOffered),
    operations: {
      "tr2:GetServiceCapabilities": serviceCapabilities(() => media2),
      ...sharedOperations(context, streaming, "tr2"),
      ...tr2Operations(context),
    },
  };
  return [media, media2];
}

/** Settings are configurations too, whoever changes them. */
function tellOfSettings({ parts: { model }, encoders }: MediaContext, keys: ReadonlySet<SettingName>): void {
  for (const token of encoders.affected(keys))
    model.changes.tell({ kind: "configuration", token, type: "VideoEncoder" });
  if (keys.has("rotation"))
    model.changes.tell({ kind: "configuration", token: TOKENS.videoSourceConfiguration, type: "VideoSource" });
  if (MOTION_KEYS.some((key) => keys.has(key)))
    model.changes.tell({ kind: "configuration", token: TOKENS.analyticsConfiguration, type: "Analytics" });
}

function trtCapabilities(hasMulticast: boolean): Xml {
  return xml(
    "trt:Capabilities",
    { ...CAN, EXICompression: false },
    xml("trt:ProfileCapabilities", { MaximumNumberOfProfiles: MAX_PROFILES }),
    xml("trt:StreamingCapabilities", {
      RTPMulticast: hasMulticast,
      RTP_TCP: false,
      RTP_RTSP_TCP: true,
      NonAggregateControl: false,
      NoRTSPStreaming: false,
    }),
  );
}

function mediaCategory(xAddr: string, hasMulticast: boolean): Xml {
  return xml(
    "tt:Media",
    xml("tt:XAddr", xAddr),
    xml(
      "tt:StreamingCapabilities",
      xml("tt:RTPMulticast", hasMulticast),
      xml("tt:RTP_TCP", false),
      xml("tt:RTP_RTSP_TCP", true),
    ),
    xml("tt:Extension", xml("tt:ProfileCapabilities", xml("tt:MaximumNumberOfProfiles", MAX_PROFILES))),
  );
}

function tr2Capabilities(hasMulticast: boolean): Xml {
  return xml(
    "tr2:Capabilities",
    { ...CAN, Mask: false, SourceMask: false },
    xml("tr2:ProfileCapabilities", {
      MaximumNumberOfProfiles: MAX_PROFILES,
      ConfigurationsSupported: CONFIGURATION_TYPES.join(" "),
    }),
    xml("tr2:StreamingCapabilities", {
      RTSPStreaming: true,
      RTPMulticast: hasMulticast,
      RTP_RTSP_TCP: true,
      NonAggregateControl: false,
      AutoStartMulticast: hasMulticast,
      SecureRTSPStreaming: false,
    }),
  );
}
