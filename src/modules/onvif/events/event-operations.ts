import { requiredChild, requiredText, writeDateTime } from "../../../soap/request-values.ts";
import { findChild, isNamed, type XmlElement } from "../../../soap/xml-element.ts";
import { type Xml, xml } from "../../../soap/xml-writer.ts";
import { type OnvifCaller, type OperationTable, operation } from "../operation.ts";
import { findConsumer } from "./consumer.ts";
import type { Refuse } from "./faults.ts";
import { CONTENT_DIALECT, readFilter, TOPIC_DIALECTS } from "./filter.ts";
import { readLifetime } from "./lifetime.ts";
import type { EventParts } from "./service.ts";
import type { Subscription, SubscriptionOrder } from "./subscription.ts";
import { describeTopics } from "./topics.ts";

/** Where each subscription is, its id behind. */
const SUBSCRIPTION_PATH = "/onvif/subscription/";
const ONVIF_FILES = "http://www.onvif.org/onvif/ver10";

type Order = Omit<SubscriptionOrder, "identity" | "isPushed">;

/** What can be subscribed to, and how. */
export function eventOperations(parts: EventParts): OperationTable {
  const { clock, refuse, subscriptions } = parts;
  const readOrder = (element: XmlElement, service: "tev" | "wsnt"): Order => {
    const name = "wsnt:UnacceptableInitialTerminationTimeFault";
    return {
      filter: readFilter(findChild(element, `${service}:Filter`), refuse),
      isChangedOnly: readPolicy(findChild(element, `${service}:SubscriptionPolicy`), refuse),
      lifetimeMs: readLifetime(findChild(element, `${service}:InitialTerminationTime`), name, clock, refuse),
    };
  };
  return {
    "tev:GetEventProperties": operation({ access: "READ_MEDIA", handle: describeProperties }),
    "tev:CreatePullPointSubscription": operation({
      access: "READ_MEDIA",
      request: (element) => readOrder(element, "tev"),
      handle: (order, caller) => {
        const subscription = subscriptions.create({ ...order, identity: caller.identity, isPushed: false });
        return describeSubscription("tev", subscription, caller, clock.wallMs());
      },
    }),
    "wsnt:Subscribe": operation({
      access: "READ_MEDIA",
      request: (element) => {
        const reference = requiredChild(element, "wsnt:ConsumerReference");
        return {
          order: readOrder(element, "wsnt"),
          address: requiredText(reference, "wsa:Address"),
          parameters: findChild(reference, "wsa:ReferenceParameters")?.children ?? [],
        };
      },
      handle: async ({ order, address, parameters }, caller) => {
        const consumer = await findConsumer(address, parameters, parts.network);
        if (typeof consumer === "string") throw refuse("wsnt:SubscribeCreationFailedFault", consumer);
        const subscription = subscriptions.create({ ...order, identity: caller.identity, isPushed: true });
        parts.startPush(subscription, consumer);
        return describeSubscription("wsnt", subscription, caller, clock.wallMs());
      },
    }),
  };
}

/** Whether only changes are to be told. Throws SoapFault for any other policy. */
function readPolicy(element: XmlElement | undefined, refuse: Refuse): boolean {
  for (const policy of element?.children ?? []) {
    if (isNamed(policy, "tev:ChangedOnly")) continue;
    if (isNamed(policy, "wsnt:UseRaw"))
      throw refuse("wsnt:UnsupportedPolicyRequestFault", "Messages are always wrapped in Notify");
    throw refuse("wsnt:UnrecognizedPolicyRequestFault", "The only policy is ChangedOnly");
  }
  return findChild(element, "tev:ChangedOnly") !== undefined;
}

function describeProperties(): readonly Xml[] {
  return [
    xml("tev:TopicNamespaceLocation", `${ONVIF_FILES}/topics/topicns.xml`),
    xml("wsnt:FixedTopicSet", true),
    describeTopics(),
    ...TOPIC_DIALECTS.map((dialect) => xml("wsnt:TopicExpressionDialect", dialect)),
    xml("tev:MessageContentFilterDialect", CONTENT_DIALECT),
    xml("tev:MessageContentSchemaLocation", `${ONVIF_FILES}/schema/onvif.xsd`),
  ];
}

function describeSubscription(
  service: "tev" | "wsnt",
  { id, endsMs }: Subscription,
  { origin }: Pick<OnvifCaller, "origin">,
  nowMs: number,
): readonly Xml[] {
  return [
    xml(`${service}:SubscriptionReference`, xml("wsa:Address", origin + SUBSCRIPTION_PATH + id)),
    xml("wsnt:CurrentTime", writeDateTime(nowMs)),
    xml("wsnt:TerminationTime", writeDateTime(endsMs)),
  ];
}
