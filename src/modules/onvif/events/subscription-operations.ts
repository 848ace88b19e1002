import { invalidArgument, SoapFault } from "../../../soap/fault.ts";
import { NAMESPACES } from "../../../soap/namespaces.ts";
import { durationMs, readInteger, requiredText, writeDateTime, writeDuration } from "../../../soap/request-values.ts";
import { findChild } from "../../../soap/xml-element.ts";
import { xml } from "../../../soap/xml-writer.ts";
import { type OperationTable, operation } from "../operation.ts";
import { readLifetime } from "./lifetime.ts";
import type { EventParts } from "./service.ts";

/** The specification asks for a minute at least. */
const MAX_TIMEOUT_MS = 120_000;
/** Messages at once; as many as can wait. */
const MAX_MESSAGES = 100;
/** After a pull a subscription lives for this long at least, so that the next one finds it. */
const AFTER_PULL_MS = 60_000;
const PULL_FAULT_ACTION = `${NAMESPACES.tev}/PullPointSubscription/PullMessages/Fault/PullMessagesFaultResponse`;

/** What is asked of one subscription, at its own address. */
export function subscriptionOperations({ clock, refuse, subscriptions }: EventParts): OperationTable {
  const renewal = "wsnt:UnacceptableTerminationTimeFault";
  return {
    "tev:PullMessages": operation({
      access: "READ_MEDIA",
      request: (element) => ({
        timeoutMs: readTimeout(requiredText(element, "tev:Timeout")),
        limit: readLimit(requiredText(element, "tev:MessageLimit")),
      }),
      handle: async ({ timeoutMs, limit }, { target, identity, signal }) => {
        const subscription = subscriptions.find(target, identity);
        if (subscription.isPushed) throw invalidArgument(undefined, "The subscription is no pull point");
        subscription.prolong(timeoutMs + AFTER_PULL_MS);
        const messages = await subscription.next(limit, timeoutMs, signal);
        subscription.prolong(Math.max(timeoutMs, AFTER_PULL_MS));
        return [
          xml("tev:CurrentTime", writeDateTime(clock.wallMs())),
          xml("tev:TerminationTime", writeDateTime(subscription.endsMs)),
          ...messages.map((message) => message.xml),
        ];
      },
    }),
    "tev:SetSynchronizationPoint": operation({
      access: "READ_MEDIA",
      handle: (_, { target, identity }) => {
        subscriptions.synchronize(subscriptions.find(target, identity));
        return undefined;
      },
    }),
    "wsnt:Renew": operation({
      access: "READ_MEDIA",
      request: (element) => readLifetime(findChild(element, "wsnt:TerminationTime"), renewal, clock, refuse),
      handle: (lifetimeMs, { target, identity }) => {
        const subscription = subscriptions.find(target, identity);
        subscription.liveFor(lifetimeMs);
        return [
          xml("wsnt:TerminationTime", writeDateTime(subscription.endsMs)),
          xml("wsnt:CurrentTime", writeDateTime(clock.wallMs())),
        ];
      },
    }),
    "wsnt:Unsubscribe": operation({
      access: "READ_MEDIA",
      handle: (_, { target, identity }) => {
        subscriptions.find(target, identity).end();
        return undefined;
      },
    }),
  };
}

function readTimeout(text: string): number {
  const ms = durationMs(text);
  if (ms === undefined || ms < 0) throw invalidArgument(undefined, "Timeout must be a duration");
  if (ms <= MAX_TIMEOUT_MS) return ms;
  const detail = xml(
    "tev:PullMessagesFaultResponse",
    xml("tev:MaxTimeout", writeDuration(MAX_TIMEOUT_MS)),
    xml("tev:MaxMessageLimit", MAX_MESSAGES),
  );
  throw new SoapFault("Sender", ["ter:InvalidArgVal"], "The timeout is too long", detail, PULL_FAULT_ACTION);
}

/** More than there can be is no fault: fewer are given then. */
function readLimit(text: string): number {
  const limit = readInteger(text);
  if (limit < 1) throw invalidArgument(undefined, "MessageLimit must be at least 1");
  return Math.min(limit, MAX_MESSAGES);
}
