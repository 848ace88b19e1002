import { xml } from "../../../soap/xml-writer.ts";
import { ONVIF_VERSION } from "../device/capabilities.ts";
import { type OnvifService, serviceCapabilities } from "../operation.ts";
import { ptzConfigurationOperations } from "./configuration-operations.ts";
import { type MoveParts, moveOperations } from "./move-operations.ts";
import { presetOperations } from "./preset-operations.ts";

/** The PTZ service (ver20). */
export function createOnvifPtzService(parts: MoveParts): OnvifService {
  const service: OnvifService = {
    prefix: "tptz",
    path: "/onvif/ptz_service",
    version: ONVIF_VERSION,
    capabilities: () =>
      xml("tptz:Capabilities", {
        EFlip: false,
        Reverse: false,
        GetCompatibleConfigurations: true,
        MoveStatus: true,
        StatusPosition: true,
      }),
    category: { name: "PTZ", describe: (xAddr) => xml("tt:PTZ", xml("tt:XAddr", xAddr)) },
    operations: {
      "tptz:GetServiceCapabilities": serviceCapabilities(() => service),
      ...ptzConfigurationOperations(parts.ptz, parts.configuration, parts.profiles),
      ...moveOperations(parts),
      ...presetOperations(parts),
    },
  };
  return service;
}
