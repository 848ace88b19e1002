import { invalidArgument } from "../../../soap/fault.ts";
import { requiredToken } from "../../../soap/request-values.ts";
import type { XmlElement } from "../../../soap/xml-element.ts";
import { xml } from "../../../soap/xml-writer.ts";
import { type OperationTable, operation } from "../operation.ts";
import { TOKENS } from "../profiles.ts";
import { type MediaPrefix, sizeXml } from "./configuration-xml.ts";
import type { MediaContext } from "./media-context.ts";
import type { MulticastStreaming } from "./multicast-streaming.ts";
import { osdOperations } from "./osd-operations.ts";
import { setMetadata, setVideoEncoder, setVideoSource } from "./set-configuration.ts";

/** There is one way to read the sensor. */
const VIDEO_SOURCE_MODE = "VideoSourceMode_1";

/** Operations that both media services have in the same form. */
export function sharedOperations(
  context: MediaContext,
  streaming: MulticastStreaming,
  service: MediaPrefix,
): OperationTable {
  const { parts, encoders } = context;
  const profile = (element: XmlElement) => requiredToken(element, `${service}:ProfileToken`);
  return {
    ...osdOperations(context, service),
    [`${service}:SetVideoEncoderConfiguration`]: setVideoEncoder(context, service),
    [`${service}:SetVideoSourceConfiguration`]: setVideoSource(context, service),
    [`${service}:SetMetadataConfiguration`]: setMetadata(context, service),
    [`${service}:StartMulticastStreaming`]: operation({
      access: "ACTUATE",
      request: profile,
      handle: (token) => void streaming.start(token),
    }),
    [`${service}:StopMulticastStreaming`]: operation({
      access: "ACTUATE",
      request: profile,
      handle: (token) => void streaming.stop(token),
    }),
    [`${service}:SetSynchronizationPoint`]: operation({
      access: "ACTUATE",
      request: profile,
      handle: (token) => {
        const { hasMetadata } = parts.model.profiles.get(token);
        const stream = parts.model.profiles.streamOf(token);
        // every JPEG is one
        if (stream === "main" || stream === "sub") parts.forceKeyframe(stream);
        if (hasMetadata) parts.synchronizeMetadata();
        return undefined;
      },
    }),
    [`${service}:GetVideoSourceModes`]: operation({
      access: "READ_SYSTEM",
      request: (element) => requiredToken(element, `${service}:VideoSourceToken`),
      handle: (source) => {
        checkSource(source);
        return xml(
          `${service}:VideoSourceModes`,
          { token: VIDEO_SOURCE_MODE, Enabled: true },
          xml(`${service}:MaxFramerate`, encoders.options("main").fps.maximum),
          sizeXml(`${service}:MaxResolution`, context.writer.sourceSize),
          xml(`${service}:Encodings`, "H264 JPEG"),
          xml(`${service}:Reboot`, false),
        );
      },
    }),
    [`${service}:SetVideoSourceMode`]: operation({
      access: "WRITE_SYSTEM",
      request: (element) => ({
        source: requiredToken(element, `${service}:VideoSourceToken`),
        mode: requiredToken(element, `${service}:VideoSourceModeToken`),
      }),
      handle: ({ source, mode }) => {
        checkSource(source);
        if (mode !== VIDEO_SOURCE_MODE) throw invalidArgument("ter:NoVideoSourceMode", "There is no such mode");
        return xml(`${service}:Reboot`, false);
      },
    }),
  };
}

function checkSource(token: string): void {
  if (token !== TOKENS.videoSource) throw invalidArgument("ter:NoVideoSource", "There is no such video source");
}
