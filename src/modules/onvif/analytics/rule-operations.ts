import { invalidArgs, invalidArgument, SoapFault } from "../../../soap/fault.ts";
import { requiredToken, textOf } from "../../../soap/request-values.ts";
import { findChild, findChildren, type XmlElement } from "../../../soap/xml-element.ts";
import { type Xml, xml } from "../../../soap/xml-writer.ts";
import { describeMessage, TOPICS } from "../events/topics.ts";
import { type OnvifCaller, type OperationTable, operation } from "../operation.ts";
import { TOKENS } from "../profiles.ts";
import { describeRule, type MotionRule, namesType, REGION, RULE_TYPE, readRule } from "./motion-rule.ts";

/** Motion detection as the rule sees it. */
export interface MotionDetection {
  read(): MotionRule;
  /** Rejects with AppError as the settings do. */
  change(rule: MotionRule, caller: OnvifCaller): Promise<void>;
}

const CORNERS = 4;

/** The one rule: it is always there, and disarmed where nothing is watched for. */
export function ruleOperations(motion: MotionDetection): OperationTable {
  const read = (element: XmlElement) => requireConfiguration(element);
  return {
    "tan:GetSupportedRules": operation({ access: "READ_MEDIA", request: read, handle: describeSupported }),
    "tan:GetRules": operation({
      access: "READ_MEDIA",
      request: read,
      handle: () => describeRule("tan:Rule", motion.read()),
    }),
    "tan:GetRuleOptions": operation({
      access: "READ_MEDIA",
      request: (element) => {
        requireConfiguration(element);
        const type = findChild(element, "tan:RuleType");
        if (type !== undefined && !namesType(type.text, type))
          throw invalidArgument("ter:RuleNotExistent", `The only type of rules is ${RULE_TYPE}`);
      },
      handle: describeOptions,
    }),
    "tan:ModifyRules": operation({
      access: "ACTUATE",
      request: (element) => {
        requireConfiguration(element);
        const rules = findChildren(element, "tan:Rule");
        if (rules.length === 0) throw invalidArgs("ModifyRules must have Rule");
        return rules.reduce((present, rule) => readRule(rule, present), motion.read());
      },
      handle: async (rule, caller) => {
        await motion.change(rule, caller);
        return undefined;
      },
    }),
    "tan:CreateRules": operation({
      access: "ACTUATE",
      request: (element) => {
        requireConfiguration(element);
        if (textOf(element, "tan:Rule") === undefined) throw invalidArgs("CreateRules must have Rule");
      },
      handle: refuseFixed,
    }),
    "tan:DeleteRules": operation({
      access: "ACTUATE",
      request: (element) => {
        requireConfiguration(element);
        const names = findChildren(element, "tan:RuleName").map(({ text }) => text);
        if (names.length === 0) throw invalidArgs("DeleteRules must have RuleName");
      },
      handle: refuseFixed,
    }),
  };
}

/** Throws SoapFault NoConfig. */
function requireConfiguration(element: XmlElement): void {
  if (requiredToken(element, "tan:ConfigurationToken") !== TOKENS.analyticsConfiguration)
    throw invalidArgument("ter:NoConfig", "There is no such analytics configuration");
}

function refuseFixed(): never {
  throw new SoapFault("Sender", ["ter:Action", "ter:FixedRules"], "The rule is always there; it can be disarmed");
}

function describeSupported(): Xml {
  const messages = describeMessage(
    TOPICS.regionMotion,
    "tt:Messages",
    xml("tt:ParentTopic", `tns1:${TOPICS.regionMotion.path}`),
  );
  const parameter = xml("tt:ElementItemDescription", { Name: REGION, Type: "axt:MotionRegionConfig" });
  return xml(
    "tan:SupportedRules",
    { Limit: 1 },
    xml("tt:RuleContentSchemaLocation", "http://www.onvif.org/onvif/ver20/analytics/rules.xsd"),
    xml(
      "tt:RuleDescription",
      { Name: RULE_TYPE, fixed: true, maxInstances: 1 },
      xml("tt:Parameters", parameter),
      messages,
    ),
  );
}

function describeOptions(): Xml {
  return xml(
    "tan:RuleOptions",
    { RuleType: RULE_TYPE, Name: REGION, Type: "axt:MotionRegionConfigOptions" },
    xml(
      "axt:MotionRegionConfigOptions",
      xml("axt:MaxRegions", 1),
      xml("axt:DisarmSupport", true),
      xml("axt:PolygonSupport", false),
      xml("axt:PolygonLimits", xml("tt:Min", CORNERS), xml("tt:Max", CORNERS)),
      xml("axt:SingleSensitivitySupport", true),
      xml("axt:RuleNotification", true),
    ),
  );
}
