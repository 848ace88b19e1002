import { writeDateTime } from "../../../soap/request-values.ts";
import { type Xml, xml } from "../../../soap/xml-writer.ts";
import type { Topic } from "./topics.ts";

/** Which form of topic expressions a message's topic is written in. */
export const CONCRETE_SET = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet";

/** Values of a message's items by their names. */
export type Items = Readonly<Record<string, string | boolean>>;

/** Something that happened, as ONVIF tells it; written once for everybody. */
export interface Notification {
  readonly topic: Topic;
  readonly source: Items;
  readonly data: Items;
  /** Of properties: `Initialized` for the state that is there, `Changed` for news. */
  readonly operation: "Initialized" | "Changed" | undefined;
  /** `wsnt:NotificationMessage`. */
  readonly xml: Xml;
}

/** Writes one; `timeMs`: Unix milliseconds at which it happened. */
export function createNotification(told: Omit<Notification, "xml"> & { readonly timeMs: number }): Notification {
  const { topic, source, data, operation, timeMs } = told;
  const message = xml(
    "tt:Message",
    { UtcTime: writeDateTime(timeMs), PropertyOperation: operation },
    xml("tt:Source", writeItems(source)),
    xml("tt:Data", writeItems(data)),
  );
  const written = xml(
    "wsnt:NotificationMessage",
    xml("wsnt:Topic", { Dialect: CONCRETE_SET }, `tns1:${topic.path}`),
    xml("wsnt:Message", message),
  );
  return { topic, source, data, operation, xml: written };
}

function writeItems(items: Items): readonly Xml[] {
  return Object.entries(items).map(([Name, Value]) => xml("tt:SimpleItem", { Name, Value }));
}
