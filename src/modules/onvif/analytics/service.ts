import { type Xml, xml } from "../../../soap/xml-writer.ts";
import { type OnvifService, serviceCapabilities } from "../operation.ts";
import { type MotionDetection, ruleOperations } from "./rule-operations.ts";

/** The analytics service (ver20): motion detection as a rule. */
export function createAnalyticsService(motion: MotionDetection): OnvifService {
  const service: OnvifService = {
    prefix: "tan",
    path: "/onvif/analytics_service",
    version: [20, 12],
    capabilities: describeCapabilities,
    category: { name: "Analytics", describe: describeCategory },
    operations: {
      "tan:GetServiceCapabilities": serviceCapabilities(() => service),
      ...ruleOperations(motion),
    },
  };
  return service;
}

function describeCapabilities(): Xml {
  return xml("tan:Capabilities", {
    RuleSupport: true,
    AnalyticsModuleSupport: false,
    CellBasedSceneDescriptionSupported: false,
    RuleOptionsSupported: true,
    AnalyticsModuleOptionsSupported: false,
    SupportedMetadata: false,
  });
}

function describeCategory(xAddr: string): Xml {
  return xml(
    "tt:Analytics",
    xml("tt:XAddr", xAddr),
    xml("tt:RuleSupport", true),
    xml("tt:AnalyticsModuleSupport", false),
  );
}
