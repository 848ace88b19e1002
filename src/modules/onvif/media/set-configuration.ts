import { readInteger, requiredChild, requiredText } from "../../../soap/request-values.ts";
import type { XmlElement } from "../../../soap/xml-element.ts";
import { actorOf, type Operation, operation } from "../operation.ts";
import { TOKENS } from "../profiles.ts";
import {
  type GivenConfiguration,
  readConfiguration,
  readEncoder,
  readEncoder2,
  readMetadata,
  readRotation,
  requiredAttribute,
} from "./configuration-requests.ts";
import { type MediaPrefix, ROTATIONS } from "./configuration-xml.ts";
import { configModify } from "./faults.ts";
import { checkGiven, type MediaContext } from "./media-context.ts";
import { updateSettings } from "./video-encoders.ts";

/** SetVideoEncoderConfiguration: the settings of a stream, or JPEG's own values. */
export function setVideoEncoder(context: MediaContext, service: MediaPrefix): Operation {
  const read = service === "trt" ? readEncoder : readEncoder2;
  return operation({
    access: "ACTUATE",
    request: (request: XmlElement) => readConfiguration(request, `${service}:Configuration`),
    handle: async (given, caller) => {
      const { encoders } = context;
      checkGiven(context, "VideoEncoder", given, encoders.stream(given.token));
      await encoders.set(read(given), actorOf(caller));
      return undefined;
    },
  });
}

/** SetVideoSourceConfiguration: its name and how the picture is turned. */
export function setVideoSource(context: MediaContext, service: MediaPrefix): Operation {
  return operation({
    access: "ACTUATE",
    request: (request: XmlElement) => readConfiguration(request, `${service}:Configuration`),
    handle: async (given, caller) => {
      const { element, token, name } = given;
      checkGiven(context, "VideoSource", given, undefined);
      if (requiredText(element, "tt:SourceToken") !== TOKENS.videoSource)
        throw configModify("There is one video source only");
      checkBounds(context, element);
      const degrees = readRotation(element);
      if (degrees !== undefined && degrees !== 0 && !ROTATIONS.some((offered) => offered === degrees))
        throw configModify(`Pictures can be turned by ${ROTATIONS.join(", ")} degrees`);
      const { settings, model } = context.parts;
      if (degrees !== undefined && degrees !== settings.read("rotation"))
        await updateSettings(settings, { rotation: degrees }, actorOf(caller));
      model.values.set("VideoSource", token, { name });
      return undefined;
    },
  });
}

/** SetMetadataConfiguration. */
export function setMetadata(context: MediaContext, service: MediaPrefix): Operation {
  return operation({
    access: "ACTUATE",
    request: (request: XmlElement) => readConfiguration(request, `${service}:Configuration`),
    handle: (given: GivenConfiguration) => {
      checkGiven(context, "Metadata", given, "metadata");
      const { token, name } = given;
      context.parts.model.values.set("Metadata", token, { name, ...readMetadata(given) });
      return undefined;
    },
  });
}

/** Throws SoapFault ConfigModify. */
function checkBounds({ writer }: MediaContext, element: XmlElement): void {
  const bounds = requiredChild(element, "tt:Bounds");
  const [x, y, width, height] = ["x", "y", "width", "height"].map((side) =>
    readInteger(requiredAttribute(bounds, side)),
  );
  const whole = writer.sourceSize;
  if (x !== 0 || y !== 0 || width !== whole.width || height !== whole.height)
    throw configModify("Bounds must be those of the whole picture");
}
