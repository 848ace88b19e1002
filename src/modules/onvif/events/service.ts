import type { Clock } from "../../../core/clock.ts";
import { type Xml, xml } from "../../../soap/xml-writer.ts";
import { type OnvifService, serviceCapabilities } from "../operation.ts";
import type { Consumer, ConsumerNetwork } from "./consumer.ts";
import { eventOperations } from "./event-operations.ts";
import type { Refuse } from "./faults.ts";
import type { Subscription } from "./subscription.ts";
import { subscriptionOperations } from "./subscription-operations.ts";
import { MAX_SUBSCRIPTIONS, type Subscriptions } from "./subscriptions.ts";

/** What the event service is built over. */
export interface EventParts {
  readonly clock: Clock;
  readonly refuse: Refuse;
  readonly subscriptions: Subscriptions;
  readonly network: ConsumerNetwork;
  /** Posts what comes to a consumer until the subscription ends. */
  readonly startPush: (subscription: Subscription, consumer: Consumer) => void;
}

/** The event service (ver10) with WS-BaseNotification's operations. */
export function createEventService(parts: EventParts): OnvifService {
  const service: OnvifService = {
    prefix: "tev",
    path: "/onvif/event_service",
    version: [24, 12],
    capabilities: describeCapabilities,
    category: { name: "Events", describe: describeCategory },
    operations: {
      "tev:GetServiceCapabilities": serviceCapabilities(() => service),
      ...eventOperations(parts),
      ...subscriptionOperations(parts),
    },
  };
  return service;
}

function describeCapabilities(): Xml {
  return xml("tev:Capabilities", {
    WSSubscriptionPolicySupport: true,
    WSPausableSubscriptionManagerInterfaceSupport: false,
    MaxNotificationProducers: MAX_SUBSCRIPTIONS,
    MaxPullPoints: MAX_SUBSCRIPTIONS,
    PersistentNotificationStorage: false,
  });
}

function describeCategory(xAddr: string): Xml {
  return xml(
    "tt:Events",
    xml("tt:XAddr", xAddr),
    xml("tt:WSSubscriptionPolicySupport", true),
    xml("tt:WSPullPointSupport", true),
    xml("tt:WSPausableSubscriptionManagerInterfaceSupport", false),
  );
}
