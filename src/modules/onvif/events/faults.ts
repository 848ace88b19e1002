import type { Clock } from "../../../core/clock.ts";
import { SoapFault } from "../../../soap/fault.ts";
import { writeDateTime } from "../../../soap/request-values.ts";
import { type XmlContent, xml } from "../../../soap/xml-writer.ts";

/** The faults of WS-BaseNotification 1.3 and of WS-Resource 1.2 that we know. */
export type NotificationFault =
  | "wsrfr:ResourceUnknownFault"
  | `wsnt:${
      | "InvalidFilter"
      | "InvalidMessageContentExpression"
      | "InvalidTopicExpression"
      | "SubscribeCreationFailed"
      | "TopicExpressionDialectUnknown"
      | "TopicNotSupported"
      | "UnacceptableInitialTerminationTime"
      | "UnacceptableTerminationTime"
      | "UnrecognizedPolicyRequest"
      | "UnsupportedPolicyRequest"}Fault`;

/** Makes a fault; `more`: what its type adds to a base fault. */
export type Refuse = (name: NotificationFault, reason: string, more?: XmlContent) => SoapFault;

/** Faults that say when they happened (WS-BaseFaults 1.2), with the Actions that their specifications give them. */
export function createRefuse(clock: Clock): Refuse {
  return (name, reason, more) => {
    const detail = xml(
      name,
      xml("wsrfbf:Timestamp", writeDateTime(clock.wallMs())),
      xml("wsrfbf:Description", { "xml:lang": "en" }, reason),
      more,
    );
    const action = `http://docs.oasis-open.org/${name.startsWith("wsrfr:") ? "wsrf" : "wsn"}/fault`;
    return new SoapFault("Sender", [name], reason, detail, action);
  };
}
