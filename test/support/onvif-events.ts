import { findChildren, findPath, type XmlElement } from "../../src/soap/xml-element.ts";
import type { OnvifClient, OnvifReply } from "./onvif-client.ts";

/** A message as tests look at it. */
export interface ReceivedEvent {
  readonly topic: string;
  readonly operation: string | undefined;
  readonly timeMs: number;
  /** Of source and data together. */
  readonly items: Readonly<Record<string, string>>;
}

/** A subscription to pull from. */
export interface PullPoint {
  /** Where it is. */
  readonly address: string;
  readonly terminationMs: number;
  /** Waits up to so many seconds. */
  pull(seconds: number, limit?: number): Promise<readonly ReceivedEvent[]>;
  /** Calls an operation of the subscription. */
  call(name: Parameters<OnvifClient["call"]>[0], content?: string): Promise<OnvifReply>;
}

/** Makes a pull point with this content of the request. */
export async function createPullPoint(client: OnvifClient, content = ""): Promise<PullPoint> {
  const answer = await client.ask("tev:CreatePullPointSubscription", content, "/onvif/event_service");
  const address = findPath(answer, "tev:SubscriptionReference", "wsa:Address")?.text ?? "";
  return {
    address,
    terminationMs: Date.parse(findPath(answer, "wsnt:TerminationTime")?.text ?? ""),
    pull: async (seconds, limit = 100) => {
      const request = `<tev:Timeout>PT${seconds}S</tev:Timeout><tev:MessageLimit>${limit}</tev:MessageLimit>`;
      return eventsOf(await client.ask("tev:PullMessages", request, address));
    },
    call: (name, text) => client.call(name, text, address),
  };
}

/** The messages that stand in an element. */
export function eventsOf(parent: XmlElement): readonly ReceivedEvent[] {
  return findChildren(parent, "wsnt:NotificationMessage").map((each) => {
    const message = findPath(each, "wsnt:Message", "tt:Message");
    const items = (["tt:Source", "tt:Data"] as const).flatMap((part) =>
      findChildren(findPath(message, part), "tt:SimpleItem").map(
        ({ attributes }) => [attributes.get("Name") ?? "", attributes.get("Value") ?? ""] as const,
      ),
    );
    return {
      topic: findPath(each, "wsnt:Topic")?.text ?? "",
      operation: message?.attributes.get("PropertyOperation"),
      timeMs: Date.parse(message?.attributes.get("UtcTime") ?? ""),
      items: Object.fromEntries(items),
    };
  });
}

/** A filter by topics in ConcreteSet. */
export function topicFilter(service: "tev" | "wsnt", expression: string): string {
  const dialect = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet";
  return `<${service}:Filter><wsnt:TopicExpression Dialect="${dialect}">${expression}</wsnt:TopicExpression></${service}:Filter>`;
}
